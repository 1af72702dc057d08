import type { Row } from "./targets.ts";

/** Parts of rows that strangers choose. */

export const LONG = "x".repeat(400);
const ODD = ["\\u0000", "\\v", "\x01", '\\"', "\\\\", "€", "\\ud800", "𝕏", "a"];

/** Different addresses, more than any list has rows. */
export function ipv4(index: number): string {
  return `${1 + ((index >> 16) & 127)}.${(index >> 8) & 255}.${index & 255}.${1 + (index % 200)}`;
}

/** Not in canonical form, which costs to be read. */
export function ipv6(index: number): string {
  return `2001:0DB8:0:00:${(index >> 16).toString(16)}:0:0:${(index & 65_535).toString(16)}`;
}

/** 64 hex digits that begin with the number. */
export function hash(index: number): string {
  return (index >>> 0).toString(16).padStart(8, "0") + "5a".repeat(28);
}

/** A short text with characters that are hard to show. */
export function odd(index: number): string {
  return `${ODD[index % ODD.length]}${index}${ODD[(index >> 3) % ODD.length]}`;
}

/** What is no row of any chain. */
export const MALFORMED: Readonly<Record<string, Row>> = {
  "rows, null": () => "null",
  "rows, no objects": (index) => `[${index}]`,
  "rows, empty": () => "{}",
  "rows, of other fields": (index) => `{"a":${index},"b":"x","c":[],"d":{}}`,
};
