import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ago, bytes, count, duration, isoTime, moment, timeOfDay } from "../../../src/server/pages/format.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { NOW } from "../../poll/support.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1\u202f000"],
  [148557365, "148\u202f557\u202f365"],
  [-1234, "-1\u202f234"],
  [1234.5678, "1\u202f234.5678"],
])("count %d is %s", (value, expected) => {
  expect(count(value)).toBe(expected);
});

test("count loses no digit", () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true })), (value) => {
      expect(count(value).replaceAll("\u202f", "")).toBe(String(value));
    }),
  );
});

test.each([
  [0, "0\u202fB"],
  [1, "1\u202fB"],
  [1023, "1023\u202fB"],
  [1024, "1.0\u202fKiB"],
  [1536, "1.5\u202fKiB"],
  [200 * 1024, "200\u202fKiB"],
  [5 * 1024 ** 3, "5.0\u202fGiB"],
  [2 ** 63, "8192\u202fPiB"],
])("bytes %d are %s", (value, expected) => {
  expect(bytes(value)).toBe(expected);
});

test.each([
  [0.0123, "12ms"],
  [1, "1s"],
  [59.6, "1m"],
  [3725, "1h2m"],
  [86_400 * 3 + 7, "3d7s"],
])("duration %d is %s", (value, expected) => {
  expect(duration(value)).toBe(expected);
});

describe("moments", () => {
  test("are shown by their age, with the date as a title", () => {
    expect(ago(NOW - 21_000, NOW)).toBe("21s ago");
    expect(ago(NOW, NOW)).toBe("now");
    expect(ago(NOW + 5000, NOW)).toBe("now");
    expect(htmlOf(moment(NOW - 21_000, NOW))).toBe(
      '<time datetime="2026-01-02T03:03:44.000Z" title="2026-01-02T03:03:44.000Z">21s ago</time>',
    );
    expect(htmlOf(timeOfDay(NOW))).toBe('<time datetime="2026-01-02T03:04:05.000Z">2026-01-02 03:04:05</time>');
  });

  test("that are not valid dates are shown as numbers", () => {
    expect(isoTime(1e300)).toBe("1e+300");
  });
});
