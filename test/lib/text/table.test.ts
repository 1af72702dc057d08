import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type TextTable, tableLines, truncate, width } from "../../../src/lib/text/table.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";

const { red, dim } = createStyle(true);
const plain = (text: string) => text;

function lines(rows: readonly (readonly string[])[], more: Partial<TextTable> = {}): readonly string[] {
  return tableLines({
    columns: [
      { title: "NAME", align: "left", shrinksTo: 4 },
      { title: "NUMBER", align: "right" },
      { title: "END", align: "left" },
    ],
    rows: rows.map((row) => row.map((text) => ({ text }))),
    paintTitle: plain,
    indent: "  ",
    maxWidth: undefined,
    ...more,
  });
}

test("columns are aligned, and no line ends in spaces", () => {
  const rows = [
    ["a", "1", "x"],
    ["long name", "12345678", ""],
  ];
  expect(lines(rows)).toEqual(["  NAME         NUMBER  END", "  a                 1  x", "  long name  12345678"]);
});

test("a column that may shrink does, when the terminal is narrow", () => {
  const rows = [["a very long name indeed", "1", "x"]];
  expect(lines(rows, { maxWidth: 24 })).toEqual(["  NAME       NUMBER  END", "  a very l…       1  x"]);
});

test("a column becomes no narrower than it may, whatever the terminal", () => {
  expect(lines([["abcdefgh", "1", "x"]], { maxWidth: 5 })[1]).toBe("  abc…       1  x");
});

test("columns that may leave do so in their order, and it is said", () => {
  const columns = [
    { title: "NAME", align: "left" },
    { title: "FIRST", align: "left", leaves: 1 },
    { title: "SECOND", align: "left", leaves: 2 },
  ] as const;
  const rows = [["a", "b", "c"]];
  expect(lines(rows, { columns, maxWidth: 21 })).toEqual(["  NAME  FIRST  SECOND", "  a     b      c"]);
  expect(lines(rows, { columns, maxWidth: 20 })).toEqual(["  NAME  SECOND", "  a     c", "  no room for FIRST"]);
  expect(lines(rows, { columns, maxWidth: 9 })).toEqual(["  NAME", "  a", "  no room for FIRST, SECOND"]);
});

test("colours take no room", () => {
  const shown = tableLines({
    columns: [
      { title: "A", align: "left" },
      { title: "B", align: "right" },
    ],
    rows: [
      [{ text: "on", paint: red }, { text: "1" }],
      [{ text: "x" }, { text: "22" }],
    ],
    paintTitle: dim,
    indent: "",
    maxWidth: undefined,
  });
  expect(shown.slice(1)).toEqual(["\u001b[31mon\u001b[39m   1", "x   22"]);
});

test("a hostile cell stays in its column", () => {
  expect(lines([["\u001b[2J\u202e", "1", "a\nb"]])[1]).toBe("  \ufffd[2J\ufffd       1  a\ufffdb");
});

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
