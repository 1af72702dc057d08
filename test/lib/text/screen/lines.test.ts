import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arranged, leftShowing, measured } from "../../../../src/lib/text/screen/columns.ts";
import { press } from "../../../../src/lib/text/screen/keys.ts";
import { frameOf, type Picture, screenLines, textLines } from "../../../../src/lib/text/screen/lines.ts";
import { initialState, type ScreenContent, type ScreenState } from "../../../../src/lib/text/screen/model.ts";
import { chosenRows } from "../../../../src/lib/text/screen/rows.ts";
import { createStyle } from "../../../../src/lib/text/terminal.ts";
import { width } from "../../../../src/lib/text/width.ts";
import { anyText } from "../../../support/any-text.ts";
import { createTinyTerminal } from "../../../support/tiny-terminal.ts";
import { control, key, peersContent } from "./support.ts";

const MARKS = { rising: "^", falling: "v" };
const STATUS = ["polling 1/2  12:00:00 UTC, every 5s", "12:00:00 UTC, every 5s", "polling 1/2"];

function picture(content: ScreenContent, state: ScreenState, isColoured = false): Picture {
  const table = measured(content);
  const rows = chosenRows(table.content, state.filter, state.sort);
  return { table, rows, status: STATUS, style: createStyle(isColoured), marks: MARKS };
}

function shown(
  content: ScreenContent,
  { rows, columns, ...state }: Partial<ScreenState> & { readonly rows: number; readonly columns: number },
): readonly string[] {
  const all = { ...initialState(undefined), ...state };
  return screenLines(picture(content, all), all, { rows, columns }).map((line) => line.trimEnd());
}

const TROUBLE = { name: "one", state: "DOWN", texts: ["peers connect: refused", "\u2192 check that it runs"] };

test("a header, what fails, the table, and a footer", () => {
  const content = peersContent(30, { troubles: [TROUBLE] });
  expect(shown(content, { rows: 8, columns: 70, sort: { key: "in", isReversed: false } })).toEqual([
    `2 nodes, 0 down, 30 peers${" ".repeat(10)}polling 1/2  12:00:00 UTC, every 5s`,
    "one DOWN peers connect: refused",
    "NODE   PEER      INv",
    "two    peer-29  29 B",
    "one    peer-28  28 B",
    "two    peer-27  27 B",
    "one    peer-26  26 B",
    `q quit  / filter  s sort  e errors  ? help${" ".repeat(19)}1-4 of 30`,
  ]);
});

describe("small windows have what matters most", () => {
  test.each([
    [1, ["2 nodes, 0 down, 30 peers"]],
    [2, ["2 nodes, 0 down, 30 peers", "one    peer-0    0 B"]],
    [3, ["2 nodes, 0 down, 30 peers", "NODE   PEER       IN", "one    peer-0    0 B"]],
  ])("%i lines", (rows, lines) => {
    expect(shown(peersContent(30), { rows, columns: 30 })).toEqual(lines);
  });

  test("the filter that is being written", () => {
    const state = { isTyping: true, filter: "peer-2", rows: 2, columns: 12 };
    expect(shown(peersContent(30), state)).toEqual(["2 nodes, 0 \u2026", "/peer-2_"]);
    expect(shown(peersContent(30), { ...state, filter: "0123456789abcdef" })[1]).toBe("56789abcdef_");
  });
});

test("more errors than have room are counted, and listed by a key", () => {
  const troubles = Array.from({ length: 9 }, (_, index) => ({ ...TROUBLE, name: `node-${index}` }));
  const content = peersContent(1, { troubles });
  const lines = shown(content, { rows: 14, columns: 60 });
  expect(lines.slice(1, 4)).toEqual([
    "node-0 DOWN peers connect: refused",
    "node-1 DOWN peers connect: refused",
    "\u2026 and 7 more with errors: e lists them",
  ]);
  const all = shown(content, { rows: 14, columns: 60, shown: "errors", top: 100 });
  expect(all.slice(-4)).toEqual([
    "node-8 DOWN",
    "  peers connect: refused",
    "  \u2192 check that it runs",
    "Escape back  q quit                              16-27 of 27",
  ]);
});

