import { compareBy } from "../../compare.ts";
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

/** Equal rows stay as they were. */
function inOrder({ columns }: ScreenContent, rows: readonly Row[], { key, isReversed }: ScreenSort): readonly Row[] {
  const column = key === undefined ? -1 : columns.findIndex((one) => one.key === key);
  if (column < 0) return isReversed ? rows.toReversed() : rows;
  return rows.toSorted(compareBy((row) => row[column]?.value, isReversed));
}
