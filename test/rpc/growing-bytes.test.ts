import fc from "fast-check";
import { expect, test } from "vitest";
import { growingBytes } from "../../src/rpc/growing-bytes.ts";

test("returns the bytes that were added, in any pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 }), (pieces) => {
      const all = growingBytes(10_000);
      for (const piece of pieces) all.append(piece);
      expect(Buffer.from(all.bytes())).toEqual(Buffer.concat(pieces));
      expect(all.length()).toBe(Buffer.concat(pieces).length);
    }),
  );
});

test("keeps a single piece as it is", () => {
  const piece = Buffer.from("whole");
  const all = growingBytes(5);
  all.append(piece);
  expect(all.bytes().buffer).toBe(piece.buffer);
});

test("changes no piece that it was given", () => {
  const [first, second] = [Buffer.from("ab-----").subarray(0, 2), Buffer.from("cd")];
  const all = growingBytes(100);
  all.append(first);
  all.append(second);
  expect(Buffer.from(all.bytes()).toString()).toBe("abcd");
  expect(Buffer.from(first.buffer, first.byteOffset, 7).toString()).toBe("ab-----");
});

test("holds at most twice the bytes that were added, and never more than the maximum", () => {
  const all = growingBytes(1000);
  for (let length = 1; length <= 1000; length += 1) {
    all.append(Buffer.from("x"));
    // The first piece may stand in the pool of small buffers: 8 KiB, from Node 24 on 64 KiB, and some bytes from Node 26 on.
    expect(all.bytes().buffer.byteLength).toBeLessThanOrEqual(Math.max(2 * length, Buffer.poolSize + 64));
  }
  expect(all.bytes().buffer.byteLength).toBe(1000);
  expect(() => all.append(Buffer.from("x"))).toThrow(RangeError);
});
