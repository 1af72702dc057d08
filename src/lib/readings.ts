/**
 * One interpretation of a text of unknown encoding: with the escapes of URLs, of JSON and other string literals, or of HTML,
 * which may be nested. All strings here have one character for each byte (see toByteText in hide.ts).
 */
export type Reading = {
  readonly text: string;
  /** Where each character of `text` starts and ends in the given text; undefined: at the same index. */
  readonly origins: Origins | undefined;
  /** Separators between the digits of an encoding are removed, so only encodings can be found in `text`. */
  readonly packed: boolean;
};

type Origins = { readonly begins: readonly number[]; readonly ends: readonly number[] };

const PERCENT = "%u[0-9a-f]{4}|%[0-9a-f]{2}";
const CODES = String.raw`\\u\{[0-9a-f]{1,6}\}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\x[0-9a-f]{2}|\\[0-7]{3}`;
const ENTITIES = "&#[0-9]{1,7};|&#x[0-9a-f]{1,6};|&(?:amp|lt|gt|quot|apos|sol|plus|percnt|colon|equals);";

const PERCENT_ESCAPE = new RegExp(PERCENT, "gi");
const BACKSLASH_ESCAPE = new RegExp(String.raw`${CODES}|\\[\x21-\x7e]`, "gi");
const ENTITY = new RegExp(ENTITIES, "gi");
const ANY_ESCAPE = new RegExp(String.raw`${PERCENT}|${ENTITIES}|${CODES}|\\[\x21-\x7e]`, "gi");
/** Without single escaped characters, so that a backslash before an escape does not hide it. */
const ANY_CODE = new RegExp(`${PERCENT}|${ENTITIES}|${CODES}`, "gi");

/** Nested escapes, and escapes of one kind while those of another kind are plain text. */
const IN_ORDER: readonly (readonly RegExp[])[] = [
  [ANY_ESCAPE, ANY_ESCAPE, ANY_ESCAPE],
  [PERCENT_ESCAPE, BACKSLASH_ESCAPE],
  [PERCENT_ESCAPE, PERCENT_ESCAPE],
  [BACKSLASH_ESCAPE, PERCENT_ESCAPE],
  [BACKSLASH_ESCAPE, BACKSLASH_ESCAPE],
  [ENTITY, PERCENT_ESCAPE],
  [ANY_CODE],
];

/**
 * All interpretations of a text: at most 30, each no longer than the text.
 * @param bytes one character for each byte
 */
export function readingsOf(bytes: string): readonly Reading[] {
  const plain: Reading = { text: bytes, origins: undefined, packed: false };
  if (!/[%\\&\n\r:, -]/.test(bytes)) return [plain];
  const escaped = /[%\\&]/.test(bytes) ? IN_ORDER.flatMap((steps) => stepResults(plain, steps)) : [];
  const different = [plain, ...escaped].filter(isFirstOfItsKind);
  return [...different, ...different.flatMap(packedOf)];
}

/** Whether a text may have other interpretations than itself. Each costs as much time as the text itself. */
export function hasOtherReadings(text: string): boolean {
  return /[%\\&\n]/.test(text) || SPACED_HEX.test(text);
}

function isFirstOfItsKind({ text }: Reading, index: number, all: readonly Reading[]): boolean {
  return all.findIndex((other) => other.text === text) === index;
}

/** The result of each step, until one changes nothing. */
function stepResults(reading: Reading, [step, ...further]: readonly RegExp[]): readonly Reading[] {
  if (step === undefined) return [];
  const next = rewritten(reading, step, meaningOf, false);
  return next === undefined ? [] : [next, ...stepResults(next, further)];
}

/**
 * Hexadecimal with separators between its bytes (`61:62:63`), and an encoding with line breaks. The first pattern starts with a
 * separator, as separators are rarer than digits.
 */
