import { formatDuration } from "../duration.ts";

/** How numbers and times are written for people. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** 1536 as 1.5 KiB. @param space between number and unit */
export function bytes(value: number, space = "\u202f"): string {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), UNITS.length - 1);
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)}${space}${UNITS[power]}`;
}

/** How long something lasts, in its two largest units: 3h12m. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  const units = formatDuration(Math.round(seconds) * 1000).match(/(?<!\d)\d+[a-z]+/g) ?? [];
  return units.slice(0, 2).join("");
}

/** How old something is, in whole seconds: 0s for less than one, and for a clock that is behind. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole === 0 ? "0s" : duration(whole);
}

export function ago(ms: number, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - ms) / 1000);
  return seconds < 1 ? "now" : `${duration(seconds)} ago`;
}

/** A node may send any number as a time. A number that is not a valid date is shown unchanged. */
export function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

/** 1 node, 2 nodes. */
export function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

/** Units of sizes in the configuration: `8MiB`, `512KiB`, or a plain number of bytes. */

const SIZE_UNITS = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

const SIZE = /^(\d{1,12})(KiB|MiB|GiB)?$/;

/** The number of bytes; undefined for text that is not a size. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (unit === "KiB" || unit === "MiB" || unit === "GiB" ? SIZE_UNITS[unit] : 1);
}

/** The text for parseSize, with the largest unit that gives a whole number: 1572864 is `1536KiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"] as const) {
    if (bytes >= SIZE_UNITS[unit] && bytes % SIZE_UNITS[unit] === 0) return `${bytes / SIZE_UNITS[unit]}${unit}`;
  }
  return String(bytes);
}

/** Lines of plain text with aligned columns. Rows have as many cells as the first one. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
