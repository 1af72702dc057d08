import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/lib/duration.ts";
import { anyText } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";

describe("parseDuration", () => {
  test.each([
    ["1ms", 1],
    ["500ms", 500],
    ["15s", 15_000],
    ["0s", 0],
    ["1m", 60_000],
    ["1m30s", 90_000],
    ["90s", 90_000],
    ["1h", 3_600_000],
    ["2d", 172_800_000],
    ["1d1h1m1s1ms", 90_061_001],
    ["1m1ms", 60_001],
    ["007s", 7000],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    ...["", " ", "15", "s", "ms", "-1s", "+1s", "1.5s", "1e3s", "15 s", " 15s", "15s ", "15s\n", "1m 30s", "15S", "1M"],
    ...["30s1m", "1s1s", "1ms1s", "1w", "1y", "1us", "15sec", "PT15S", "١٥s", "０s", "0x10s", "1_000ms", "Infinitys"],
    ...["9007199254740992ms", `${"9".repeat(400)}d`],
  ])("%j is not valid", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("takes nothing but numbers with units, for any text", () => {
    const nearly = fc
      .array(fc.constantFrom("1", "0", "9", "d", "h", "m", "s", "ms", " ", "-", ".", "\n"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(anyText(), nearly), (text) => {
        const milliseconds = parseDuration(text);
        if (milliseconds === undefined) return;
        expect(text).toMatch(/^(?:[0-9]+(?:ms|[dhms]))+$/);
        expect(Number.isSafeInteger(milliseconds) && milliseconds >= 0).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe("formatDuration", () => {
  test.each([
    [0, "0s"],
    [1, "1ms"],
    [999, "999ms"],
    [1000, "1s"],
    [60_000, "1m"],
    [90_000, "1m30s"],
    [3_600_500, "1h500ms"],
    [86_400_000, "1d"],
    [1.4, "1ms"],
    [1999.6, "2s"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test("parses back to the same duration, in no more units than needed", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (milliseconds) => {
        const text = formatDuration(milliseconds);
        expect(parseDuration(text)).toBe(milliseconds);
        if (milliseconds > 0) expect(text).not.toMatch(/(?<![0-9])0+[a-z]/);
      }),
    );
  });

  test("of any text that is a duration, gives the shortest text for the same time", () => {
    const unit = (name: string) =>
      fc.option(
        fc.nat(2_000_000).map((amount) => `${amount}${name}`),
        { nil: "" },
      );
    fc.assert(
      fc.property(fc.tuple(unit("d"), unit("h"), unit("m"), unit("s"), unit("ms")), (parts) => {
        const text = parts.join("");
        const milliseconds = parseDuration(text);
        if (text === "") expect(milliseconds).toBeUndefined();
        else expect(parseDuration(formatDuration(milliseconds ?? -1))).toBe(milliseconds);
      }),
    );
  });
});
