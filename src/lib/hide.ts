import { type Reading, readingsOf } from "./readings.ts";

/** Takes words out of texts in whatever encoding they stand there. */
export type Hide = (text: string) => string;

/**
 * A word is found as it is, in any case of its letters, with the escapes of URLs, JSON and HTML (also mixed and in each other), in
 * hexadecimal and in base64, whatever stands before and behind it. Of base64 the characters that hold a bit of the word are
 * taken out, as the first and last of them tell a part of it.
 *
 * A text without any costs one pass over it, however many words there are.
 * @param words each of at least two bytes in UTF-8; shorter ones are left out
 * @param mask what stands in their place
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
  /** In small letters. */
  readonly text: string;
  /** In base64 letters count. */
  readonly exact?: string;
  /** Encodings of the whole word, which may have something between their digits. */
  readonly isEncoded: boolean;
  /** Base64: whether the character before, or behind, holds some bits of the word too. */
  readonly sharesFirst?: boolean;
  readonly sharesLast?: boolean;
};

/** The word as bytes, in what a server may take it for. */
function spellings(word: string): readonly string[] {
  // Bytes are compared, so of letters beyond ASCII only these cases are found.
  const cases = /^[\x00-\x7f]*$/.test(word) ? [word] : [word, word.toLowerCase(), word.toUpperCase()];
  const composed = cases.flatMap((each) => [each, each.normalize("NFC"), each.normalize("NFD")]);
  const utf8 = composed.map(toByteText);
  return [
    ...new Set([
      ...utf8,
      // A header is bytes: who takes them for Latin-1 repeats each of them as a character.
      ...utf8.map(toByteText),
      ...(/^[\x00-\xff]*$/.test(word) ? [word] : []),
      // In the query of a URL and in forms.
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
 * In the base64 of a longer text: the characters that hold nothing but bits of the word, which are the same whatever stands around it.
 * @param before how many bytes of the first group of three are not the word's
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

/** From where to where in the text as it was given. */
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
    // One that overlaps or touches the one before it is under the same mask.
    if (start > done || done === 0) out += bytes.slice(done, start) + mask;
    done = end;
  }
  return out + bytes.slice(done);
}

/**
 * Bytes as a string of one character each. All spellings of a text come down to its bytes, strings are faster to search than
 * buffers, and an ASCII text is its own bytes.
 */
export function toByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text whose bytes in UTF-8 these are. */
export function fromByteText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** A place where one of the needles stands. */
export type Found<Needle> = { readonly needle: Needle; readonly at: number };

/** Finds every place of every needle in a text in one pass, however many needles there are. */
export type FindAll<Needle> = (text: string) => readonly Found<Needle>[];

/** Needles are told apart by this many of their first characters. */
const LONGEST_HEAD = 6;

/**
 * The search of Wu and Manber ("A fast algorithm for multi-pattern searching", 1994): two characters at a time tell how far on the
 * next place can be at the least, so most of a text is never looked at. The time is bounded by the length of the text times the
 * longest needle of one head.
 * @param needles each of at least two characters
 */
export function createFindAll<Needle extends { readonly text: string }>(needles: readonly Needle[]): FindAll<Needle> {
  const width = Math.min(LONGEST_HEAD, ...needles.map(({ text }) => text.length));
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

/** How far the window may move, by the pair of characters at its end. Pairs that share a place take the shorter way. */
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

/** A power of two with room enough that few pairs share a place. */
function tableSize(pairs: number): number {
  return Math.min(2 ** 16, Math.max(256, 2 ** Math.ceil(Math.log2(pairs * 8))));
}
