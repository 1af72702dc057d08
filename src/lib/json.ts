import { createOpenObjects } from "./json-names.ts";

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How much a JSON text may contain. */
export type JsonLimits = {
  /** Levels of nested objects and arrays. */
  readonly depth: number;
  /** Objects and arrays. */
  readonly containers: number;
  /** Members of objects. A member whose name is new at its place counts as `NEW_KEY`. */
  readonly keys: number;
  /** Strings that are not names of members. */
  readonly strings: number;
  /** Numbers, true, false and null. */
  readonly numbers: number;
};

/**
 * How much a member counts whose name did not follow the names before it in any earlier object. V8 makes a new shape (hidden
 * class) for each such name, which takes twenty times as long and thirty times as much memory as a known one: 60,000 members
 * of 2,000 similar rows are parsed in 3 ms, 60,000 members with different names in 60 to 180 ms (Node 20).
 */
export const NEW_KEY = 10;

type JsonScan =
  /** @property bytes the given ones, or a repaired copy */
  | { readonly kind: "counted"; readonly bytes: Uint8Array }
  /** @property limit the first one that was exceeded; the rest was not scanned */
  | { readonly kind: "excess"; readonly limit: keyof JsonLimits };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LETTER_V = 0x76;

/** Kinds of bytes outside of strings. */
const OTHER = 0;
const STRING = 1;
const OPEN = 2;
const CLOSE = 3;
const COLON = 4;
/** A byte of a number, of true, false or null. */
const WORD = 5;
const CONTROL = 6;
const ESCAPE = 7;
const KINDS = kindsOfBytes();

function kindsOfBytes(): Uint8Array {
  const table = new Uint8Array(256);
  for (let byte = 0; byte < SPACE; byte += 1) table[byte] = CONTROL;
  // White space.
  for (const char of "\t\n\r") table[char.charCodeAt(0)] = OTHER;
  for (const char of "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
    table[char.charCodeAt(0)] = WORD;
  }
  table[QUOTE] = STRING;
  table[BACKSLASH] = ESCAPE;
  for (const char of "[{") table[char.charCodeAt(0)] = OPEN;
  for (const char of "]}") table[char.charCodeAt(0)] = CLOSE;
  table[":".charCodeAt(0)] = COLON;
  return table;
}

/**
 * One pass over the bytes of a text that should be JSON, before anything is built from them: counts what JSON.parse would build,
 * and repairs what some programs write and JSON.parse refuses. A raw control character in a string becomes a space, and so
 * does the escape `\v`, which JSON lacks; outside of strings both become white space. The counts are exact for JSON; for other
 * texts they are at least what a parser builds before it finds the error. Time and memory are linear in the number of bytes,
 * for any input. Strings are scanned four bytes at a time, as they are the largest part of a response.
 */
export function scanJson(bytes: Uint8Array, limits: JsonLimits): JsonScan {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const repair = createRepair(bytes);
  const objects = createOpenObjects(view);
  let containers = 0;
  let keys = 0;
  let strings = 0;
  let numbers = 0;
  /** The last string, which a colon turns into a name. */
  let textStart = 0;
  let textEnd = 0;
  let at = 0;
  while (at < length) {
    const kind = KINDS[bytes[at] ?? 0] ?? OTHER;
    if (kind === OTHER) {
      at += 1;
    } else if (kind === STRING) {
      textStart = at + 1;
      textEnd = endOfString(bytes, view, textStart, repair);
      at = textEnd + 1;
      strings += 1;
      if (strings > limits.strings && !isName(bytes, at)) return { kind: "excess", limit: "strings" };
    } else if (kind === COLON) {
      at += 1;
      strings -= 1;
      keys += objects.addName(textStart, Math.min(textEnd, length)) ? NEW_KEY : 1;
      textEnd = textStart;
      if (keys > limits.keys) return { kind: "excess", limit: "keys" };
    } else if (kind === WORD) {
      do at += 1;
      while (KINDS[bytes[at] ?? 0] === WORD);
      numbers += 1;
      if (numbers > limits.numbers) return { kind: "excess", limit: "numbers" };
    } else if (kind === OPEN) {
      at += 1;
      containers += 1;
      if (containers > limits.containers) return { kind: "excess", limit: "containers" };
      if (objects.open() > limits.depth) return { kind: "excess", limit: "depth" };
    } else if (kind === CLOSE) {
      at += 1;
      objects.close();
    } else {
      at = afterStray(bytes, at, kind, repair);
    }
  }
  return { kind: "counted", bytes: repair.bytes() };
}

