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

/** Lists and mappings in each other, aliases followed. No configuration is nested as deeply. */
const MAX_DEPTH = 49;

/** What a file stands for once its aliases are replaced. They may multiply: ten lines of them stand for a billion values. */
const MOST_VALUES = 1_000_000;

/** Of so many keys nothing is written by hand. What is wrong with keys is found by looking through them all. */
const MOST_KEYS = 10_000;

/** A value as plain data. Where aliases stand for it, it is one object in several places. */
type Plain = {
  readonly value: unknown;
  /** How many lists and mappings are in each other. */
  readonly depth: number;
  /** How many values it would be if each alias were a copy. */
  readonly size: number;
};

/** A node with an anchor is `open` until its end has come: until then nothing can stand for it. */
type Anchored = Plain | "open";

export type PlainYaml = { readonly value: unknown } | { readonly broken: readonly Misplaced[] };

/**
 * The document as plain data, in one pass: the library's own way looks through all anchors again for each alias.
 * @param document as parseYaml gives it, so that its depth is bounded
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
    if (target === undefined) return report(alias, "an alias without anchor; a value that begins with * needs quotes");
    if (target === "open") return report(alias, "an alias inside of what it stands for");
    return target;
  }

  function contentOf(node: unknown, depth: number): Plain {
    if (isMap(node) || isSeq(node)) {
      if (depth >= MAX_DEPTH) return report(node, TOO_DEEP);
      if (node.items.length > MOST_KEYS && isMap(node)) return report(node, `expected at most ${MOST_KEYS} keys`);
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
      // A plain object does not hold this key like others.
      if (name === "__proto__") report(key, "unknown key");
      return { name, part: plain(value, depth + 1) };
    });
    return collected(
      Object.fromEntries(parts.map(({ name, part }) => [name, part.value])),
      parts.map(({ part }) => part),
    );
  }

  const { value, size } = plain(document.contents, 0);
  if (found.length > 0) return { broken: found.slice(0, MOST_ERRORS) };
  if (size > MOST_VALUES) return { broken: [{ offset: 0, message: "the aliases in this file multiply too often" }] };
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
