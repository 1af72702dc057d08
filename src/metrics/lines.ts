import type { NodeLines } from "../poll/store.ts";
import { LONGEST_NUMBER, writeNumber } from "./numbers.ts";

/** Puts the lines of a node together in UTF-8, family after family in the order of the catalogue. */
export type LinesWriter = {
  /** Texts that stand in the lines of several families; before the first of them. */
  names(texts: readonly string[]): void;
  /** Lines that are written out already. */
  text(lines: string): void;
  /** A line: `open`, which is the same in the whole family, the name with that index, the rest of the labels, the value. */
  sample(open: string, name: number, close: string, value: number): void;
  endFamily(): void;
};

/**
 * @param fill writes the lines of all families; what it had written when it threw is forgotten
 * @param reusable a buffer whose content is no longer needed and which may be overwritten
 */
export type WriteLines = (fill: (writer: LinesWriter) => void, reusable?: ArrayBufferLike) => NodeLines;

/** A node with some hundred peers has lines of 100 KB. */
const WORKSPACE_BYTES = 1024 * 1024;

/** One UTF-16 unit becomes three bytes of UTF-8 at most. */
const LONGEST_UNIT = 3;

const NEW_LINE = 10;
const LAST_ASCII = 0x7f;

/**
 * Everything is written into one workspace first: what stands there already is copied on, which takes a tenth of the time
 * of joining texts and encoding them.
 */
export function createLinesWriter(): WriteLines {
  const workspace = Buffer.allocUnsafeSlow(WORKSPACE_BYTES);
  let space = workspace;
  let end = 0;
  /** Where each name ends; the first begins at 0, the lines behind the last. */
  let nameEnds: number[] = [];
  let namesEnd = 0;
  let ends: number[] = [];
  /** Where `open` stands, once the family has a line. */
  let opening = 0;
  let openingEnd = 0;

  function makeRoom(bytes: number): void {
    if (space.length - end >= bytes) return;
    const larger = Buffer.allocUnsafeSlow(2 * space.length + bytes);
    space.copy(larger, 0, 0, end);
    space = larger;
  }

  function write(text: string): void {
    makeRoom(LONGEST_UNIT * text.length);
    end += space.write(text, end);
  }

  const writer: LinesWriter = {
    names(texts) {
      const all = texts.join("");
      write(all);
      const isAscii = end === all.length;
      end = 0;
      for (const text of texts) {
        if (isAscii) end += text.length;
        else write(text);
        nameEnds.push(end);
      }
      namesEnd = end;
    },
    text: write,
    sample(open, name, close, value) {
      const nameStart = name === 0 ? 0 : (nameEnds[name - 1] ?? 0);
      const nameEnd = nameEnds[name] ?? nameStart;
      makeRoom(LONGEST_UNIT * (open.length + close.length) + nameEnd - nameStart + LONGEST_NUMBER + 1);
      let at = end;
      if (openingEnd === 0) {
        opening = at;
        at += space.write(open, at);
        openingEnd = at;
      } else {
        space.copyWithin(at, opening, openingEnd);
        at += openingEnd - opening;
      }
      space.copyWithin(at, nameStart, nameEnd);
      at += nameEnd - nameStart;
      at = writeNumber(space, writeText(space, at, close), value);
      space[at] = NEW_LINE;
      end = at + 1;
    },
    endFamily() {
      ends.push(end - namesEnd);
      openingEnd = 0;
    },
  };

  function reset(): void {
    space = workspace;
    end = 0;
    nameEnds = [];
    namesEnd = 0;
    ends = [];
    openingEnd = 0;
  }

  return (fill, reusable) => {
    try {
      fill(writer);
      const bytes = bufferOf(end - namesEnd, reusable);
      space.copy(bytes, 0, namesEnd, end);
      return { bytes, ends: new Uint32Array(ends) };
    } finally {
      reset();
    }
  };
}

/** So much of a buffer is left free, as the lines of the next poll are a little longer or shorter. */
const FREE_SHARE = 1 / 32;

/**
 * New buffers for the lines of every poll would make the engine mark its whole heap every few seconds to find the old
 * ones, in a large fleet a fifth of all work.
 */
function bufferOf(bytes: number, reusable: ArrayBufferLike | undefined): Buffer {
  const fits = reusable !== undefined && reusable.byteLength >= bytes && reusable.byteLength <= 2 * bytes;
  return Buffer.from(fits ? reusable : new ArrayBuffer(Math.ceil(bytes * (1 + FREE_SHARE))), 0, bytes);
}

/** For short texts faster than a call of the engine's own. */
function writeText(space: Buffer, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > LAST_ASCII) return at + space.write(text, at);
    space[at + index] = unit;
  }
  return at + text.length;
}
