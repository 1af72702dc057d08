import type { NodeLines } from "../poll/store.ts";

/** Writes the lines of a node in UTF-8, family after family in the order of the catalogue. */
export type LinesWriter = {
  /** Texts that occur in the lines of several families; to be written before the first family. */
  names(texts: readonly string[]): void;
  /** Finished lines. */
  text(lines: string): void;
  /**
   * One line.
   * @param open the start of the line, the same in the whole family
   * @param name the index of the name that follows
   * @param close the rest of the labels
   */
  sample(open: string, name: number, close: string, value: number): void;
  endFamily(): void;
};

/**
 * @param fill writes the lines of all families; if it throws, what it has written is discarded
 * @param reusable a buffer whose content is no longer needed and which may be overwritten
 */
type WriteLines = (fill: (writer: LinesWriter) => void, reusable?: ArrayBufferLike) => NodeLines;

/**
 * All lines are written into one workspace first. Bytes that are there already are copied within it, which takes a tenth of the
 * time of joining and encoding texts.
 */
type Workspace = {
  bytes: Buffer;
  /** Where the next byte is written. */
  end: number;
  /** Where each name ends; the first begins at 0. */
  nameEnds: number[];
  /** Where the last name ends and the lines begin. */
  linesStart: number;
  /** Where the lines of each family end, counted from `linesStart`. */
  familyEnds: number[];
  /** Where the `open` of the current family is; `openEnd` is 0 until it has a line. */
  openStart: number;
  openEnd: number;
};

/** A node with some hundred peers has 100 KB of lines. */
const WORKSPACE_BYTES = 1024 * 1024;

/** One UTF-16 unit becomes three bytes of UTF-8 at most. */
const MAX_BYTES_PER_UNIT = 3;

const NEW_LINE = 10;
const LAST_ASCII = 0x7f;

export function createLinesWriter(): WriteLines {
  const ownBytes = Buffer.allocUnsafeSlow(WORKSPACE_BYTES);
  const space = emptyWorkspace(ownBytes);
  const writer: LinesWriter = {
    names: (texts) => writeNames(space, texts),
    text: (lines) => writeText(space, lines),
    sample: (open, name, close, value) => writeSample(space, open, name, close, value),
    endFamily() {
      space.familyEnds.push(space.end - space.linesStart);
      space.openEnd = 0;
    },
  };
  return (fill, reusable) => {
    try {
      fill(writer);
      return copyLines(space, reusable);
    } finally {
      Object.assign(space, emptyWorkspace(ownBytes));
    }
  };
}

function emptyWorkspace(bytes: Buffer): Workspace {
  return { bytes, end: 0, nameEnds: [], linesStart: 0, familyEnds: [], openStart: 0, openEnd: 0 };
}

function makeRoom(space: Workspace, bytes: number): void {
  if (space.bytes.length - space.end >= bytes) return;
  const larger = Buffer.allocUnsafeSlow(2 * space.bytes.length + bytes);
  space.bytes.copy(larger, 0, 0, space.end);
  space.bytes = larger;
}

function writeText(space: Workspace, text: string): void {
  makeRoom(space, MAX_BYTES_PER_UNIT * text.length);
  space.end += space.bytes.write(text, space.end);
}

function writeNames(space: Workspace, texts: readonly string[]): void {
  const all = texts.join("");
  writeText(space, all);
  const isAscii = space.end === all.length;
  space.end = 0;
  for (const text of texts) {
    if (isAscii) space.end += text.length;
    else writeText(space, text);
    space.nameEnds.push(space.end);
  }
  space.linesStart = space.end;
}

