/**
 * One pass over the bytes of a text that should be JSON, before anything is built from them: it counts what JSON.parse would
 * build, and repairs what some programs write and JSON.parse refuses. Time and memory are linear in the bytes whatever
 * they are. Four bytes of a string are looked at at once, as most of an answer is strings.
 */

/** What a JSON text may hold. */
export type JsonLimits = {
  /** How many objects and lists may stand in each other. */
  readonly depth: number;
  /** Objects and lists. */
  readonly containers: number;
  /** Members of objects. One whose name is new at its place counts as `NEW_KEY`. */
  readonly keys: number;
  /** Strings that are no names of members. */
  readonly strings: number;
  /** Numbers, true, false and null. */
  readonly numbers: number;
};

/**
 * What a member counts whose name did not follow the names before it in any earlier object. V8 makes a new form (hidden
 * class) for each such name, which takes twenty times as long and thirty times as much memory as one that it knows: 60,000
 * members of 2,000 like rows are parsed in 3 ms, 60,000 with names of their own in 60 to 180 ms (Node 20).
 */
export const NEW_KEY = 10;

export type JsonScan =
  /** @property bytes the given ones, or a repaired copy */
  | { readonly kind: "counted"; readonly bytes: Uint8Array }
  /** @property limit the first that was exceeded; the rest was not looked at */
  | { readonly kind: "excess"; readonly limit: keyof JsonLimits };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LETTER_V = 0x76;

/** What a byte outside of strings is. */
const OTHER = 0;
const STRING = 1;
const OPEN = 2;
const CLOSE = 3;
const COLON = 4;
/** A byte of a number, of true, false or null. */
const WORD = 5;
const CONTROL = 6;
const ESCAPE = 7;
const KINDS = kinds();

function kinds(): Uint8Array {
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

/** The same byte four times. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** So that nobody can choose names whose hashes are the same. */
const SEED = Math.floor(Math.random() * 2 ** 32) | 0;
const FACTOR = Math.floor(Math.random() * 2 ** 32) | 1 | 0;

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, FACTOR);
  return product ^ (product >>> 15);
}

/**
 * Counts and repairs. A raw control character in a string becomes a space; so does the escape `\v`, which JSON lacks. Outside
 * of strings both become white space. The counts are exact for JSON; in a text that is none they are at least what a parser
 * builds before it finds out.
 */
