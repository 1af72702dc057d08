import type { ScreenCell, ScreenContent, ScreenSort } from "./model.ts";

/** Which rows are shown, and in which order. */

type Row = readonly ScreenCell[];

/** The rows with every word of the filter in one of their cells, whatever its case, in the chosen order. */
export function chosenRows(content: ScreenContent, filter: string, sort: ScreenSort): readonly Row[] {
  return inOrder(content, matching(content.rows, filter), sort);
}

function matching(rows: readonly Row[], filter: string): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(" ")
    .filter((word) => word !== "");
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    // No word has a line end, so none is found across two cells.
    const text = row
      .map((cell) => cell.text)
      .join("\n")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const collator = new Intl.Collator("en", { numeric: true });

/** Texts from a to z, numbers from the largest; rows without a value are last in either order, equal ones as they were. */
function inOrder({ columns }: ScreenContent, rows: readonly Row[], { key, isReversed }: ScreenSort): readonly Row[] {
  const column = key === undefined ? -1 : columns.findIndex((one) => one.key === key);
  if (column < 0) return isReversed ? rows.toReversed() : rows;
  const sign = isReversed ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [a[column]?.value, b[column]?.value];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    if (typeof x === "number" && typeof y === "number") return sign * (y - x);
    return sign * collator.compare(String(x), String(y));
  });
}
