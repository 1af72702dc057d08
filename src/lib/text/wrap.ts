import { width } from "./width.ts";

/** Text that is broken at words, for people at a terminal. */

/** Lines of at most so many columns of a terminal; a longer word, such as a URL, has a line of its own. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let room = 0;
  for (const word of text.split(" ")) {
    const needed = width(word);
    if (lines.length > 0 && needed + 1 <= room) {
      lines[lines.length - 1] += ` ${word}`;
      room -= needed + 1;
    } else {
      lines.push(word);
      room = columns - needed;
    }
  }
  return lines;
}

/** A terminal narrower than this breaks the lines by itself. */
const MIN_COLUMNS = 20;

type Hanging = {
  /** What the first line begins with, without escape sequences; the other lines have as many spaces. */
  readonly first: string;
  /** Columns of the terminal; undefined: one line. */
  readonly maxWidth: number | undefined;
};

/** A paragraph whose first line begins with a text, and whose other lines are indented as far. */
export function hanging(text: string, { first, maxWidth }: Hanging): readonly string[] {
  const indent = width(first);
  const columns = maxWidth === undefined ? Number.POSITIVE_INFINITY : Math.max(MIN_COLUMNS, maxWidth - indent);
  return wrapped(text, columns).map((line, index) => (index === 0 ? first : " ".repeat(indent)) + line);
}
