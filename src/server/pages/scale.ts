import { bytes, count } from "./format.ts";

/** The axes of charts: their lines and texts. */

export type Scale = {
  /** The value at the top; the bottom is 0, so that a small change does not look like a large one. */
  readonly top: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
};

/** How values are written: exactly, and short at an axis. */
export type Unit = {
  readonly exact: (value: number) => string;
  readonly scale: (highest: number) => Scale;
};

/** In one byte, as a page has many of them; the style does not break lines there. */
const SPACE = " ";

/** Whole numbers. */
export const COUNT: Unit = {
  exact: (value) => count(Math.round(value)),
  scale: (highest) => scaleOf(highest, 1, 1, short),
};

export const BYTES_PER_SECOND: Unit = {
  exact: (value) => `${bytes(value, SPACE)}/s`,
  scale: (highest) => {
    const unit = 1024 ** Math.min(MAX_POWER, Math.max(0, Math.floor(Math.log2(Math.max(1, highest)) / 10)));
    return scaleOf(highest, unit, unit === 1 ? 1 : 0, (value) => (value === 0 ? "0" : roundBytes(value)));
  },
};

export const SECONDS: Unit = {
  exact: (value) =>
    value < 1 ? `${count(Math.round(value * 1000))}${SPACE}ms` : `${count(digits(value, value < 10 ? 1 : 0))}${SPACE}s`,
  scale: (highest) =>
    highest < 1
      ? scaleOf(highest, 0.001, 1, (value) => (value === 0 ? "0" : `${digits(value * 1000, 0)}${SPACE}ms`))
      : scaleOf(highest, 1, 0, (value) => (value === 0 ? "0" : `${short(digits(value, 1))}${SPACE}s`)),
};

/** The units of `bytes` end here. */
const MAX_POWER = 5;

/** 2.0 KiB as 2 KiB. */
function roundBytes(value: number): string {
  return bytes(value, SPACE).replace(".0", "");
}

const MAX_STEPS = 4;

/** @param least the smallest step, in units; 0: any */
function scaleOf(highest: number, unit: number, least: number, textOf: (value: number) => string): Scale {
  const needed = highest / unit / MAX_STEPS;
  const power = needed > 0 ? 10 ** Math.floor(Math.log10(needed)) : 1;
  const nice = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= needed * (1 - 1e-9));
  const step = Math.max(nice ?? 10 * power, least) * unit;
  const steps = Math.max(1, Math.ceil((highest / step) * (1 - 1e-9)));
  const ticks = Array.from({ length: steps + 1 }, (_, index) => ({ value: index * step, text: textOf(index * step) }));
  return { top: steps * step, ticks };
}

const SUFFIXES = ["", "k", "M", "G", "T", "P"];

/** 1500000 as 1.5M. */
function short(value: number): string {
  if (value < 10_000) return count(value);
  const power = Math.min(SUFFIXES.length - 1, Math.floor(Math.log10(value) / 3 + 1e-9));
  const scaled = value / 1000 ** power;
  return scaled >= 10_000 ? value.toExponential(0) : `${digits(scaled, 1)}${SUFFIXES[power]}`;
}

function digits(value: number, fraction: number): number {
  return Number(value.toFixed(fraction));
}

/** The time that charts show, in whole minutes since 1970. Its last minute is the present one. */
export type TimeWindow = {
  readonly first: number;
  readonly minutes: number;
  readonly ticks: readonly { readonly minute: number; readonly text: string }[];
};

const MINUTE_MS = 60_000;

const WINDOWS = [
  { minutes: 10, every: 2 },
  { minutes: 30, every: 5 },
  { minutes: 60, every: 10 },
] as const;

/** The last hour; after the start of the exporter the last 10 or 30 minutes, as nothing is known of the time before. */
export function timeWindow(sinceMs: number | undefined, nowMs: number): TimeWindow {
  const last = Math.floor(nowMs / MINUTE_MS);
  const age = last - Math.floor((sinceMs ?? nowMs) / MINUTE_MS);
  const { minutes, every } = WINDOWS.find((each) => age < each.minutes) ?? { minutes: 60, every: 10 };
  const first = last - minutes + 1;
  const ticks = Array.from({ length: minutes + 1 }, (_, index) => first + index)
    .filter((minute) => minute % every === 0)
    .map((minute) => ({ minute, text: clock(minute) }));
  return { first, minutes, ticks };
}

/** 22:04, in UTC. */
export function clock(minute: number): string {
  const ofDay = ((minute % 1440) + 1440) % 1440;
  return `${String(Math.floor(ofDay / 60)).padStart(2, "0")}:${String(ofDay % 60).padStart(2, "0")}`;
}
