import stringWidth from "fast-string-truncated-width";
import { harmless } from "./harmless.ts";
import type { Paint } from "./terminal.ts";

/** A table of plain text in aligned columns, for people at a terminal. */

export type TextColumn = {
  readonly title: string;
  readonly align: "left" | "right";
  /** May become as narrow as this when the table is too wide; absent: it keeps its width. */
  readonly shrinksTo?: number;
  /** May be left out when the table is still too wide, the lowest number first; absent: it stays. */
  readonly leaves?: number;
};

/** @property paint colours the cell; the text itself has no escape sequences */
export type Cell = { readonly text: string; readonly paint?: Paint | undefined };

export type TextTable = {
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly paintTitle: Paint;
  /** Whether the first line is that of the titles; absent: it is. */
  readonly hasTitles?: boolean;
  readonly indent: string;
  /** Columns of the terminal; undefined: nothing is cut. */
  readonly maxWidth: number | undefined;
};

/** Spaces between two columns. */
export const GAP = 2;

/** One line for the titles, if they are wanted, and one for each row, without spaces at the end; below them, what had no room. */
export function tableLines(table: TextTable): readonly string[] {
  const { paintTitle, hasTitles = true, indent, maxWidth } = table;
  const cells = table.rows.map((row) => row.map(({ text, paint }) => ({ text: harmless(text), paint })));
  const wanted = table.columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, width(row[index]?.text ?? "")), hasTitles ? width(title) : 0),
  );
  const room = maxWidth === undefined ? Number.POSITIVE_INFINITY : maxWidth - indent.length;
  const kept = keptColumns(table.columns, wanted, room);
  const pick = <T>(items: readonly T[]) => items.filter((_, index) => kept.has(index));
  const columns = pick(table.columns);
  const widths = shrink(pick(wanted), columns, room);
  const line = (row: readonly Cell[]) => {
    const last = row.findLastIndex(({ text }) => text !== "");
    const shown = row.slice(0, last + 1).map(({ text, paint = plain }, index) => {
      const room = widths[index] ?? 0;
      const cut = truncate(text, room);
      const { align = "left" } = columns[index] ?? {};
      const isEnd = index === last && align === "left";
      // Painted without the spaces, which some terminals underline or invert.
      const spaces = isEnd ? "" : " ".repeat(Math.max(0, room - width(cut)));
      return align === "right" ? spaces + paint(cut) : paint(cut) + spaces;
    });
    return indent + shown.join(" ".repeat(GAP));
  };
  const left = table.columns.filter((_, index) => !kept.has(index)).map(({ title }) => title);
  return [
    ...(hasTitles ? [line(columns.map(({ title }) => ({ text: title, paint: paintTitle })))] : []),
    ...cells.map((row) => line(pick(row))),
    ...(left.length === 0 ? [] : [indent + paintTitle(`no room for ${left.join(", ")}`)]),
  ];
}

/** The columns that have room at their narrowest. */
function keptColumns(columns: readonly TextColumn[], wanted: readonly number[], room: number): ReadonlySet<number> {
  const kept = new Set(columns.keys());
  const narrowest = (index: number) =>
    Math.min(wanted[index] ?? 0, columns[index]?.shrinksTo ?? Number.POSITIVE_INFINITY);
  const needed = () => [...kept].reduce((sum, index) => sum + narrowest(index) + GAP, -GAP);
  const leaving = [...kept]
    .filter((index) => columns[index]?.leaves !== undefined)
    .sort((a, b) => (columns[a]?.leaves ?? 0) - (columns[b]?.leaves ?? 0));
  for (const index of leaving) {
    if (needed() <= room) break;
    kept.delete(index);
  }
  return kept;
}

const plain: Paint = (text) => text;

/** The widest column that may shrink gives one column of the terminal after the other, until all fits. */
export function shrink(
  wanted: readonly number[],
  columns: readonly Pick<TextColumn, "shrinksTo">[],
  room: number,
): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1) - room;
  while (over > 0) {
    let widest = -1;
    for (const [index, { shrinksTo }] of columns.entries()) {
      const own = widths[index] ?? 0;
      if (shrinksTo !== undefined && own > shrinksTo && own > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

/** For tables that programs split at spaces: they are shown as _. */
export function withoutSpaces(text: string): string {
  return harmless(text).replace(/\s/gu, "_");
}

/** How many columns of a terminal a text takes, once it is harmless: without control characters. */
export function width(text: string): number {
  return stringWidth(text).width;
}

/** The text in at most so many columns, with … in place of the part that is cut off. */
export function truncate(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  // More characters than this have no room, and the width of a long text takes time.
  const characters = [...text.slice(0, 2 * Math.max(0, columns))];
  const prefix = (length: number) => characters.slice(0, length).join("");
  // The library's own truncation may exceed the limit by half a wide character.
  let [fits, exceeds] = [0, characters.length + 1];
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (width(prefix(middle)) > columns - 1) exceeds = middle;
    else fits = middle;
  }
  const kept = prefix(fits);
  return columns < 1 ? "" : `${kept}…`;
}
