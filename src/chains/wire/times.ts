/**
 * Unix seconds of a nodeos time. It is UTC but has no Z (libfc time.cpp to_iso_string), so JavaScript alone would read
 * it as local time. 1970 stands for "never" and gives undefined.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value)) return undefined;
  const seconds = Date.parse(value.endsWith("Z") ? value : `${value}Z`) / 1000;
  return seconds > 0 ? seconds : undefined;
}

/** Ticks of a second, by how many digits a present time has in them. */
const TICKS: ReadonlyMap<number, bigint> = new Map([
  [19, 1_000_000_000n],
  [16, 1_000_000n],
  [13, 1000n],
  [10, 1n],
]);

/**
 * Unix seconds of `last_handshake.time`. The unit is the peer's: nanoseconds, but microseconds from some peers before
 * Leap 5 (a value of 16 digits stands in EOSIO/eos issue 8365), and spring's normalize_epoch_to_ns also takes
 * milliseconds and seconds. 0, sent as a number, means that there was no handshake.
 */
export function handshakeTime(value: unknown): number | undefined {
  const digits = typeof value === "number" ? String(value) : value;
  if (typeof digits !== "string") return undefined;
  const ticks = TICKS.get(digits.length);
  if (ticks === undefined || !/^[1-9]\d*$/.test(digits)) return undefined;
  // Nanoseconds do not fit into a double; milliseconds are more than anybody needs of it.
  return Number((BigInt(digits) * 1000n) / ticks) / 1000;
}
