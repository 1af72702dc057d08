import { Composer, type Document, isNode, isScalar, Lexer, type LineCounter, Parser, visit } from "yaml";
import { OutOfBoundsError, withinBounds } from "./yaml-bounds.ts";

/** Something in a file, and where it stands. */
export type Misplaced = { readonly offset: number; readonly message: string };

export type ParsedYaml = { readonly document: Document.Parsed } | { readonly broken: readonly Misplaced[] };

/** Nobody mends more at once. */
export const MOST_ERRORS = 100;

/**
 * Reads a text as YAML, in time and memory that its length bounds.
 * @param lines learns where lines begin
 */
export function parseYaml(text: string, lines: LineCounter): ParsedYaml {
  try {
    const { document, errors } = withoutStacks(() => compose(text, lines));
    const broken = [...syntaxErrors(errors), ...repeatedKeys(document)];
    return broken.length > 0 ? { broken: broken.slice(0, MOST_ERRORS) } : { document };
  } catch (error) {
    if (!(error instanceof OutOfBoundsError)) throw error;
    return { broken: [{ offset: error.offset, message: error.message }] };
  }
}

/** A file may hold 100,000 errors, and the stack of each takes more memory than all else. */
function withoutStacks<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}

type YamlError = Pick<Document.Parsed["errors"][number], "code" | "message" | "pos">;

/** As `parseDocument` of the library does, with tokens that were looked at before. */
function compose(
  text: string,
  lines: LineCounter,
): { readonly document: Document.Parsed; readonly errors: readonly YamlError[] } {
  const parser = new Parser(lines.addNewLine);
  // Its own search for repeated keys takes the square of their number, and its further tags stand for what is no plain data.
  const composer = new Composer({
    ...{ lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false, resolveKnownTags: false },
  });
  lines.addNewLine(0);
  function* parsed() {
    for (const lexeme of withinBounds(new Lexer().lex(text))) yield* parser.next(lexeme);
    yield* parser.end();
  }
  let document: Document.Parsed | undefined;
  for (const next of composer.compose(parsed(), true, text.length)) {
    if (document === undefined) document = next;
    else {
      const [begin, end] = next.range;
      const second: YamlError = { code: "MULTIPLE_DOCS", message: "", pos: [begin, end] };
      return { document, errors: [...document.errors, ...document.warnings, second] };
    }
  }
  if (document === undefined) throw new Error("the YAML library gave no document");
  return { document, errors: [...document.errors, ...document.warnings] };
}

/** Messages of `yaml` may repeat what stands there, which may be a password: those are put in other words. */
function syntaxErrors(errors: readonly YamlError[]): readonly Misplaced[] {
  const exhausted = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  // What the parser says after it gave up is not about the file, nor what it says next of the same place.
  const told = new Map<number, YamlError>();
  for (const error of exhausted === undefined ? errors : [exhausted]) {
    if (!told.has(error.pos[0])) told.set(error.pos[0], error);
  }
  return [...told].map(([offset, { code, message }]) => ({
    offset,
    message: MESSAGES[code] ?? (code === "UNEXPECTED_TOKEN" ? message.replace(/: .*$/s, "") : message),
  }));
}

export const TOO_DEEP = "nested too deeply";

const MESSAGES: Partial<Record<string, string>> = {
  BAD_DIRECTIVE: "a line that begins with % is a directive of YAML: put the value in quotes",
  BAD_DQ_ESCAPE: "a \\ in double quotes begins an escape, and there is none like this: use single quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot begin here: check the indentation, and put a value with ": " in quotes',
  MULTIPLE_DOCS: "expected one YAML document, found a second one behind ---",
  NON_STRING_KEY: "expected a text as key",
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: "a tab cannot indent YAML: use spaces",
  TAG_RESOLVE_FAILED: "this tag is not known; a value that begins with ! needs quotes",
};

function repeatedKeys(document: Document.Parsed): readonly Misplaced[] {
  const found: Misplaced[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value))
          found.push({ offset: beginOf(key) ?? 0, message: "this key stands twice in its mapping" });
        seen.add(key.value);
      }
    },
  });
  return found;
}

export function beginOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
