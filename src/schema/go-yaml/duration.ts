const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** The longest duration of Go: 292 years. */
const MAX_NS = 2 ** 63;

/**
 * Parses a duration in Go's notation (1s, 100ms, 1.5h, -1s) into whole nanoseconds, as
 * [time.ParseDuration](https://pkg.go.dev/time#ParseDuration); undefined when it is malformed.
 */
export function parseGoDuration(text: string): number | undefined {
  const [, sign, amounts = ""] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (amounts === "0") return 0;
  let total = 0;
  PART.lastIndex = 0;
  for (let end = 0; end < amounts.length; end = PART.lastIndex) {
    const [, amount, unit = ""] = PART.exec(amounts) ?? [];
    if (amount === undefined) return undefined;
    total += Math.trunc(Number(amount) * (UNITS_NS[unit] ?? 0));
  }
  if (amounts === "" || !(total < MAX_NS)) return undefined;
  return sign === "-" && total !== 0 ? -total : total;
}