export function scanJson(bytes: Uint8Array, limits: JsonLimits): JsonScan {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const lastWord = length - 4;
  const forms = createForms();
  /** For each open container, what the names of its members so far come to. */
  let names = new Int32Array(FIRST_DEPTH);
  let depth = 0;
  let containers = 0;
  let keys = 0;
  let strings = 0;
  let numbers = 0;
  /** The last string, until a colon made it a name. */
  let textStart = 0;
  let textEnd = 0;
  /** The repaired copy, once something was wrong: up to `end` it is done, and the rest still stands at `from`. */
  let out = bytes;
  let end = 0;
  let from = 0;
  let at = 0;
  while (at < length) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at += 1;
      textStart = at;
      // Until the quote that closes it.
      for (;;) {
        while (at <= lastWord) {
          const word = view.getInt32(at, true);
          const quote = word ^ QUOTES;
          const slash = word ^ BACKSLASHES;
          // The lowest bit that is set stands in the first byte that is a quote, a backslash, or below a space.
          const stops = (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | ((word - SPACES) & ~word)) & HIGH_BITS;
          if (stops !== 0) {
            at += (24 - Math.clz32(stops & -stops)) >>> 3;
            break;
          }
          at += 4;
        }
        let char = bytes[at] ?? QUOTE;
        for (; char !== QUOTE && (char === BACKSLASH || char < SPACE || at > lastWord); char = bytes[at] ?? QUOTE) {
          if (char === BACKSLASH) {
            // What is escaped may be a control character, which is looked at by itself.
            const escaped = bytes[at + 1] ?? 0;
            if (escaped === LETTER_V) {
              if (out === bytes) out = new Uint8Array(bytes);
              end = moved(out, end, from, at);
              out[end] = SPACE;
              end += 1;
              from = at + 2;
            }
            at += escaped < SPACE ? 1 : 2;
          } else {
            if (char < SPACE) {
              if (out === bytes) out = new Uint8Array(bytes);
              out[at] = SPACE;
            }
            at += 1;
          }
        }
        if (char === QUOTE) break;
      }
      textEnd = Math.min(at, length);
      at += 1;
      strings += 1;
      if (strings > limits.strings && !isName(bytes, at)) return { kind: "excess", limit: "strings" };
      continue;
    }
    const kind = KINDS[byte] ?? OTHER;
    if (kind === OTHER) {
      at += 1;
    } else if (kind === COLON) {
      strings -= 1;
      const form = mixed(names[depth] ?? 0, hashOf(view, textStart, textEnd));
      textEnd = textStart;
      names[depth] = form;
      keys += forms.isNew(form) ? NEW_KEY : 1;
      if (keys > limits.keys) return { kind: "excess", limit: "keys" };
      at += 1;
    } else if (kind === WORD) {
      do at += 1;
      while (KINDS[bytes[at] ?? 0] === WORD);
      numbers += 1;
      if (numbers > limits.numbers) return { kind: "excess", limit: "numbers" };
    } else if (kind === OPEN) {
      containers += 1;
      depth += 1;
      if (containers > limits.containers) return { kind: "excess", limit: "containers" };
      if (depth > limits.depth) return { kind: "excess", limit: "depth" };
      if (depth === names.length) names = grown(names);
      names[depth] = SEED;
      at += 1;
    } else if (kind === CLOSE) {
      if (depth > 0) depth -= 1;
      at += 1;
    } else if (kind === CONTROL || bytes[at + 1] === LETTER_V) {
      if (out === bytes) out = new Uint8Array(bytes);
      out[at] = SPACE;
      // Of an escape that stands where none may.
      if (kind === ESCAPE) out[at + 1] = SPACE;
      at += kind === ESCAPE ? 2 : 1;
    } else {
      at += 1;
    }
  }
  return { kind: "counted", bytes: out === bytes ? bytes : out.subarray(0, moved(out, end, from, length)) };
}

function hashOf(view: DataView, start: number, end: number): number {
  let hash = SEED;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mixed(hash, view.getInt32(at, true));
  for (; at < end; at += 1) hash = mixed(hash, view.getUint8(at));
  return hash;
}

/** Whether a colon follows. */
function isName(bytes: Uint8Array, start: number): boolean {
  let at = start;
  while (at < bytes.length && (bytes[at] ?? 0) <= SPACE) at += 1;
  return KINDS[bytes[at] ?? 0] === COLON;
}

/** A call of the engine's own for each of a million short pieces would take longer than all else. */
const SHORT = 32;

/** Moves what stands from `from` to `until` forward to `to`, and gives where that ends. */
function moved(bytes: Uint8Array, to: number, from: number, until: number): number {
  const end = to + until - from;
  if (to === from) return end;
  if (until - from > SHORT) bytes.copyWithin(to, from, until);
  else for (let at = from, target = to; at < until; at += 1, target += 1) bytes[target] = bytes[at] ?? 0;
  return end;
}

const FIRST_DEPTH = 64;

function grown(before: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * before.length);
  larger.set(before);
  return larger;
}

/** Which orders of names came so far, by their hashes. */
type Forms = { isNew(hash: number): boolean };

const FIRST_FORMS = 1024;

function createForms(): Forms {
  let table = new Int32Array(FIRST_FORMS);
  let count = 0;

  function place(hash: number): number {
    let slot = hash & (table.length - 1);
    while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & (table.length - 1);
    return slot;
  }

  function grow(): void {
    const before = table;
    table = new Int32Array(2 * before.length);
    for (const hash of before) if (hash !== 0) table[place(hash)] = hash;
  }

  return {
    isNew(given) {
      // 0 stands for nothing.
      const hash = given === 0 ? 1 : given;
      const slot = place(hash);
      if (table[slot] === hash) return false;
      table[slot] = hash;
      count += 1;
      if (2 * count > table.length) grow();
      return true;
    },
  };
}