/** The same byte four times. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** The index of the quote that closes a string, or an index behind the last byte. */
function endOfString(bytes: Uint8Array, view: DataView, start: number, repair: Repair): number {
  const lastWord = bytes.length - 4;
  let at = start;
  for (;;) {
    while (at <= lastWord) {
      const word = view.getInt32(at, true);
      const quote = word ^ QUOTES;
      const slash = word ^ BACKSLASHES;
      // The lowest set bit is in the first byte that is a quote, a backslash, or below a space.
      const stops = (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((word - SPACES) & ~word)) & HIGH_BITS;
      if (stops !== 0) {
        at += (24 - Math.clz32(stops & -stops)) >>> 3;
        break;
      }
      at += 4;
    }
    let byte = bytes[at] ?? QUOTE;
    while (byte !== QUOTE && (byte === BACKSLASH || byte < SPACE || at > lastWord)) {
      at = afterByte(bytes, at, byte, repair);
      byte = bytes[at] ?? QUOTE;
    }
    if (byte === QUOTE) return at;
  }
}

/** Passes and repairs one byte of a string, or one escape. */
function afterByte(bytes: Uint8Array, at: number, byte: number, repair: Repair): number {
  if (byte !== BACKSLASH) {
    if (byte < SPACE) repair.blank(at);
    return at + 1;
  }
  const escaped = bytes[at + 1] ?? 0;
  if (escaped === LETTER_V) repair.shorten(at);
  // An escaped control character is repaired as a byte of its own.
  return at + (escaped < SPACE ? 1 : 2);
}

/** Passes a control character or a backslash outside of strings; the former and `\v` become white space. */
function afterStray(bytes: Uint8Array, at: number, kind: number, repair: Repair): number {
  const isEscape = kind === ESCAPE && bytes[at + 1] === LETTER_V;
  if (kind === CONTROL || isEscape) repair.blank(at);
  if (isEscape) repair.blank(at + 1);
  return at + (isEscape ? 2 : 1);
}

/** Whether a colon follows. */
function isName(bytes: Uint8Array, start: number): boolean {
  let at = start;
  while (at < bytes.length && (bytes[at] ?? 0) <= SPACE) at += 1;
  return KINDS[bytes[at] ?? 0] === COLON;
}

/** Changes a copy of the bytes, which is made for the first change. Calls must go from left to right. */
type Repair = {
  /** Replaces a byte by a space. */
  blank(at: number): void;
  /** Replaces two bytes by one space. */
  shorten(at: number): void;
  /** The bytes, with all changes. */
  bytes(): Uint8Array;
};

function createRepair(given: Uint8Array): Repair {
  let copy: Uint8Array | undefined;
  /** Up to `end` the copy is complete; the rest is still at `from`. */
  let end = 0;
  let from = 0;
  return {
    blank(at) {
      copy ??= new Uint8Array(given);
      copy[at] = SPACE;
    },
    shorten(at) {
      copy ??= new Uint8Array(given);
      end = move(copy, end, from, at);
      copy[end] = SPACE;
      end += 1;
      from = at + 2;
    },
    bytes: () => (copy === undefined ? given : copy.subarray(0, move(copy, end, from, given.length))),
  };
}

/** From this length on, the engine's own copying is faster than a loop. */
const MIN_COPIED_BYTES = 33;

/** Moves the bytes from `from` to `until` left to `to`. @returns the index behind them */
function move(bytes: Uint8Array, to: number, from: number, until: number): number {
  const end = to + until - from;
  if (to === from) return end;
  if (until - from >= MIN_COPIED_BYTES) bytes.copyWithin(to, from, until);
  else for (let at = from, target = to; at < until; at += 1, target += 1) bytes[target] = bytes[at] ?? 0;
  return end;
}
