import type { NodeLines } from "../poll/store.ts";
import { MAX_NUMBER_LENGTH, writeNumber } from "./number-bytes.ts";

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
  /**
   * The time of creation of the next line of a counter that has none yet, in unix seconds; NaN if it is not known. In a family
   * either every line has one or none.
   */
  created(seconds: number): void;
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
  /** The times of creation, those of the current family from `createdStart` on, and where those of each family end. */
  created: number[];
  createdStart: number;
  createdEnds: number[];
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
    created: (seconds) => void space.created.push(seconds),
    endFamily: () => endFamily(space),
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
  const created = { created: [], createdStart: 0, createdEnds: [] };
  return { bytes, end: 0, nameEnds: [], linesStart: 0, familyEnds: [], openStart: 0, openEnd: 0, ...created };
}

function endFamily(space: Workspace): void {
  const { created } = space;
  space.familyEnds.push(space.end - space.linesStart);
  space.openEnd = 0;
  // Without a single known time the family is the same in both formats.
  let isKnown = false;
  for (let index = space.createdStart; index < created.length && !isKnown; index += 1) {
    isKnown = !Number.isNaN(created[index]);
  }
  if (!isKnown) created.length = space.createdStart;
  space.createdStart = created.length;
  space.createdEnds.push(created.length);
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
function copyLines(space: Workspace, reusable?: ArrayBufferLike): NodeLines {
  const { bytes, end, linesStart, familyEnds, created, createdEnds } = space;
  const length = end - linesStart;
  // Numbers begin at multiples of their size.
  const createdStart = Math.ceil(length / SECONDS_BYTES) * SECONDS_BYTES;
  const total = created.length === 0 ? length : createdStart + created.length * SECONDS_BYTES;
  const fits = reusable !== undefined && reusable.byteLength >= total && reusable.byteLength <= 2 * total;
  const buffer = fits ? reusable : new ArrayBuffer(Math.ceil(total * (1 + FREE_SHARE)));
  const lines = Buffer.from(buffer, 0, length);
  bytes.copy(lines, 0, linesStart, end);
  const ends = new Uint32Array(familyEnds);
  if (created.length === 0) return { bytes: lines, ends };
  const seconds = new Float64Array(buffer, createdStart, created.length);
  seconds.set(created);
  return { bytes: lines, ends, created: { seconds, ends: new Uint32Array(createdEnds) } };
}

const SECONDS_BYTES = Float64Array.BYTES_PER_ELEMENT;
