import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type LineCounter,
  Parser,
  visit,
} from "yaml";
import { OutOfBoundsError, withinBounds } from "./yaml-bounds.ts";

/** A problem at an offset of a file. */
export type Misplaced = { readonly offset: number; readonly message: string };

type ParsedYaml = { readonly document: Document.Parsed } | { readonly broken: readonly Misplaced[] };

/** How many errors of one file are reported. */
const MAX_ERRORS = 100;

/**
 * Parses a text as YAML, in time and memory that its length bounds.
 * @param lines receives the offsets of the lines
 */
export function composeYaml(text: string, lines: LineCounter): ParsedYaml {
  try {
    const { document, errors } = withoutStacks(() => compose(text, lines));
    const broken = [...syntaxErrors(errors), ...duplicateKeys(document)];
    return broken.length > 0 ? { broken: broken.slice(0, MAX_ERRORS) } : { document };
  } catch (error) {
    if (!(error instanceof OutOfBoundsError)) throw error;
    return { broken: [{ offset: error.offset, message: error.message }] };
  }
}

/** A file may contain 100,000 errors, and their stacks would take most of the memory. */
export function withoutStacks<T>(work: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = before;
  }
}

type YamlError = Pick<Document.Parsed["errors"][number], "code" | "message" | "pos">;

/** As `parseDocument` of the library, with tokens that were checked before. */
function compose(
  text: string,
  lines: LineCounter,
): { readonly document: Document.Parsed; readonly errors: readonly YamlError[] } {
  const parser = new Parser(lines.addNewLine);
  // Its own search for duplicate keys takes the square of their number, and further tags would give values that are not plain data.
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

const TOO_DEEP = "nested too deeply";

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
        if (seen.has(key.value)) found.push({ offset: beginOf(key) ?? 0, message: "duplicate key" });
        seen.add(key.value);
      }
    },
  });
  return found;
}

export function beginOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Levels of nested lists and mappings, including those of aliases. No configuration needs as many. */
const MAX_DEPTH = 49;

/** Values after all aliases are replaced. Aliases of aliases multiply: ten lines can give a billion values. */
const MAX_VALUES = 1_000_000;

/** Keys of one mapping. An unknown key is compared with all valid ones, and no mapping needs as many. */
const MAX_KEYS = 10_000;

/** A value as plain data. Its aliases are the same object. */
type Plain = {
  readonly value: unknown;
  /** Levels of nested lists and mappings. */
  readonly depth: number;
  /** How many values it would have if each alias were a copy. */
  readonly size: number;
};

/** A node with an anchor is `open` until it has been read: until then it cannot have aliases. */
type Anchored = Plain | "open";

type PlainYaml = { readonly value: unknown } | { readonly broken: readonly Misplaced[] };

/**
 * The document as plain data, in one pass: the library searches all anchors for each alias.
 * @param document from composeYaml, which bounds its depth
 */
export function toPlain(document: Document.Parsed): PlainYaml {
  const found: Misplaced[] = [];
  const anchors = new Map<string, Anchored>();
  const report = (node: unknown, message: string): Plain => {
    found.push({ offset: beginOf(node) ?? 0, message });
    return NOTHING;
  };

  function plain(node: unknown, depth: number): Plain {
    if (isAlias(node)) return aliased(node.source, node);
    const anchor = anchorOf(node);
    if (anchor !== undefined) anchors.set(anchor, "open");
    const whole = contentOf(node, depth);
    if (anchor !== undefined) anchors.set(anchor, whole);
    return whole;
  }

  function aliased(source: string, alias: unknown): Plain {
    const target = anchors.get(source);
    if (target === undefined) return report(alias, "alias without an anchor; a value that starts with * needs quotes");
    if (target === "open") return report(alias, "alias inside the value that it refers to");
    return target;
  }

  function contentOf(node: unknown, depth: number): Plain {
    if (isMap(node) || isSeq(node)) {
      if (depth >= MAX_DEPTH) return report(node, TOO_DEEP);
      if (node.items.length > MAX_KEYS && isMap(node)) return report(node, `expected at most ${MAX_KEYS} keys`);
      const whole = isMap(node) ? mapping(node.items, depth) : list(node.items, depth);
      return whole.depth > MAX_DEPTH ? report(node, TOO_DEEP) : whole;
    }
    return { value: isScalar(node) ? node.value : undefined, depth: 0, size: 1 };
  }

  function list(items: readonly unknown[], depth: number): Plain {
    const parts = items.map((item) => (isPair(item) ? mapping([item], depth + 1) : plain(item, depth + 1)));
    return collected(
      parts.map(({ value }) => value),
      parts,
    );
  }

  function mapping(pairs: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): Plain {
    const parts = pairs.map(({ key, value }) => {
      const name = keyOf(plain(key, depth + 1).value);
      // This key would change the prototype of a plain object.
      if (name === "__proto__") report(key, "unknown key");
      return { name, part: plain(value, depth + 1) };
    });
    return collected(
      Object.fromEntries(parts.map(({ name, part }) => [name, part.value])),
      parts.map(({ part }) => part),
    );
  }

  const { value, size } = plain(document.contents, 0);
  if (found.length > 0) return { broken: found.slice(0, MAX_ERRORS) };
  if (size > MAX_VALUES)
    return { broken: [{ offset: 0, message: `expected at most ${MAX_VALUES} values, aliases included` }] };
  return { value: document.contents === null ? null : value };
}

const NOTHING: Plain = { value: undefined, depth: 0, size: 1 };

function collected(value: unknown, parts: readonly Plain[]): Plain {
  let depth = 0;
  let size = 1;
  for (const part of parts) {
    depth = Math.max(depth, part.depth);
    size += part.size;
  }
  return { value, depth: depth + 1, size };
}

function keyOf(key: unknown): string {
  return key === null || key === undefined ? "" : String(key);
}

function anchorOf(node: unknown): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}
