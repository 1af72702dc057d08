const HASH_LENGTH = 64;
const NONE = "0".repeat(HASH_LENGTH);

/** 64 hex digits of a chain id or node id; all zeros stand for "none" (never connected, and EOSIO 1.0). */
export function hashOf(value: unknown): string | undefined {
  // The length is checked separately: in the pattern it would take twice as long, and each row of each poll has three ids.
  return typeof value === "string" && value.length === HASH_LENGTH && /^[0-9a-f]+$/.test(value) && value !== NONE
    ? value
    : undefined;
}

/**
 * The first 8 hex digits of a block id are the block's number, big-endian (block_header.cpp num_from_id). The other digits
 * are not checked.
 */
export function numberInBlockId(id: unknown): number | undefined {
  if (typeof id !== "string" || id.length !== HASH_LENGTH) return undefined;
  let number = 0;
  for (let index = 0; index < NUMBER_DIGITS; index += 1) {
    const digit = hexDigit(id.charCodeAt(index));
    if (digit === undefined) return undefined;
    number = number * 16 + digit;
  }
  return number;
}

const NUMBER_DIGITS = 8;

/** Each row has three ids: this takes a fifth of the time of a pattern on a part of the text. */
function hexDigit(code: number): number | undefined {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = (code | 32) - 97;
  return letter >= 0 && letter < 6 ? letter + 10 : undefined;
}

/**
 * Unix seconds of a nodeos time. It is UTC but has no Z (libfc time.cpp to_iso_string), so JavaScript alone would read
 * it as local time. 1970 means "never" and gives undefined.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value)) return undefined;
  const year = twoDigits(value, 0) * 100 + twoDigits(value, 2);
  const month = twoDigits(value, 5);
  const day = twoDigits(value, 8);
  const hour = twoDigits(value, 11);
  const minute = twoDigits(value, 14);
  const second = twoDigits(value, 17);
  // Date.UTC would take a 13th month for one of the next year, and the year 26 for 1926.
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds(value));
  return time > 0 ? time / 1000 : undefined;
}

/** @param at index of a digit that the pattern has checked. Date.parse takes five times as long, and each row has a time. */
function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** The first three digits of the fraction; missing ones count as 0. */
function milliseconds(time: string): number {
  let number = 0;
  for (let index = 20; index < 23; index += 1) {
    const digit = time.charCodeAt(index) - ZERO;
    number = number * 10 + (digit >= 0 && digit <= 9 ? digit : 0);
  }
  return number;
}

const ZERO = 48;

const MILLISECOND_DIGITS = 13;
const SECOND_DIGITS = 10;
/** Digits of a current time in nanoseconds, microseconds, milliseconds and seconds. */
const LENGTHS: readonly number[] = [19, 16, MILLISECOND_DIGITS, SECOND_DIGITS];

/**
 * Unix seconds of `last_handshake.time`. The unit is the peer's: nanoseconds, but microseconds from some peers before
 * Leap 5 (EOSIO/eos issue 8365 has a value of 16 digits), and spring's normalize_epoch_to_ns also takes
 * milliseconds and seconds. 0, sent as a number, means that there was no handshake.
 */
export function handshakeTime(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !LENGTHS.includes(text.length) || text.charCodeAt(0) === ZERO) return undefined;
  let milliseconds = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    // Nanoseconds do not fit into a double; milliseconds are precise enough.
    if (index < MILLISECOND_DIGITS) milliseconds = milliseconds * 10 + digit;
  }
  return text.length < MILLISECOND_DIGITS ? milliseconds : milliseconds / 1000;
}

/** `host:port`, followed by `:trx` or `:blk` for a connection of one kind. */
export type ConfiguredAddress = { readonly address: string; readonly suffix: string | undefined };

export function splitKind(address: string): ConfiguredAddress {
  const suffix = address.endsWith(":trx") ? ":trx" : address.endsWith(":blk") ? ":blk" : undefined;
  return { address: suffix === undefined ? address : address.slice(0, -suffix.length), suffix };
}
