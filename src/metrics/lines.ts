import type { NodeLines } from "../poll/store.ts";

/** Turns the lines of each family, in the order of the catalogue, into bytes. */
export type EncodeLines = (texts: readonly string[]) => NodeLines;

/** A node with some hundred peers has lines of 100 KB. */
const WORKSPACE_BYTES = 1024 * 1024;

/** One UTF-16 unit becomes three bytes of UTF-8 at most. */
const LONGEST_UNIT = 3;

/**
 * Written into a workspace first: to make a buffer of the right size at once, the engine would have to go through the text
 * twice, which takes three times as long.
 */
export function createLinesEncoder(): EncodeLines {
  const workspace = Buffer.allocUnsafeSlow(WORKSPACE_BYTES);
  return (texts) => {
    const longest = LONGEST_UNIT * texts.reduce((sum, { length }) => sum + length, 0);
    const space = longest <= WORKSPACE_BYTES ? workspace : Buffer.allocUnsafeSlow(longest);
    const ends = new Uint32Array(texts.length);
    let end = 0;
    for (const [index, text] of texts.entries()) {
      if (text !== "") end += space.write(text, end);
      ends[index] = end;
    }
    const bytes = Buffer.allocUnsafeSlow(end);
    space.copy(bytes, 0, 0, end);
    return { bytes, ends };
  };
}
