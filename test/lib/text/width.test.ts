import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { truncate, width } from "../../../src/lib/text/width.ts";

describe("the width of a text", () => {
  test.each([
    ["abc", 3],
    ["例え", 4],
    ["ﾊﾛｰ", 3],
    ["🚀a", 3],
    ["…", 1],
  ])("%s takes %d columns", (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  test("a text that is cut off never takes more than its room", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, room) => {
        const cut = truncate(text, room);
        expect(width(cut)).toBeLessThanOrEqual(room);
        if (width(text) <= room) expect(cut).toBe(text);
      }),
    );
  });
});

test("the time to cut a text off grew with the square of the room", () => {
  const version = "\u6f22\u00e9".repeat(600);
  for (let row = 0; row < 2000; row += 1) expect(width(truncate(`${row}${version}`, 1000))).toBeLessThan(1001);
});
