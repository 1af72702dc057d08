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
  let kept = "";
  // The library's own truncation may exceed the limit by half a wide character.
  for (const character of text) {
    if (width(kept + character) > columns - 1) break;
    kept += character;
  }
  return columns < 1 ? "" : `${kept}…`;
}
