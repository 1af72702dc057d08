import type { NodeLines } from "../poll/store.ts";
import { MAX_NUMBER_LENGTH, writeNumber } from "./number-bytes.ts";

/** Writes the lines of a node in UTF-8, family after family in the order of the catalogue. */
export type LinesWriter = {
  /** Texts that occur in the lines of several families; to be written before the first family. */
  names(texts: readonly string[]): void;
  /**
   * Finished lines.
   * @param openMetrics others for OpenMetrics, if they differ
   */
  text(lines: string, openMetrics?: string): void;
  /**
   * One line.
   * @param open the start of the line, the same in the whole family
   * @param name the index of the name that follows
   * @param close the rest of the labels
   */
  sample(open: string, name: number, close: string, value: number): void;
  /**
   * One line of a counter, with a second one in OpenMetrics. A family has either only such lines or none.
   * @param createdOpen as `open`, for the second line
   * @param created unix seconds; NaN if it is not known, and then there is no second line
   */
  counter(open: string, createdOpen: string, name: number, close: string, value: number, created: number): void;
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
type Workspace = Space & {
  /** Where each name ends; the first begins at 0. */
  nameEnds: number[];
  /** Where the last name ends and the lines begin. */
  linesStart: number;
  /** Where the lines of each family end, counted from `linesStart`. */
  familyEnds: number[];
  /** Where the `open` of the current family is; `openEnd` is 0 until it has a line. */
  openStart: number;
  openEnd: number;
  readonly openMetrics: OpenMetricsSpace;
};

/** Bytes that are written one after the other. */
type Space = {
  bytes: Buffer;
  /** Where the next byte is written. */
  end: number;
};

/** The lines of counters for OpenMetrics: copies of those for text, with the time of its creation after each one. */
type OpenMetricsSpace = Space & {
  familyEnds: number[];
  /** Where the lines of the current family begin, and whether they differ from those for text. */
  familyStart: number;
  isDifferent: boolean;
  /** Where the `createdOpen` of the current family is; `openEnd` is 0 until it has such a line. */
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
  const ownOpenMetrics = Buffer.allocUnsafeSlow(WORKSPACE_BYTES);
  const empty = () => emptyWorkspace(ownBytes, ownOpenMetrics);
  const space = empty();
  const writer: LinesWriter = {
    names: (texts) => writeNames(space, texts),
    text(lines, openMetrics) {
      writeText(space, lines);
      if (openMetrics === undefined) return;
      writeText(space.openMetrics, openMetrics);
      space.openMetrics.isDifferent = true;
    },
    sample: (open, name, close, value) => void writeSample(space, open, name, close, value),
    counter(open, createdOpen, name, close, value, created) {
      const start = space.end;
      const valueStart = writeSample(space, open, name, close, value);
      writeCreated(space, start, valueStart, createdOpen, created);
    },
    endFamily: () => endFamily(space),
  };
  return (fill, reusable) => {
    try {
      fill(writer);
      return copyLines(space, reusable);
    } finally {
      Object.assign(space, empty());
    }
  };
}

function emptyWorkspace(bytes: Buffer, openMetricsBytes: Buffer): Workspace {
  const place = { end: 0, openStart: 0, openEnd: 0 };
  const openMetrics = { bytes: openMetricsBytes, familyEnds: [], familyStart: 0, isDifferent: false, ...place };
  return { bytes, nameEnds: [], linesStart: 0, familyEnds: [], ...place, openMetrics };
}

function endFamily(space: Workspace): void {
  space.familyEnds.push(space.end - space.linesStart);
  space.openEnd = 0;
  const { openMetrics } = space;
  if (!openMetrics.isDifferent) openMetrics.end = openMetrics.familyStart;
  openMetrics.familyEnds.push(openMetrics.end);
  openMetrics.familyStart = openMetrics.end;
  openMetrics.isDifferent = false;
  openMetrics.openEnd = 0;
}

function makeRoom(space: Space, bytes: number): void {
  if (space.bytes.length - space.end >= bytes) return;
  const larger = Buffer.allocUnsafeSlow(2 * space.bytes.length + bytes);
  space.bytes.copy(larger, 0, 0, space.end);
  space.bytes = larger;
}

function writeText(space: Space, text: string): void {
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

/** @returns where the value begins */
function writeSample(space: Workspace, open: string, name: number, close: string, value: number): number {
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
  const valueStart = writeShortText(bytes, at + nameLength, close);
  at = writeNumber(bytes, valueStart, value);
  bytes[at] = NEW_LINE;
  space.end = at + 1;
  return valueStart;
}

/**
 * Repeats the last line for OpenMetrics, and adds the one with the time of creation: it has the same labels.
 * @param start where the last line begins
 * @param valueStart where its value begins
 */
function writeCreated(space: Workspace, start: number, valueStart: number, open: string, created: number): void {
  const { bytes: source, end, openStart, openEnd, openMetrics } = space;
  makeRoom(openMetrics, 2 * (end - start) + MAX_BYTES_PER_UNIT * open.length + MAX_NUMBER_LENGTH + 1);
  const { bytes } = openMetrics;
  let at = openMetrics.end + source.copy(bytes, openMetrics.end, start, end);
  if (!Number.isNaN(created)) {
    openMetrics.isDifferent = true;
    if (openMetrics.openEnd === 0) {
      openMetrics.openStart = at;
      at += bytes.write(open, at);
      openMetrics.openEnd = at;
    } else {
      bytes.copyWithin(at, openMetrics.openStart, openMetrics.openEnd);
      at += openMetrics.openEnd - openMetrics.openStart;
    }
    at += source.copy(bytes, at, start + openEnd - openStart, valueStart);
    at = writeNumber(bytes, at, created);
    bytes[at] = NEW_LINE;
    at += 1;
  }
  openMetrics.end = at;
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
  const { bytes, end, linesStart, familyEnds, openMetrics } = space;
  const length = end - linesStart;
  const total = length + openMetrics.end;
  const fits = reusable !== undefined && reusable.byteLength >= total && reusable.byteLength <= 2 * total;
  const buffer = fits ? reusable : new ArrayBuffer(Math.ceil(total * (1 + FREE_SHARE)));
  const lines = Buffer.from(buffer, 0, length);
  bytes.copy(lines, 0, linesStart, end);
  const ends = new Uint32Array(familyEnds);
  if (openMetrics.end === 0) return { bytes: lines, ends };
  const others = Buffer.from(buffer, length, openMetrics.end);
  openMetrics.bytes.copy(others, 0, 0, openMetrics.end);
  return { bytes: lines, ends, openMetrics: { bytes: others, ends: new Uint32Array(openMetrics.familyEnds) } };
}
