import { type Reading, readingsOf } from "./readings.ts";

/** Replaces words in a text, in any encoding. */
export type Hide = (text: string) => string;

/**
 * A word is found as it is, in any case of its letters, with the escapes of URLs, JSON and HTML (also mixed and nested), in
 * hexadecimal and in base64, within any other text. In base64 every character with a bit of the word is replaced, as the first
 * and last of them reveal a part of it.
 *
 * A text without any word costs one pass, however many words there are.
 * @param words each of at least two bytes in UTF-8; shorter ones are ignored
 * @param mask replaces each word
 */
export function createHide(words: readonly string[], mask: string): Hide {
  const needles = [...new Set(words)].flatMap(spellings).flatMap(needlesOf);
  if (needles.length === 0) return (text) => text;
  const find = createFindAll(needles);
  return (text) => {
    const bytes = toByteText(text);
    const ranges = readingsOf(bytes).flatMap((reading) => rangesIn(reading, find(reading.text.toLowerCase())));
    return ranges.length === 0 ? text : fromByteText(replaced(bytes, ranges, mask));
  };
}

type Needle = {
  /** In lower case. */
  readonly text: string;
  /** For base64, where the case of letters matters. */
  readonly exact?: string;
  /** Whether it is an encoding of the word, which may have separators between its digits. */
  readonly isEncoded: boolean;
  /** Base64: whether the character before, or after, it has some bits of the word too. */
  readonly sharesFirst?: boolean;
  readonly sharesLast?: boolean;
};

/** The word as bytes, in every way that a server may interpret it. */
function spellings(word: string): readonly string[] {
  // Bytes are compared, so of non-ASCII letters only these cases are found.
  const cases = /^[\x00-\x7f]*$/.test(word) ? [word] : [word, word.toLowerCase(), word.toUpperCase()];
  const composed = cases.flatMap((each) => [each, each.normalize("NFC"), each.normalize("NFD")]);
  const utf8 = composed.map(toByteText);
  return [
    ...new Set([
      ...utf8,
      // A server that reads the bytes of a header as Latin-1 repeats each of them as a character.
      ...utf8.map(toByteText),
      ...(/^[\x00-\xff]*$/.test(word) ? [word] : []),
      // As in the query of a URL and in forms.
      ...utf8.filter((bytes) => bytes.includes(" ")).map((bytes) => bytes.replaceAll(" ", "+")),
    ]),
  ].filter(({ length }) => length >= 2);
}

function needlesOf(bytes: string): readonly Needle[] {
  const hex = Buffer.from(bytes, "latin1").toString("hex");
  return [
    { text: bytes.toLowerCase(), isEncoded: false },
    { text: hex, isEncoded: true },
    ...[0, 1, 2].flatMap((before) => base64Needles(bytes, before)),
  ];
}

/**
 * The characters in the base64 of a longer text that consist of bits of the word only, and so do not depend on the text around it.
 * @param before how many bytes of the first group of three precede the word
 */
function base64Needles(bytes: string, before: number): readonly Needle[] {
  const [firstBit, endBit] = [before * 8, (before + bytes.length) * 8];
  const padded = Buffer.from(`${"\0".repeat(before)}${bytes}\0\0`, "latin1");
  const [first, end] = [Math.ceil(firstBit / 6), Math.floor(endBit / 6)];
  const forms = new Set([padded.toString("base64"), padded.toString("base64url")].map((all) => all.slice(first, end)));
  return [...forms]
    .filter(({ length }) => length >= 2)
    .map((exact) => ({
      ...{ text: exact.toLowerCase(), exact, isEncoded: true },
      ...{ sharesFirst: firstBit % 6 !== 0, sharesLast: endBit % 6 !== 0 },
    }));
}

/** Start and end in the given text. */
type Range = readonly [start: number, end: number];

