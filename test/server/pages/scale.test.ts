import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BYTES_PER_SECOND, COUNT, clock, SECONDS, timeWindow, type Unit } from "../../../src/server/pages/scale.ts";
import { NOW } from "../../poll/support.ts";

const texts = (unit: Unit, highest: number) =>
  unit.scale(highest).ticks.map(({ text }) => text.replaceAll("\u202f", " "));

describe("the texts at an axis", () => {
  test.each<[name: string, unit: Unit, highest: number, expected: readonly string[]]>([
    ["no peers", COUNT, 0, ["0", "1"]],
    ["peers", COUNT, 1, ["0", "1"]],
    ["peers", COUNT, 3, ["0", "1", "2", "3"]],
    ["peers", COUNT, 22, ["0", "10", "20", "30"]],
    ["peers", COUNT, 100, ["0", "50", "100"]],
    ["blocks", COUNT, 1860, ["0", "500", "1 000", "1 500", "2 000"]],
    ["blocks", COUNT, 149_000_000, ["0", "50M", "100M", "150M"]],
    ["bytes", BYTES_PER_SECOND, 0, ["0", "1 B"]],
    ["bytes", BYTES_PER_SECOND, 700, ["0", "200 B", "400 B", "600 B", "800 B"]],
    ["bytes", BYTES_PER_SECOND, 12 * 1024, ["0", "5 KiB", "10 KiB", "15 KiB"]],
    [
      "bytes",
      BYTES_PER_SECOND,
      1.4 * 1024 ** 2,
      ["0", "0.5 MiB", "1 MiB", "1.5 MiB"].map((text) => text.replace("0.5 MiB", "512 KiB")),
    ],
    ["seconds", SECONDS, 0.29, ["0", "100 ms", "200 ms", "300 ms"]],
    ["seconds", SECONDS, 2.2, ["0", "1 s", "2 s", "3 s"]],
    ["seconds", SECONDS, 30, ["0", "10 s", "20 s", "30 s"]],
  ])("%s: %o up to %d", (_, unit, highest, expected) => {
    expect(texts(unit, highest)).toEqual(expected);
  });

  test("any number has few ticks, and is below the top", () => {
    const any = fc.oneof(fc.double({ min: 0, max: 1e18, noNaN: true }), fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(any, fc.constantFrom(COUNT, BYTES_PER_SECOND, SECONDS), (highest, unit) => {
        const { top, ticks } = unit.scale(highest);
        expect(top).toBeGreaterThanOrEqual(highest * (1 - 1e-6));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
        expect(Math.max(...ticks.map(({ text }) => text.length))).toBeLessThan(12);
      }),
    );
  });
});

test("values are written exactly, with their unit", () => {
  expect([COUNT.exact(1234), BYTES_PER_SECOND.exact(1536), SECONDS.exact(0.2504), SECONDS.exact(1.44)]).toEqual([
    "1\u202f234",
    "1.5 KiB/s",
    "250 ms",
    "1.4 s",
  ]);
});

describe("the time", () => {
  test("is the last hour, with ticks at full ten minutes", () => {
    const { first, minutes, ticks } = timeWindow(NOW - 86_400_000, NOW);
    expect([clock(first), minutes, ticks.map(({ text }) => text)]).toEqual([
      "02:05",
      60,
      ["02:10", "02:20", "02:30", "02:40", "02:50", "03:00"],
    ]);
  });

  test.each([
    [0, 10],
    [9, 10],
    [10, 30],
    [29, 30],
    [30, 60],
    [59, 60],
    [600, 60],
  ])("%d minutes after the first poll is that of %d minutes", (age, expected) => {
    const { first, minutes } = timeWindow(NOW - age * 60_000, NOW);
    expect([minutes, first + minutes - 1]).toEqual([expected, Math.floor(NOW / 60_000)]);
  });

  test("before the first poll is that of ten minutes", () => {
    expect(timeWindow(undefined, NOW).minutes).toBe(10);
  });
});
