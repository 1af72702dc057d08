import { formatDuration } from "../../config/duration.ts";
import { type Markup, markup } from "../markup.ts";

/** How numbers and times are written for people. */

/** What stands where nothing is known. */
export const UNKNOWN = markup`<span class="unknown" title="not known">–</span>`;

/** 1234567 as 1 234 567, with narrow spaces that do not break. */
export function count(value: number): string {
  const [whole = "", fraction] = String(value).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function countOrUnknown(value: number | undefined): Markup {
  return value === undefined ? UNKNOWN : markup`${count(value)}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** 1536 as 1.5 KiB. */
export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), UNITS.length - 1);
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)}\u202f${UNITS[power]}`;
}

/** How long something lasts, in its two largest units: 3h12m. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  const units = formatDuration(Math.round(seconds) * 1000).match(/\d+[a-z]+/g) ?? [];
  return units.slice(0, 2).join("");
}

export function ago(ms: number, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - ms) / 1000);
  return seconds < 1 ? "now" : `${duration(seconds)} ago`;
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

/** A node may send any number as a time: one that is no date is shown as it came. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
