import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { creationSeconds, decodeHeader, heightIn } from "../../../src/chains/chainweb/header.ts";
import { encodeHeader } from "../../../src/demo/chainweb/chain.ts";
import { thrownFailure } from "../support.ts";
import { header } from "./support.ts";

function decodeCreationTime(answer: unknown, hash: string, call: string): number {
  return creationSeconds(decodeHeader(answer, hash, call), call);
}

const CALL = "chain/0/header at https://192.0.2.1:1789";
const HASH = "LnjBDxVqJ4A848QWQKfw2z837aqzbdpoB-H795O5i4Q";

test("the time is in bytes 8 to 15, in microseconds", () => {
  expect(decodeCreationTime(header(HASH, 1_762_488_000_123_456n), HASH, CALL)).toBe(1_762_488_000.123456);
});

test.each([0, 1, 3, 20])("with %i neighbours", (neighbours) => {
  expect(decodeCreationTime(header(HASH, 7_000_000n, neighbours), HASH, CALL)).toBe(7);
});

test("any time", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: BigInt(Number.MAX_SAFE_INTEGER) }), (time) => {
      expect(decodeCreationTime(header(HASH, time), HASH, CALL)).toBe(Number(time) / 1e6);
    }),
  );
});

describe("bad_shape", () => {
  const noHeader = `${CALL}: expected a block header in base64url`;
  const good = header(HASH, 7_000_000n);
  test.each<[string, unknown, string]>([
    ["null", null, noHeader],
    ["an object", { creationTime: 7 }, noHeader],
    ["empty", "", noHeader],
    ["too short", good.slice(-200), noHeader],
    ["too long", "A".repeat(5000), noHeader],
    ["not base64url", `${good}=`, noHeader],
    ["the header of another block", header(HASH.replace("L", "M"), 7_000_000n), `${CALL}: expected the header of the`],
    ["cut at its end", good.slice(0, -4), `${CALL}: expected the header of the block that was asked for`],
    ["a block of the year 1970", header(HASH, 0n), `${CALL}: expected the time of a block, found 0 microseconds`],
    ["before that", header(HASH, -7n), "found -7 microseconds"],
    ["far in the future", header(HASH, 2n ** 63n - 1n), "found 9223372036854775807 microseconds"],
  ])("%s", (_, answer, message) => {
    expect(thrownFailure(() => decodeCreationTime(answer, HASH, CALL))).toEqual({
      reason: "bad_shape",
      message: expect.stringContaining(message),
      advice: "check that the URL is the P2P API of a chainweb node",
    });
  });

  test("any text", () => {
    fc.assert(
      fc.property(fc.string(), (answer) => {
        expect(thrownFailure(() => decodeCreationTime(answer, HASH, CALL)).reason).toBe("bad_shape");
      }),
    );
  });
});

test("the height is before the version, the start of the epoch, the nonce and the hash", () => {
  const bytes = encodeHeader(7, 5_000_123);
  const hash = bytes.subarray(-32).toString("base64url");
  expect(heightIn(decodeHeader(bytes.toString("base64url"), hash, CALL))).toBe(5_000_123);
});