test("columns without room are scrolled to, and the first ones stay", () => {
  const content = peersContent(100, {
    columns: [
      { key: "node", title: "NODE", align: "left" },
      { key: "peer", title: "PEER", align: "left" },
      { key: "in", title: "IN", align: "right" },
    ],
  });
  const table = measured(content);
  expect(arranged(table, 0, 80)).toMatchObject({ left: 0, mostLeft: 0 });
  expect(arranged(table, 0, 19).visible.map(({ column }) => column)).toEqual([0, 1]);
  expect(arranged(table, 5, 19)).toMatchObject({ left: 1, mostLeft: 1 });
  expect(arranged(table, 5, 19).visible.map(({ column }) => column)).toEqual([0, 2]);
  expect(leftShowing(table, 0, 19, "in")).toBe(1);
  expect(leftShowing(table, 1, 19, "peer")).toBe(0);
  expect(leftShowing(table, 1, 19, undefined)).toBe(1);
  expect(shown(content, { rows: 5, columns: 18 }).at(-1)).toMatch(/more column/);
});

test("in a window for one column, the first ones are scrolled, too", () => {
  expect(arranged(measured(peersContent(1)), 1, 8).visible.map(({ column }) => column)).toEqual([1]);
});

test("a line that scrolled past the end comes back", () => {
  expect(shown(peersContent(3), { rows: 6, columns: 40, top: 50 }).slice(2, 5)).toEqual([
    "one    peer-0  0 B",
    "two    peer-1  1 B",
    "one    peer-2  2 B",
  ]);
});

test("a filter that finds nothing says so", () => {
  expect(shown(peersContent(3), { rows: 6, columns: 40, filter: "zzz" })).toContain("nothing matches the filter");
});

test("a pause is seen in the narrowest window", () => {
  expect(shown(peersContent(3), { rows: 4, columns: 80, isPaused: true })[0]).toMatch(/PAUSED: p goes on$/);
  expect(shown(peersContent(3), { rows: 4, columns: 12, isPaused: true })[0]).toMatch(/PAUSED$/);
});

const content = fc
  .record({
    summary: anyText({ maxLength: 60 }),
    subtitle: fc.option(anyText({ maxLength: 60 }), { nil: undefined }),
    troubles: fc.array(
      fc.record({
        name: anyText({ maxLength: 20 }),
        state: fc.constantFrom("DOWN", "FAILS"),
        texts: fc.array(anyText({ maxLength: 90 }), { maxLength: 3 }),
      }),
      { maxLength: 6 },
    ),
    rows: fc.array(
      fc.array(fc.record({ text: anyText({ maxLength: 30 }), value: fc.option(fc.integer(), { nil: undefined }) }), {
        minLength: 4,
        maxLength: 4,
      }),
      { maxLength: 12 },
    ),
    fixedColumns: fc.integer({ min: 0, max: 4 }),
    note: fc.option(anyText({ maxLength: 90 }), { nil: undefined }),
  })
  .map(
    (some): ScreenContent => ({
      ...some,
      columns: [
        { key: "a", title: "A", align: "left", shrinksTo: 5 },
        { key: "b", title: "LONG TITLE", align: "right" },
        { key: "c", title: "C", align: "left" },
        { key: "d", title: "D", align: "right", shrinksTo: 3 },
      ],
    }),
  );

const KEYS = [
  ...["up", "down", "pageup", "pagedown", "home", "end", "left", "right", "escape", "return", "backspace"],
  ...[
    "s",
    "S",
    "<",
    ">",
    "r",
    "/",
    "p",
    "q",
    "e",
    "h",
    "?",
    "1",
    "4",
    "9",
    "G",
    " ",
    "paste-start",
    "paste-end",
    "\u6f22",
  ],
].map(key);

test("whatever the texts, keys and sizes: as many lines as there are rows, and none wider than the window", () => {
  fc.assert(
    fc.property(
      content,
      fc.array(fc.constantFrom(...KEYS, control("u"), control("c")), { maxLength: 12 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 90 }),
      (some, keys, rows, columns) => {
        let state = initialState(undefined);
        for (const one of keys) {
          const now = picture(some, state);
          state = press(state, one, {
            lines: state.shown === "table" ? now.rows.length : textLines(state, now, columns).length,
            page: Math.max(1, frameOf(rows, state, some).page),
            columns: some.columns.map((column) => column.key),
            mostLeft: arranged(now.table, state.left, columns).mostLeft,
          });
        }
        const lines = screenLines(picture(some, state, true), state, { rows, columns });
        expect(lines).toHaveLength(rows);
        const terminal = createTinyTerminal(1, columns);
        for (const line of lines) {
          expect(width(line)).toBeLessThanOrEqual(columns);
          // Nothing but colours.
          terminal.write(`\u001b[H${line}`);
        }
      },
    ),
  );
});
