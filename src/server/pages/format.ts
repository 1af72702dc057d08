import { ago, isoTime } from "../../lib/text/format.ts";
import { type Markup, markup } from "../markup.ts";

export { ago, bytes, duration, isoTime } from "../../lib/text/format.ts";

/** How numbers and times are written for people. */

/** What stands where nothing is known. */
export const UNKNOWN = markup`<span class="unknown" title="not known">–</span>`;

/** 1234567 as 1 234 567, with narrow spaces that do not break. */
export function count(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end));
  const grouped = groups.join("\u202f");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function countOrUnknown(value: number | undefined): Markup {
  return value === undefined ? UNKNOWN : markup`${count(value)}`;
}

/** A moment, as long ago, with the date itself for whoever points at it or reads it by machine. */
export function moment(ms: number, nowMs: number): Markup {
  const date = isoTime(ms);
  return markup`<time datetime="${date}" title="${date}">${ago(ms, nowMs)}</time>`;
}

/** A moment in UTC. */
export function timeOfDay(ms: number): Markup {
  const date = isoTime(ms);
  return markup`<time datetime="${date}">${date.slice(0, 19).replace("T", " ")}</time>`;
}
