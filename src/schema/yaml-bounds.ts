import { getHeapStatistics } from "node:v8";
import { CST } from "yaml";

/**
 * How much a YAML file may hold, looked at before anything is built from it. The library walks what it read by recursion, and a stack
 * that overflows inside a regular expression ends the whole process (V8 aborts).
 */

/** Collections in each other. No configuration has ten. */
export const MOST_NESTED = 100;

/** A configuration of 5,000 nodes with every key has 700,000. */
const MOST_TOKENS = 1_000_000;

/** What the library needs for one, and the exporter for what it makes of it. A file that takes all memory would end the process. */
const BYTES_PER_TOKEN = 1024;

/** An anchor may stand for something of each node. */
const MOST_ALIASES = 20_000;

/** Longer than any certificate chain. The library puts a long value together from pieces, which takes sixty times its size. */
const LONGEST_VALUE = 256 * 1024;

/** Tags or anchors of one value: one each is allowed. */
const MOST_PROPERTIES = 100;

/** Ends the reading at once: what was read so far is not built. */
export class OutOfBoundsError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = "OutOfBoundsError";
    this.offset = offset;
  }
}

/**
 * Passes tokens of the library's lexer on as long as they keep within the bounds.
 * @throws OutOfBoundsError
 */
export function* withinBounds(lexemes: Iterable<string>): Iterable<string> {
  const nesting = createNesting();
  let offset = 0;
  let tokens = 0;
  let properties = 0;
  let aliases = 0;
  let isText = false;
  const mostTokens = Math.min(MOST_TOKENS, Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_TOKEN));
  for (const lexeme of lexemes) {
    // Behind its mark comes the text of a plain value, whatever it looks like.
    const type = isText ? "scalar" : CST.tokenType(lexeme);
    isText = !isText && lexeme === CST.SCALAR;
    tokens += 1;
    if (type === "alias") aliases += 1;
    if (type === "tag" || type === "anchor") properties += 1;
    else if (type !== "space" && type !== "newline" && type !== "comment") properties = 0;
    const message =
      nesting.enter(type, lexeme) > MOST_NESTED || properties > MOST_PROPERTIES
        ? "nested too deeply"
        : lexeme.length > LONGEST_VALUE
          ? `expected a value of at most ${LONGEST_VALUE / 1024} KiB`
          : tokens > mostTokens
            ? `expected at most ${mostTokens} words and marks in the file, as many as the memory of this process allows`
            : aliases > MOST_ALIASES
              ? `expected at most ${MOST_ALIASES} aliases`
              : undefined;
    if (message !== undefined) throw new OutOfBoundsError(offset, message);
    yield lexeme;
    if (!isMark(lexeme)) offset += lexeme.length;
  }
}

/** What the lexer puts between tokens, and is not in the file. */
function isMark(lexeme: string): boolean {
  return lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
}

type Nesting = {
  /** @returns how deep the token stands, or a little more */
  enter(type: CST.TokenType | null, lexeme: string): number;
};

/**
 * Counts open brackets, and columns at which a list or mapping began and to which no line has come back. What the parser would refuse
 * counts too, as it builds that before it says so.
 */
function createNesting(): Nesting {
  /** Columns of the open block collections, each further to the right than the one before. */
  let columns: number[] = [];
  /** Of each open bracket how many `?` and `:` its present item has. */
  let flows: number[] = [];
  let column = 0;
  /** Where the present value began, which is the column of a mapping if it is its first key. */
  let began: number | undefined;

  function open(at: number): void {
    while ((columns.at(-1) ?? -1) >= at) columns.pop();
    columns.push(at);
    began = undefined;
  }

  function enter(type: CST.TokenType | null): void {
    const isBlock = flows.length === 0;
    switch (type) {
      case "doc-mode":
      case "doc-start":
      case "doc-end":
      case "flow-error-end":
        flows = [];
        if (type !== "flow-error-end") columns = [];
        return;
      case "flow-seq-start":
      case "flow-map-start":
        if (isBlock) began ??= column;
        flows.push(0);
        return;
      case "flow-seq-end":
      case "flow-map-end":
        flows.pop();
        return;
      case "comma":
        if (!isBlock) flows[flows.length - 1] = 0;
        return;
      case "seq-item-ind":
      case "explicit-key-ind":
      case "map-value-ind":
        if (isBlock) open(type === "map-value-ind" ? (began ?? column) : column);
        else flows[flows.length - 1] = (flows.at(-1) ?? 0) + 1;
        return;
      case "space":
      case "newline":
      case "comment":
      case "byte-order-mark":
        return;
      default:
        if (isBlock) began ??= column;
    }
  }

  return {
    enter(type, lexeme) {
      // A line that begins further to the left ends what is deeper.
      if (column === 0 && type !== "newline" && type !== "comment") leave(type === "space" ? lexeme.length : 0);
      enter(type);
      if (!isMark(lexeme)) advance(lexeme);
      return columns.length + flows.length + (flows.at(-1) ?? 0);
    },
  };

  function leave(indent: number): void {
    if (flows.length > 0) return;
    while ((columns.at(-1) ?? -1) > indent) columns.pop();
  }

  function advance(lexeme: string): void {
    const lineEnd = lexeme.lastIndexOf("\n");
    column = lineEnd < 0 ? column + lexeme.length : lexeme.length - lineEnd - 1;
    if (lineEnd >= 0 && flows.length === 0) began = undefined;
  }
}
