import { harmless } from "../harmless.ts";
import { GAP, shrink } from "../table.ts";
import { truncate, width } from "../width.ts";
import type { ScreenCell, ScreenContent } from "./model.ts";

/** Which columns of a table are visible, and how wide they are. */

/** A content whose texts are harmless, with the widths that its columns want: both are found once for many drawings. */
export type Measured = { readonly content: ScreenContent; readonly wanted: readonly number[] };

/** No name that a person reads is longer. */
const WIDEST = 200;

export function measured(given: ScreenContent): Measured {
  const content: ScreenContent = {
    ...given,
    summary: harmless(given.summary),
    subtitle: given.subtitle === undefined ? undefined : harmless(given.subtitle),
    note: given.note === undefined ? undefined : harmless(given.note),
    troubles: given.troubles.map(({ name, state, texts }) => ({
      name: harmless(name),
      state,
      texts: texts.map(harmless),
    })),
    rows: given.rows.map((row) => row.map((cell): ScreenCell => ({ ...cell, text: harmless(cell.text) }))),
  };
  const wanted = content.columns.map(({ title }, column) =>
    // The title has room for the mark of the sorted column, so that nothing moves with it.
    content.rows.reduce(
      (widest, row) => Math.max(widest, Math.min(WIDEST, width(row[column]?.text ?? ""))),
      width(title) + 1,
    ),
  );
  return { content, wanted };
}

/** Visible columns, from the left. */
type Arranged = {
  readonly visible: readonly { readonly column: number; readonly width: number }[];
  /** How many are scrolled away. */
  readonly left: number;
  /** The largest useful number of those. */
  readonly mostLeft: number;
};

/** With less room than this, columns that stay would hide those that are scrolled. */
const LEAST_SCROLLED = 12;

/** @param left how many columns are to be scrolled away */
export function arranged({ content, wanted }: Measured, left: number, room: number): Arranged {
  const { columns } = content;
  const narrowest = columns.map(({ shrinksTo }, column) =>
    Math.min(wanted[column] ?? 0, shrinksTo ?? Number.POSITIVE_INFINITY),
  );
  const needed = (some: readonly number[]) => some.reduce((sum, column) => sum + (narrowest[column] ?? 0) + GAP, -GAP);
  let fixed = Math.min(content.fixedColumns, columns.length);
  while (fixed > 0 && needed([...columns.keys()].slice(0, fixed)) + GAP + LEAST_SCROLLED > room) fixed -= 1;
  const scrolled = [...columns.keys()].slice(fixed);
  const stay = [...columns.keys()].slice(0, fixed);
  const mostLeft = Math.max(
    0,
    scrolled.findIndex(
      (_, index) => index === scrolled.length - 1 || needed([...stay, ...scrolled.slice(index)]) <= room,
    ),
  );
  const away = Math.min(left, mostLeft);
  const shown = [...stay];
  for (const column of scrolled.slice(away)) {
    // One is always shown, and cut at the edge.
    if (shown.length > fixed && needed([...shown, column]) > room) break;
    shown.push(column);
  }
  const widths = shrink(
    shown.map((column) => wanted[column] ?? 0),
    shown.flatMap((column) => columns[column] ?? []),
    room,
  );
  return { visible: shown.map((column, index) => ({ column, width: widths[index] ?? 0 })), left: away, mostLeft };
}

/** How many columns to scroll away so that one is visible. */
export function leftShowing(table: Measured, left: number, room: number, key: string | undefined): number {
  const column = table.content.columns.findIndex((one) => one.key === key);
  if (column < 0) return left;
  const isVisible = (at: number) => arranged(table, at, room).visible.some((one) => one.column === column);
  const { mostLeft } = arranged(table, left, room);
  const places = Array.from({ length: mostLeft + 1 }, (_, at) => at);
  return [Math.min(left, mostLeft), ...places].find(isVisible) ?? left;
}

/** A cell at its width. */
export function fitted(text: string, columns: number, align: "left" | "right"): string {
  const cut = truncate(text, columns);
  const spaces = " ".repeat(Math.max(0, columns - width(cut)));
  return align === "right" ? spaces + cut : cut + spaces;
}
