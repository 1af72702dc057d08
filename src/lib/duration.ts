/** Durations in the notation of Prometheus: 500ms, 15s, 1m30s, 1h, 2d. */

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Units go from large to small, each at most once.
 * @returns milliseconds, or undefined if the text is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === "") return undefined;
  let total = 0;
  for (const [index, [, unit]] of UNITS.entries()) total += Number(match[index + 1] ?? 0) * unit;
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest text that parses to the same duration. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  let out = "";
  for (const [name, unit] of UNITS) {
    const amount = Math.floor(rest / unit);
    if (amount > 0) out += `${amount}${name}`;
    rest -= amount * unit;
  }
  return out === "" ? "0s" : out;
}
