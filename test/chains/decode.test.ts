import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, flag, shownText, text } from "../../src/chains/decode.ts";
import { isObject } from "../../src/lib/json.ts";

describe("count", () => {
  test.each<[unknown, number | undefined]>([
    [0, 0],
    [1, 1],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53, undefined],
    [1e300, undefined],
    [-1, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    // nodeos sends integers above 2^32 as strings.
    ["0", 0],
    ["4294967296", 4_294_967_296],
    ["70000009000000", 70_000_009_000_000],
    ["9007199254740991", 2 ** 53 - 1],
    ["9007199254740992", undefined],
    // monerod's wrapped and fake values, as the client's JSON reader keeps them.
    ["18446744073709551615", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    [" 1", undefined],
    ["", undefined],
    [true, undefined],
    [null, undefined],
    [undefined, undefined],
    [[7], undefined],
    [{}, undefined],
  ])("%j gives %j", (value, expected) => {
    expect(count(value)).toBe(expected);
  });

  test("is a safe whole number or undefined for any JSON", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.double(), fc.string({ unit: fc.constantFrom(..."0123456789-. e+x") })),
        (value) => {
          const number = count(value);
          if (number !== undefined) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
        },
      ),
    );
  });

  test("numbers and their digits give the same", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        expect(count(number)).toBe(number);
        expect(count(String(number))).toBe(number);
      }),
    );
  });
});

test.each<[unknown, boolean | undefined]>([
  [true, true],
  [false, false],
  ["true", undefined],
  [1, undefined],
  [null, undefined],
])("flag of %j is %j", (value, expected) => {
  expect(flag(value)).toBe(expected);
});

test.each<[unknown, string | undefined]>([
  ["a", "a"],
  [" ", " "],
  ["", undefined],
  [1, undefined],
  [null, undefined],
])("text of %j is %j", (value, expected) => {
  expect(text(value)).toBe(expected);
});

test("an error repeats a text of a node completely, or reports only its length", () => {
  expect(shownText('a "b"')).toBe(String.raw`"a \"b\""`);
  expect(shownText("x".repeat(60))).toBe(`"${"x".repeat(60)}"`);
  expect(shownText("x".repeat(61))).toBe("a text of 61 characters");
});

test.each<[unknown, boolean]>([
  [{}, true],
  [JSON.parse('{"__proto__": 1}'), true],
  [[], false],
  [null, false],
  ["{}", false],
  [undefined, false],
])("%j is an object: %j", (value, expected) => {
  expect(isObject(value)).toBe(expected);
});
