import { width } from "../width.ts";

/** The bytes that change what a terminal shows. */

const ESC = "\u001b[";

/** A terminal that knows these two shows what is between them in one step; others ignore them. */
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;
const CLEAR_REST_OF_LINE = `${ESC}K`;
const PLAIN = `${ESC}0m`;

/**
 * The alternate screen, without cursor; a line that a terminal counts wider than we do is cut instead of wrapped; pasted text
 * is marked as such.
 */
export const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}?2004h${PLAIN}${ESC}2J${ESC}H`;

/** Everything back, the screen as it was before. */
export const LEAVE = `${END_UPDATE}${PLAIN}${ESC}?2004l${ESC}?7h${ESC}?25h${ESC}?1049l`;

/** Clears the screen, for a terminal whose content is not known. */
export const CLEAR = `${PLAIN}${ESC}2J`;

/**
 * What draws only the lines that differ.
 * @param before the lines that the terminal shows; a line that is missing there is empty
 * @param columns of the terminal
 */
export function difference(before: readonly string[], after: readonly string[], columns: number): string {
  const changed = after.flatMap((line, row) => {
    if (line === (before[row] ?? "")) return [];
    // At the last column, the rest of the line would be its last character.
    const rest = width(line) < columns ? CLEAR_REST_OF_LINE : "";
    return [`${ESC}${row + 1};1H${line}${rest}`];
  });
  return changed.length === 0 ? "" : `${BEGIN_UPDATE}${changed.join("")}${END_UPDATE}`;
}
