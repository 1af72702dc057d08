import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { files } from "../files.ts";
import { fileErrorCode } from "./secret.ts";

/** A YAML file as plain data that still knows where each value stands. */
export type YamlFile = {
  /** With environment variables in place; a value with a missing variable stays as it is written. */
  readonly raw: unknown;
  /** What is wrong with single values although the file is YAML: environment variables that are not set. */
  readonly problems: readonly Misplaced[];
  /** Where the value at a path begins: at its key where it has one, else at the nearest thing around it. */
  offsetOf(path: readonly PropertyKey[]): number;
  /** Whether one of `problems` is about the value at this path, so that nothing more can be said of it. */
  isUnfinished(path: readonly PropertyKey[]): boolean;
  /** `FILE:LINE:COLUMN` */
  place(offset: number): string;
};

export type Misplaced = { readonly offset: number; readonly message: string };

/** No configuration is nested as deeply; the stack of a recursive walk has an end. */
const MAX_DEPTH = 50;

/** Aliases may multiply ("billion laughs"): `yaml` refuses to resolve more than this in one go. */
const MAX_ALIASES = 100;

/**
 * @param maxBytes a larger file is refused
 * @param env undefined: the file's format has no variables
 * @returns what is wrong, each with its place, when the file cannot be read as YAML
 */
export async function readYamlFile(
  path: string,
  maxBytes: number,
  env: Readonly<Record<string, string | undefined>> | undefined,
): Promise<YamlFile | { readonly broken: readonly string[] }> {
  const text = await readText(path, maxBytes);
  if (typeof text !== "string") return text;
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const syntax = syntaxErrors(document);
  const broken = syntax.length > 0 ? syntax : structureErrors(document);
  if (broken.length > 0) return { broken: broken.map(({ offset, message }) => `${place(offset)}: ${message}`) };
  const problems = env === undefined ? [] : substituteEnv(document, env);
  const unfinished = new Set(problems.map(({ offset }) => offset));
  const raw = toPlain(document);
  if (raw === undefined) return { broken: [`${path}: the aliases in this file multiply too often`] };
  return {
    raw: raw.value,
    problems,
    offsetOf: (keys) => offsetOf(document, keys),
    isUnfinished: (keys) => unfinished.has(beginOf(document.getIn(keys, true)) ?? -1),
    place,
  };
}

async function readText(path: string, maxBytes: number): Promise<string | { readonly broken: readonly string[] }> {
  let bytes: Buffer;
  try {
    bytes = await files.read(path, maxBytes);
  } catch (error) {
    return { broken: [`${path}: cannot read the configuration file (${fileErrorCode(error)})`] };
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { broken: [`${path}: expected text in UTF-8, found other bytes: save the file as UTF-8`] };
  }
}

/** Messages of `yaml` may repeat what stands there, which may be a password: those are put in other words. */
function syntaxErrors(document: Document.Parsed): readonly Misplaced[] {
  const errors = [...document.errors, ...document.warnings];
  const exhausted = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  // What the parser says after it gave up is not about the file, nor what it says next of the same place.
  const told = exhausted === undefined ? errors : [exhausted];
  return told
    .filter(({ pos: [offset] }, index) => told.findIndex(({ pos: [other] }) => other === offset) === index)
    .map(({ code, message, pos: [offset] }) => ({
      offset,
      message: MESSAGES[code] ?? (code === "UNEXPECTED_TOKEN" ? message.replace(/: .*$/s, "") : message),
    }));
}

const TOO_DEEP = "nested too deeply";

const MESSAGES: Partial<Record<string, string>> = {
  BAD_DIRECTIVE: "a line that begins with % is a directive of YAML: put the value in quotes",
  BAD_DQ_ESCAPE: "a \\ in double quotes begins an escape, and there is none like this: use single quotes",
  BLOCK_AS_IMPLICIT_KEY: 'a mapping cannot begin here: check the indentation, and put a value with ": " in quotes',
  DUPLICATE_KEY: "this key stands twice in its mapping",
  MULTIPLE_DOCS: "expected one YAML document, found a second one behind ---",
  NON_STRING_KEY: "expected a text as key",
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: "a tab cannot indent YAML: use spaces",
  TAG_RESOLVE_FAILED: "this tag is not known; a value that begins with ! needs quotes",
};

/** What is YAML and yet no configuration can hold. */
function structureErrors(document: Document.Parsed): readonly Misplaced[] {
  const found: Misplaced[] = [];
  const report = (node: unknown, message: string) => found.push({ offset: beginOf(node) ?? 0, message });
  visit(document, {
    Pair(_, { key }) {
      // A plain object does not hold this key like others.
      if (isScalar(key) && key.value === "__proto__") report(key, "unknown key");
    },
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document);
      if (target === undefined) report(alias, "an alias without anchor; a value that begins with * needs quotes");
      else if (ancestors.includes(target)) report(alias, "an alias inside of what it stands for");
    },
    Collection(_, collection, ancestors) {
      if (ancestors.length <= MAX_DEPTH) return undefined;
      report(collection, TOO_DEEP);
      return visit.BREAK;
    },
  });
  return found;
}

function toPlain(document: Document.Parsed): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch {
    return undefined;
  }
}

/** Replaces ${NAME} in string values and $${ by ${; keys stay as they are. Gives the variables that are not set. */
function substituteEnv(
  document: Document.Parsed,
  env: Readonly<Record<string, string | undefined>>,
): readonly Misplaced[] {
  const missing: Misplaced[] = [];
  visit(document, {
    Scalar(key, scalar) {
      if (key === "key" || typeof scalar.value !== "string") return;
      scalar.value = scalar.value.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, name: string | undefined) => {
        if (name === undefined) return "${";
        const value = Object.hasOwn(env, name) ? env[name] : undefined;
        if (value !== undefined) return value;
        missing.push({ offset: beginOf(scalar) ?? 0, message: `${notSet(name)} (write $\${ for a literal \${)` });
        return whole;
      });
    },
  });
  return missing;
}

/** What is no name of a variable may be part of a password. */
function notSet(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `the environment variable ${name} is not set`
    : "expected the name of an environment variable between the braces";
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const key = isMap(parent)
      ? parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === last)
      : undefined;
    const begin = beginOf(key) ?? beginOf(document.getIn(path.slice(0, length), true));
    if (begin !== undefined) return begin;
  }
  return beginOf(document.contents) ?? 0;
}

function beginOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
