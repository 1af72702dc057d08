import stringWidth from "fast-string-truncated-width";
import { harmless } from "./harmless.ts";

/** Texts in the columns of a terminal, which wide characters take two of. */

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
  return columns < 1 ? "" : `${prefix(fits)}…`;
}
