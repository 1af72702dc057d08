/** Sizes as people write them: `8MiB`, `512KiB`, or a plain number of bytes. */

const UNITS = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

const SIZE = /^(\d{1,12})(KiB|MiB|GiB)?$/;

/** Bytes; undefined for anything that is no size. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (unit === "KiB" || unit === "MiB" || unit === "GiB" ? UNITS[unit] : 1);
}

/** As parseSize reads it: the largest unit that gives a whole number. */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"] as const) {
    if (bytes >= UNITS[unit] && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit}`;
  }
  return String(bytes);
}
