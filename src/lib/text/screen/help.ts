import type { Trouble } from "./model.ts";

/** The texts that a key shows in place of the table. */

/** At most 76 columns wide, so that nothing is cut on a usual terminal. */
export const HELP: readonly string[] = [
  "Up, Down, k, j           scroll by a line",
  "PageUp, PageDown, Space  scroll by a page; also b and f",
  "Home, End, g, G          go to the first or the last line",
  "Left, Right              scroll sideways where not all columns fit",
  "s, S  or  >, <           sort by the next or the previous column",
  "1 to 9                   sort by that column; again: the other way round",
  "r                        reverse the order",
  "/                        show only rows with these words; Enter keeps them,",
  "                         Escape clears them",
  "e                        list all errors, with what to do",
  "p                        pause: no polls, and nothing moves",
  "Ctrl-L                   draw the screen again",
  "Ctrl-Z                   suspend; the command fg of the shell goes on",
  "h, ?                     this help",
  "q, Ctrl-C                quit",
];

/** What fails, in whole. */
export function errorLines(troubles: readonly Trouble[]): readonly string[] {
  if (troubles.length === 0) return ["No errors."];
  return troubles.flatMap(({ name, state, texts }) => [`${name} ${state}`, ...texts.map((text) => `  ${text}`)]);
}
