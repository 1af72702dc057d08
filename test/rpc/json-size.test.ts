import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NodeError } from "../../src/errors.ts";
import { decodeJsonBody } from "../../src/rpc/json.ts";
import { DEEPEST, jsonExcess, MOST_CONTAINERS } from "../../src/rpc/json-size.ts";

const MIB = 1024 * 1024;
const bytes = (text: string) => Buffer.from(text);
/** Long enough to be looked at. */
const padded = (text: string) => bytes(`${text}${" ".repeat(MIB / 2)}`);
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const listOf = (count: number, item: string) => `[${Array.from({ length: count }, () => item).join(",")}]`;

describe("an answer", () => {
  test.each([
    ["as deep as may be", nested(DEEPEST), undefined],
    ["one deeper", nested(DEEPEST + 1), "expected JSON nested at most 64 deep, found it deeper"],
    ["with as many objects as may be", listOf(MOST_CONTAINERS - 1, "{}"), undefined],
    ["with one more", listOf(MOST_CONTAINERS, "{}"), "expected at most 250000 objects and lists, found more"],
    [
      "with as many lists in lists",
      listOf(MOST_CONTAINERS / 2, "[[]]"),
      "expected at most 250000 objects and lists, found more",
    ],
    ["of brackets in a text, which a peer may have chosen", JSON.stringify(["[{".repeat(MIB)]), undefined],
    ["of brackets after quotes in a text", JSON.stringify([`"\\"${"[".repeat(MIB)}\\`, 1]), undefined],
    ["that ends in a text", `["\\`, undefined],
  ])("%s", (_, text, excess) => {
    expect(jsonExcess(padded(text))).toBe(excess);
  });

  test.each([
    ["lists in lists", nested(7.5 * MIB)],
    ["lists that do not end", "[".repeat(15 * MIB)],
    ["objects in objects", '{"a":'.repeat(2 * MIB)],
    ["empty objects", listOf(5 * MIB, "{}")],
  ])("of 15 MiB of %s is refused in a fraction of the time that V8 needs to read it", (_, text) => {
    const body = bytes(text);
    const began = process.cpuUsage().user;
    let failure: unknown;
    try {
      decodeJsonBody(body, "get_info at http://h");
    } catch (error) {
      failure = error instanceof NodeError ? error.failure : error;
    }
    expect(failure).toMatchObject({
      reason: "too_large",
      message: expect.stringContaining("get_info at http://h: expected"),
    });
    expect((process.cpuUsage().user - began) / 1000).toBeLessThan(500);
  });
});

test("nothing in a text counts, whatever it is made of", () => {
  const part = fc.string({ unit: fc.constantFrom('"', "\\", "[", "{", "]", "a", "é", "\u0007"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const texts = parts.map((each) => each.repeat(100));
      expect(jsonExcess(padded(JSON.stringify([texts, Object.fromEntries(texts.map((text) => [text, text]))])))).toBe(
        undefined,
      );
    }),
    { numRuns: 100 },
  );
});
