/**
 * Reads the Prometheus text format (0.0.4) as other programs write it: one pass over the characters, with escapes, timestamps
 * and any white space. Only the requested families and labels are kept, as a page may have thousands of series that the
 * caller does not use. Time is linear and memory bounded, even for a page from a hostile server.
 */

export type TextSample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Finite: lines with NaN or an infinity are skipped. */
  readonly value: number;
};

/** How much a page may have. Samples and labels count only where their family is wanted. */
type PageLimits = { readonly lines: number; readonly samples: number; readonly labels: number };

type ReadOptions = {
  /** Default: every label is wanted. */
  readonly isWantedLabel?: (name: string) => boolean;
  /** Default: no limits. */
  readonly limits?: PageLimits | undefined;
};

/** The page has more than its limits allow. */
export class PageExcessError extends Error {
  readonly limit: keyof PageLimits;

  /** @param limit the limit that the page exceeds */
  constructor(limit: keyof PageLimits) {
    super("the page is too large");
    this.limit = limit;
  }
}

/** A line with more labels is malformed. */
const MAX_LABELS = 64;

/**
 * The samples whose name is wanted, in their order. Comments and malformed lines are skipped.
 * @throws PageExcessError
 */
export function* readSamples(
  text: string,
  isWanted: (name: string) => boolean,
  { isWantedLabel = () => true, limits }: ReadOptions = {},
): Generator<TextSample, void> {
  let lines = 0;
  let labelCount = 0;
  let samples = 0;
  /** Series of one family follow each other, so the last name is usually the next one too. */
  let name = "";
  let isNameWanted = false;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next;
    let at = skipBlanks(text, start, end);
    start = end + 1;
    lines += 1;
    if (limits !== undefined && lines > limits.lines) throw new PageExcessError("lines");
    if (!isNameStart(text.charCodeAt(at)) || at >= end) continue;
    const nameEnd = endOfName(text, at, end);
    if (nameEnd - at !== name.length || !text.startsWith(name, at)) {
      name = text.slice(at, nameEnd);
      isNameWanted = isWanted(name);
    }
    if (!isNameWanted) continue;
    samples += 1;
    if (limits !== undefined && samples > limits.samples) throw new PageExcessError("samples");
    at = skipBlanks(text, nameEnd, end);
    const labels = new Map<string, string>();
    if (text.charCodeAt(at) === BRACE && at < end) {
      const read = readLabels(text, at + 1, end, labels, isWantedLabel);
      labelCount += read.count;
      if (limits !== undefined && labelCount > limits.labels) throw new PageExcessError("labels");
      if (read.end === undefined) continue;
      at = read.end;
    }
    const value = readValue(text, at, end);
    if (value !== undefined) yield { name, labels, value };
  }
}

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at += 1;
  return at;
}

function isLetter(char: number): boolean {
  const lower = char | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

function isNameStart(char: number): boolean {
  return isLetter(char) || char === UNDERSCORE || char === COLON;
}

function endOfName(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (isNameStart(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)))) at += 1;
  return at;
}

type LabelsRead = {
  readonly count: number;
  /** The index after the closing brace; undefined when the line is malformed. */
  readonly end: number | undefined;
};

/** Reads `a="x",b="y",}`. */
function readLabels(
  text: string,
  start: number,
  end: number,
  labels: Map<string, string>,
  isWanted: (name: string) => boolean,
): LabelsRead {
  let count = 0;
  let at = skipBlanks(text, start, end);
  let goesOn = true;
  while (at < end && text.charCodeAt(at) !== CLOSING_BRACE) {
    const nameEnd = endOfName(text, at, end);
    count += 1;
    if (!goesOn || nameEnd === at || isDigit(text.charCodeAt(at)) || count > MAX_LABELS)
      return { count, end: undefined };
    const name = text.slice(at, nameEnd);
    const equals = skipBlanks(text, nameEnd, end);
    const quote = skipBlanks(text, equals + 1, end);
    if (text.charCodeAt(equals) !== EQUALS || quote >= end || text.charCodeAt(quote) !== QUOTE) {
      return { count, end: undefined };
    }
    const closing = endOfQuoted(text, quote + 1, end);
    if (closing === undefined || name.includes(":")) return { count, end: undefined };
    if (isWanted(name)) labels.set(name, unescaped(text.slice(quote + 1, closing)));
    at = skipBlanks(text, closing + 1, end);
    goesOn = at < end && text.charCodeAt(at) === COMMA;
    if (goesOn) at = skipBlanks(text, at + 1, end);
  }
  return { count, end: at < end ? at + 1 : undefined };
}

/** The index of the quote that closes a value. Not a regular expression: it would overflow the stack on a line of megabytes. */
function endOfQuoted(text: string, start: number, end: number): number | undefined {
  for (let at = start; at < end; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/** Longer values do not identify peers; they are cut before their escapes are replaced. */
const MAX_VALUE_LENGTH = 1024;

/** The format has three escapes; any other stays as it is. */
function unescaped(value: string): string {
  if (!value.includes("\\")) return value;
  return value.slice(0, MAX_VALUE_LENGTH).replace(/\\[\\"n]/g, (pair) => ESCAPES[pair] ?? pair);
}

/** A number and an optional timestamp, up to the end of the line. */
const VALUE = /^[ \t]*(\S{1,64})(?:[ \t]+-?\d{1,20})?[ \t\r]*$/;

/** Numbers as Go and C++ print them. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The length of a value with its timestamp and white space. */
const MAX_REST_LENGTH = 256;

function readValue(text: string, start: number, end: number): number | undefined {
  const at = skipBlanks(text, start, end);
  if (end - at > MAX_REST_LENGTH) return undefined;
  const word = VALUE.exec(text.slice(at, end))?.[1];
  if (word === undefined || !NUMBER.test(word)) return undefined;
  const value = Number(word);
  return Number.isFinite(value) ? value : undefined;
}
