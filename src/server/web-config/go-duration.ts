const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds of a duration as Go writes it (1s, 100ms, 1.5h), which is the format of the file; else undefined. */
export function parseGoDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const [, amount, unit = ""] = PART.exec(text) ?? [];
    if (amount === undefined) return undefined;
    total += Number(amount) * (UNITS_MS[unit] ?? 0);
  }
  return text === "" ? undefined : total;
}