const SPACED_HEX = /[: ,-](?:0x)?[0-9a-f]{2}(?:[: ,-]{1,2}(?:0x)?[0-9a-f]{2}){4}/i;
const BROKEN_LINE = /[A-Za-z0-9+/_-]{4}\r?\n[A-Za-z0-9+/_-]/;

function packedOf(reading: Reading): readonly Reading[] {
  const { text } = reading;
  return [
    ...(SPACED_HEX.test(text) ? [without(reading, /0x|[: ,-]/gi)] : []),
    ...(text.includes("\n") && BROKEN_LINE.test(text) ? [without(reading, /[\r\n]/g)] : []),
  ];
}

function without(reading: Reading, pattern: RegExp): Reading {
  return rewritten(reading, pattern, () => "", true) ?? reading;
}

/** Replaces each match by its meaning. Undefined without a match. */
function rewritten(
  { text, origins }: Reading,
  pattern: RegExp,
  meaning: (written: string, next: string) => string,
  packed: boolean,
): Reading | undefined {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return undefined;
  const beginOf = (at: number) => origins?.begins[at] ?? at;
  const endOf = (at: number) => origins?.ends[at] ?? at + 1;
  const begins: number[] = [];
  const ends: number[] = [];
  let out = "";
  let done = 0;
  /** Whether this match is the second half of a surrogate pair, which was read with the first. */
  let isPair = false;
  const copy = (end: number) => {
    out += text.slice(done, end);
    for (; done < end; done += 1) {
      begins.push(beginOf(done));
      ends.push(endOf(done));
    }
  };
  for (const [index, { 0: written, index: at }] of matches.entries()) {
    copy(at);
    const following = matches[index + 1];
    const next = following?.index === at + written.length ? following[0] : "";
    const bytes = isPair ? "" : meaning(written, next);
    isPair = !isPair && isHighHalf(codeOf(written)) && isLowHalf(codeOf(next));
    out += bytes;
    done = at + written.length;
    for (let count = 0; count < bytes.length; count += 1) {
      begins.push(beginOf(at));
      ends.push(endOf(done - 1 + (isPair ? next.length : 0)));
    }
  }
  copy(text.length);
  return { text: out, origins: { begins, ends }, packed };
}

const NAMED: Readonly<Record<string, string>> = {
  ...{ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" },
  ...{ "&sol;": "/", "&plus;": "+", "&percnt;": "%", "&colon;": ":", "&equals;": "=" },
  ...{ "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\b": "\b", "\\f": "\f" },
};

function meaningOf(written: string, next: string): string {
  const named = NAMED[written] ?? NAMED[written.toLowerCase()];
  if (named !== undefined) return named;
  if (/^(?:%|\\x)[0-9a-f]{2}$/i.test(written)) return byteText(Number.parseInt(written.slice(-2), 16));
  if (/^\\[0-7]{3}$/.test(written)) return byteText(Number.parseInt(written.slice(1), 8) & 0xff);
  const code = codeOf(written);
  if (code === undefined) return written.slice(1);
  const low = codeOf(next);
  return utf8(isHighHalf(code) && isLowHalf(low) ? (code - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000 : code);
}

/** The code point of an escape; undefined for an escape without a number. */
function codeOf(written: string): number | undefined {
  const hex = /^(?:%u|\\u\{?|\\U|&#x)([0-9a-f]+)[};]?$/i.exec(written)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const decimal = /^&#([0-9]+);$/.exec(written)?.[1];
  return decimal === undefined ? undefined : Number(decimal);
}

function isHighHalf(code: number | undefined): code is number {
  return code !== undefined && code >= 0xd800 && code < 0xdc00;
}

function isLowHalf(code: number | undefined): code is number {
  return code !== undefined && code >= 0xdc00 && code < 0xe000;
}

function byteText(byte: number): string {
  return String.fromCharCode(byte);
}

function utf8(code: number): string {
  if (code < 0x80) return byteText(code);
  return Buffer.from(code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code), "utf8").toString("latin1");
}
