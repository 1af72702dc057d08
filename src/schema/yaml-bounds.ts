import { getHeapStatistics } from "node:v8";
import { CST } from "yaml";

/**
 * Bounds of a YAML file, checked before anything is built from it. The library walks the document by recursion, and a stack
 * overflow inside a regular expression ends the whole process (V8 aborts).
 */

/** Levels of nested lists and mappings. No configuration has ten. */
const MAX_NESTING = 100;

/** A configuration of 5,000 nodes with every key has 700,000. */
const MAX_TOKENS = 1_000_000;

/** The memory that the library and the exporter need for a token. A file that takes all memory would end the process. */
const BYTES_PER_TOKEN = 1024;

/** Enough for an alias in each node. */
const MAX_ALIASES = 20_000;

/** In characters, longer than any certificate chain. The library needs sixty times the size of a long value. */
const MAX_VALUE_LENGTH = 256 * 1024;

/** Tags and anchors of one value. YAML allows one of each. */
const MAX_PROPERTIES = 100;

/** Ends the parsing immediately, before anything is built. */
export class OutOfBoundsError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = "OutOfBoundsError";
    this.offset = offset;
  }
}

/**
 * Yields the tokens of the library's lexer as long as they stay within the bounds.
 * @throws OutOfBoundsError
 */
export function* withinBounds(lexemes: Iterable<string>): Iterable<string> {
  const nesting = createNesting();
  let offset = 0;
  let tokens = 0;
  let properties = 0;
  let aliases = 0;
  let isText = false;
  const maxTokens = Math.min(MAX_TOKENS, Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_TOKEN));
  for (const lexeme of lexemes) {
    // The token after this mark is a plain value, whatever it looks like.
    const type = isText ? "scalar" : CST.tokenType(lexeme);
    isText = !isText && lexeme === CST.SCALAR;
    tokens += 1;
    if (type === "alias") aliases += 1;
    if (type === "tag" || type === "anchor") properties += 1;
    else if (type !== "space" && type !== "newline" && type !== "comment") properties = 0;
    const message =
      nesting.enter(type, lexeme) > MAX_NESTING || properties > MAX_PROPERTIES
        ? "nested too deeply"
        : lexeme.length > MAX_VALUE_LENGTH
          ? `expected a value of at most ${MAX_VALUE_LENGTH / 1024} KiB`
          : tokens > maxTokens
            ? `expected at most ${maxTokens} YAML tokens, the limit for the memory of this process`
            : aliases > MAX_ALIASES
              ? `expected at most ${MAX_ALIASES} aliases`
              : undefined;
    if (message !== undefined) throw new OutOfBoundsError(offset, message);
    yield lexeme;
    if (!isMark(lexeme)) offset += lexeme.length;
  }
}

/** Whether the lexer inserted it: a mark is not in the file. */
function isMark(lexeme: string): boolean {
  return lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
}

type Nesting = {
  /** @returns the nesting of the token, or slightly more */
  enter(type: CST.TokenType | null, lexeme: string): number;
};

/**
 * Counts open brackets and the columns of open block lists and mappings. Also counts what the parser would refuse, as it builds
 * that before it reports the error.
 */
function createNesting(): Nesting {
  /** Columns of the open block collections, from left to right. */
  let columns: number[] = [];
  /** For each open bracket the number of `?` and `:` of its current item. */
  let flows: number[] = [];
  let column = 0;
  /** The column of the current value, which is the column of a mapping if it is its first key. */
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
      // A line that starts further to the left closes the deeper collections.
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
