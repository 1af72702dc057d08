import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_NUMBER_LENGTH, writeNumber } from "../../src/lib/write-number.ts";
import { runs } from "../support/effort.ts";

test("numbers are written as JavaScript writes them", () => {
  const space = Buffer.alloc(MAX_NUMBER_LENGTH + 2);
  const whole = fc.oneof(
    fc.maxSafeInteger(),
    fc.nat(1000),
    fc.bigInt(0n, 9_007_199n).map((high) => Number(high) * 1e9 - 1),
  );
  const thousandths = fc.maxSafeInteger().map((number) => number / 1000);
  const times = fc.nat(9_999_999).map((number) => 1_763_000_000 + number / 1000);
  const edges = [
    0.001,
    0.5,
    1.25,
    999_999_999_999.999,
    1e12 + 0.5,
    0.0005,
    0.1 + 0.2,
    4.35,
    0,
    -0,
    9,
    10,
    999_999_999,
    1e9,
    1e9 + 1,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    1e21,
    5e-324,
  ];
  const longest = -1.7976931348623157e308;
  fc.assert(
    fc.property(
      fc.oneof(whole, thousandths, times, fc.double({ noNaN: true }), fc.constantFrom(...edges, longest)),
      (value) => {
        const end = writeNumber(space, 1, value);
        expect(space.toString("latin1", 1, end)).toBe(String(value));
      },
    ),
    { numRuns: runs(4000) },
  );
});