function rangesIn({ text, origins, packed }: Reading, found: readonly Found<Needle>[]): readonly Range[] {
  return found.flatMap(({ needle, at }): readonly Range[] => {
    const { exact, isEncoded, sharesFirst, sharesLast } = needle;
    if (packed && !isEncoded) return [];
    const end = at + needle.text.length;
    if (exact !== undefined && text.slice(at, end) !== exact) return [];
    const from = sharesFirst && isBase64(text[at - 1]) ? at - 1 : at;
    const to = sharesLast && isBase64(text[end]) ? end + 1 : end;
    return [[origins?.begins[from] ?? from, origins?.ends[to - 1] ?? to]];
  });
}

function isBase64(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9+/_-]/.test(character);
}

function replaced(bytes: string, ranges: readonly Range[], mask: string): string {
  let out = "";
  let done = 0;
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    if (end <= done) continue;
    // Ranges that overlap or touch share one mask.
    if (start > done || done === 0) out += bytes.slice(done, start) + mask;
    done = end;
  }
  return out + bytes.slice(done);
}

/**
 * The UTF-8 bytes of a text as a string with one character for each byte. Strings are faster to search than buffers, and an ASCII
 * text stays the same.
 */
function toByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text with these UTF-8 bytes. */
function fromByteText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** An occurrence of a needle. */
type Found<Needle> = { readonly needle: Needle; readonly at: number };

/** Finds every occurrence of every needle in one pass, however many needles there are. */
type FindAll<Needle> = (text: string) => readonly Found<Needle>[];

/** Needles are grouped by at most this many first characters. */
const MAX_HEAD_LENGTH = 6;

/**
 * The search of Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): each pair of characters gives the minimum
 * distance to the next occurrence, so most of a text is skipped. The time is bounded by the length of the text times the length
 * of all needles with one head.
 * @param needles each of at least two characters
 */
function createFindAll<Needle extends { readonly text: string }>(needles: readonly Needle[]): FindAll<Needle> {
  const width = Math.min(MAX_HEAD_LENGTH, ...needles.map(({ text }) => text.length));
  if (needles.length === 0) return () => [];
  if (width < 2) throw new RangeError("a needle needs two characters");
  const byHead = new Map<string, Needle[]>();
  for (const needle of needles) {
    const head = needle.text.slice(0, width);
    const others = byHead.get(head);
    if (others === undefined) byHead.set(head, [needle]);
    else others.push(needle);
  }
  const mask = tableSize(byHead.size * width) - 1;
  const skips = skipTable([...byHead.keys()], width, mask);
  return (text) => {
    let found: Found<Needle>[] | undefined;
    for (let last = width - 1; last < text.length; ) {
      const skip = skips[pairHash(text, last) & mask] ?? 0;
      if (skip > 0) {
        last += skip;
        continue;
      }
      const at = last - width + 1;
      for (const needle of byHead.get(text.slice(at, last + 1)) ?? []) {
        if (!text.startsWith(needle.text, at)) continue;
        found ??= [];
        found.push({ needle, at });
      }
      last += 1;
    }
    return found ?? [];
  };
}

/** How far the window may move, by the pair of characters at its end. Pairs that share an entry use the shorter distance. */
function skipTable(heads: readonly string[], width: number, mask: number): Uint8Array {
  const skips = new Uint8Array(mask + 1).fill(width - 1);
  for (const head of heads) {
    for (let last = 1; last < width; last += 1) {
      const place = pairHash(head, last) & mask;
      skips[place] = Math.min(skips[place] ?? 0, width - 1 - last);
    }
  }
  return skips;
}

function pairHash(text: string, last: number): number {
  return text.charCodeAt(last - 1) * 31 + text.charCodeAt(last) * 7;
}

/** A power of two, large enough that few pairs share an entry. */
function tableSize(pairs: number): number {
  return Math.min(2 ** 16, Math.max(256, 2 ** Math.ceil(Math.log2(pairs * 8))));
}
