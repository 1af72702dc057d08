import { type Document, isMap, isScalar, LineCounter, visit } from "yaml";
import { fileErrorCode } from "../lib/errno.ts";
import { files } from "../lib/files/files.ts";
import { beginOf, type Misplaced, parseYaml, toPlain } from "./yaml-parse.ts";

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
  return typeof text === "string" ? readYamlText(text, path, env) : text;
}

/** @param path how places in the text are named; the rest as in `readYamlFile` */
export function readYamlText(
  text: string,
  path: string,
  env: Readonly<Record<string, string | undefined>> | undefined,
): YamlFile | { readonly broken: readonly string[] } {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const parsed = parseYaml(text, lines);
  const told = (problems: readonly Misplaced[]) =>
    problems.map(({ offset, message }) => `${place(offset)}: ${message}`);
  if ("broken" in parsed) return { broken: told(parsed.broken) };
  const { document } = parsed;
  const problems = env === undefined ? [] : substituteEnv(document, env);
  const unfinished = new Set(problems.map(({ offset }) => offset));
  const raw = toPlain(document);
  if ("broken" in raw) return { broken: told(raw.broken) };
  return {
    raw: raw.value,
    problems,
    offsetOf: (keys) => offsetOf(document, keys),
    isUnfinished: (keys) => unfinished.has(beginOf(document.getIn(keys, true)) ?? -1),
    place,
  };
}

/** @returns what is wrong when the file cannot be read as text */
export async function readText(
  path: string,
  maxBytes: number,
): Promise<string | { readonly broken: readonly string[] }> {
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

/** Replaces ${NAME} in string values and $${ by ${; keys stay as they are. Gives the variables that are not set. */
function substituteEnv(
  document: Document.Parsed,
  env: Readonly<Record<string, string | undefined>>,
): readonly Misplaced[] {
  const missing: Misplaced[] = [];
  visit(document, {
    Scalar(key, scalar) {
      if (key === "key" || typeof scalar.value !== "string") return;
      scalar.value = scalar.value.replace(/\$\$\{|\$\{([^}]{0,200})\}/g, (whole, name: string | undefined) => {
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