function writeSample(space: Workspace, open: string, name: number, close: string, value: number): void {
  const nameStart = name === 0 ? 0 : (space.nameEnds[name - 1] ?? 0);
  const nameEnd = space.nameEnds[name] ?? nameStart;
  const nameLength = nameEnd - nameStart;
  makeRoom(space, MAX_BYTES_PER_UNIT * (open.length + close.length) + nameLength + MAX_NUMBER_LENGTH + 1);
  const { bytes, openStart, openEnd } = space;
  let at = space.end;
  if (openEnd === 0) {
    space.openStart = at;
    at += bytes.write(open, at);
    space.openEnd = at;
  } else {
    bytes.copyWithin(at, openStart, openEnd);
    at += openEnd - openStart;
  }
  bytes.copyWithin(at, nameStart, nameEnd);
  at = writeShortText(bytes, at + nameLength, close);
  at = writeNumber(bytes, at, value);
  bytes[at] = NEW_LINE;
  space.end = at + 1;
}

/** Faster than Buffer.write for short texts. @returns where the text ends */
function writeShortText(bytes: Buffer, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > LAST_ASCII) return at + bytes.write(text, at);
    bytes[at + index] = unit;
  }
  return at + text.length;
}

/** This share of a new buffer is left free, as the lines of the next poll are slightly longer or shorter. */
const FREE_SHARE = 1 / 32;

/**
 * Copies the lines into a buffer of their own, reusing one where it fits: with new buffers for every poll, the engine would mark
 * its whole heap every few seconds to find the old ones, in a large fleet a fifth of all work.
 */
function copyLines({ bytes, end, linesStart, familyEnds }: Workspace, reusable?: ArrayBufferLike): NodeLines {
  const length = end - linesStart;
  const fits = reusable !== undefined && reusable.byteLength >= length && reusable.byteLength <= 2 * length;
  const buffer = fits ? reusable : new ArrayBuffer(Math.ceil(length * (1 + FREE_SHARE)));
  const lines = Buffer.from(buffer, 0, length);
  bytes.copy(lines, 0, linesStart, end);
  return { bytes: lines, ends: new Uint32Array(familyEnds) };
}

/**
 * Writes numbers as JavaScript formats them, directly as bytes: a node has thousands of samples, and a text for each would only
 * be copied. Each function writes from `at` and returns where the number ends.
 */

/** The longest number is -1.7976931348623157e+308. */
export const MAX_NUMBER_LENGTH = 24;

const ZERO = 48;
const POINT = 46;
const BILLION = 1e9;
const TRILLION = 1e12;

export function writeNumber(space: Buffer, at: number, value: number): number {
  if (value >= 0 && Number.isSafeInteger(value)) return writeWhole(space, at, value);
  if (value > 0 && value < TRILLION) {
    const thousandths = Math.round(value * 1000);
    if (thousandths / 1000 === value) return writeThousandths(space, at, thousandths);
  }
  return at + space.write(String(value), at, "latin1");
}

/**
 * Times are in milliseconds. Below a trillion such a number has at most 15 digits, and no two decimals of 15 digits are the same
 * double, so these are the digits that JavaScript would choose.
 */
function writeThousandths(space: Buffer, at: number, thousandths: number): number {
  const whole = Math.floor(thousandths / 1000);
  let fraction = thousandths - whole * 1000;
  let digits = 3;
  while (fraction % 10 === 0) {
    fraction /= 10;
    digits -= 1;
  }
  const point = writeWhole(space, at, whole);
  space[point] = POINT;
  return writeDigits(space, point + 1, fraction, digits);
}

/** A billion is the largest power of ten below 2^31, where the engine calculates with small integers. */
function writeWhole(space: Buffer, at: number, value: number): number {
  if (value < BILLION) return writeDigits(space, at, value, countDigits(value));
  const billions = Math.floor(value / BILLION);
  const rest = value - billions * BILLION;
  return writeDigits(space, writeWhole(space, at, billions), rest, 9);
}

function countDigits(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits += 1;
  return digits;
}

/** @param value below a billion */
function writeDigits(space: Buffer, at: number, value: number, digits: number): number {
  let rest = value | 0;
  for (let index = at + digits - 1; index >= at; index -= 1) {
    const tens = (rest / 10) | 0;
    space[index] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return at + digits;
}
