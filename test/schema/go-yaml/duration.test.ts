import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGoDuration } from "../../../src/schema/go-yaml/duration.ts";

describe("durations as Go writes them, in nanoseconds", () => {
  test.each<[string, number | undefined]>([
    ["1s", 1e9],
    ["100ms", 1e8],
    ["1m30s", 90e9],
    ["1.5h", 5400e9],
    [".5s", 5e8],
    ["1.s", 1e9],
    ["250us", 250_000],
    ["1µs", 1000],
    ["1.9ns", 1],
    ["0.1ns", 0],
    ["0", 0],
    ["-0", 0],
    ["+1s", 1e9],
    ["-1s", -1e9],
    ["2562047h", 2562047 * 3600e9],
    ["2562048h", undefined],
    ["", undefined],
    ["-", undefined],
    ["s", undefined],
    [".s", undefined],
    ["1", undefined],
    ["1d", undefined],
    ["1s ", undefined],
    ["1e3s", undefined],
    ["1.2.3s", undefined],
  ])("%j", (text, expected) => {
    expect(parseGoDuration(text)).toBe(expected);
  });

  test("never fail on any text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = parseGoDuration(text);
        expect(found === undefined || Number.isInteger(found)).toBe(true);
      }),
    );
  });
});
