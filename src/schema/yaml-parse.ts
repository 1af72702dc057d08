import { Composer, type Document, isNode, isScalar, Lexer, type LineCounter, Parser, visit } from "yaml";
import { OutOfBoundsError, withinBounds } from "./yaml-bounds.ts";

/** A problem at an offset of a file. */
export type Misplaced = { readonly offset: number; readonly message: string };

export type Broken = { readonly broken: readonly Misplaced[] };

type ParsedYaml = { readonly document: Document.Parsed } | Broken;

/** How many errors of one file are reported. */
export const MAX_ERRORS = 100;

/**
 * Parses a text as YAML, in time and memory that its length bounds.
 * @param lines receives the offsets of the lines
 */
export function composeYaml(text: string, lines: LineCounter): ParsedYaml {
  return reportBounds(() => {
    const { document, errors } = compose(text, lines);
    const broken = [...syntaxErrors(errors), ...duplicateKeys(document)];
    return broken.length > 0 ? { broken: broken.slice(0, MAX_ERRORS) } : { document };
  });
}

/**
 * A text beyond the bounds is a problem of the file. Without stacks: a file may contain 100,000 errors, and they would take most
 * of the memory.
 */
export function reportBounds<T>(work: () => T): T | Broken {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OutOfBoundsError)) throw error;
    return { broken: [{ offset: error.offset, message: error.message }] };
  } finally {
    Error.stackTraceLimit = before;
  }
}

type YamlError = Pick<Document.Parsed["errors"][number], "code" | "message" | "pos">;

const MERGE_TAG = "tag:yaml.org,2002:merge";

/** At the tag, about which the library reports errors. */
const TAGGED_MERGE = /^!(?:!merge|<tag:yaml.org,2002:merge>)[ \t]+<<[ \t]*:/;

/** As `parseDocument` of the library, with tokens that were checked before. */
function compose(
  text: string,
  lines: LineCounter,
): { readonly document: Document.Parsed; readonly errors: readonly YamlError[] } {
  const parser = new Parser(lines.addNewLine);
  // Its own search for duplicate keys takes the square of their number, and further tags would give values that are not plain data.
  // `!!merge <<` is the merge key as well: yq and Go's library write it so.
  const ofMergeTag = (error: YamlError) => TAGGED_MERGE.test(text.slice(error.pos[0], error.pos[0] + 60));
  const errorsOf = (one: Document.Parsed) => [...one.errors, ...one.warnings].filter((error) => !ofMergeTag(error));
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
      return { document, errors: [...errorsOf(document), second] };
    }
  }
  if (document === undefined) throw new Error("the YAML library gave no document");
  return { document, errors: errorsOf(document) };
}

/** Messages of `yaml` may repeat text of the file, which may be a password: those are replaced. */
export function syntaxErrors(errors: readonly YamlError[]): readonly Misplaced[] {
  const exhausted = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  // Later errors of a parser that gave up, and further errors at one place, are not about the file.
  const first = new Map<number, YamlError>();
  for (const error of exhausted === undefined ? errors : [exhausted]) {
    if (!first.has(error.pos[0])) first.set(error.pos[0], error);
  }
  return [...first].map(([offset, { code, message }]) => ({
    offset,
    message: MESSAGES[code] ?? (code === "UNEXPECTED_TOKEN" ? message.replace(/: .*$/s, "") : message),
  }));
}

export const TOO_DEEP = "nested too deeply";

export const NO_ANCHOR = "alias without an anchor; a value that starts with * needs quotes";

/** Names places of a file as `FILE:LINE:COLUMN`. */
export function createPlacer(path: string, lines: LineCounter) {
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const placed = (problems: readonly Misplaced[]) =>
    problems.map(({ offset, message }) => `${place(offset)}: ${message}`);
  return { place, placed };
}

const MESSAGES: Partial<Record<string, string>> = {
  BAD_DIRECTIVE: "a line that starts with % is a YAML directive: put the value in quotes",
  BAD_DQ_ESCAPE: "unknown escape: \\ in double quotes starts an escape, so use single quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot start here: check the indentation, and put a value with ": " in quotes',
  MULTIPLE_DOCS: "expected one YAML document, found a second one after ---",
  NON_STRING_KEY: "expected a string as key",
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: "tabs cannot indent YAML: use spaces",
  TAG_RESOLVE_FAILED: "unknown tag; a value that starts with ! needs quotes",
};

function duplicateKeys(document: Document.Parsed): readonly Misplaced[] {
  const found: Misplaced[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const hint = isMergeKey(key) ? "; several mappings are merged as <<: [*a, *b]" : "";
          found.push({ offset: beginOf(key) ?? 0, message: `duplicate key${hint}` });
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** `<<` of YAML 1.1, which YAML 1.2 dropped. In quotes it is a key like any other, as in Go's library. */
export function isMergeKey(key: unknown): boolean {
  return (
    isScalar(key) && key.type === "PLAIN" && key.source === "<<" && (key.tag === undefined || key.tag === MERGE_TAG)
  );
}

export function beginOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
