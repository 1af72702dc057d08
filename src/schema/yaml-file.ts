import { type Document, isMap, isScalar, LineCounter, visit } from "yaml";
import { fileErrorCode } from "../lib/errno.ts";
import { files } from "../lib/files/files.ts";
import { beginOf, composeYaml, type Misplaced, toPlain } from "./yaml-parse.ts";

/** A YAML file as plain data that can still name the place of each value. */
export type YamlFile = {
  /** With environment variables replaced; a value with a missing variable stays as it is written. */
  readonly raw: unknown;
  /** Problems of single values of a valid YAML file: environment variables that are not set. */
  readonly problems: readonly Misplaced[];
  /** The offset of the value at a path: of its key if it has one, else of the nearest value around it. */
  offsetOf(path: readonly PropertyKey[]): number;
  /** Whether one of `problems` is about the value at this path, so that it cannot be checked. */
  isUnfinished(path: readonly PropertyKey[]): boolean;
  /** `FILE:LINE:COLUMN` */
  place(offset: number): string;
};

/**
 * @param maxBytes a larger file is refused
 * @param env undefined: the file's format has no variables
 * @returns the problems, each with its place, when the file cannot be read as YAML
 */
export async function readYamlFile(
  path: string,
  maxBytes: number,
  env: Readonly<Record<string, string | undefined>> | undefined,
): Promise<YamlFile | { readonly broken: readonly string[] }> {
  const text = await readText(path, maxBytes);
  return typeof text === "string" ? parseYaml(text, path, env) : text;
}

/** As readYamlFile, for a text. @param path the file that problems name */
export function parseYaml(
  text: string,
  path: string,
  env: Readonly<Record<string, string | undefined>> | undefined,
): YamlFile | { readonly broken: readonly string[] } {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const parsed = composeYaml(text, lines);
  const placed = (problems: readonly Misplaced[]) =>
    problems.map(({ offset, message }) => `${place(offset)}: ${message}`);
  if ("broken" in parsed) return { broken: placed(parsed.broken) };
  const { document } = parsed;
  const problems = env === undefined ? [] : substituteEnv(document, env);
  const unfinished = new Set(problems.map(({ offset }) => offset));
  const raw = toPlain(document);
  if ("broken" in raw) return { broken: placed(raw.broken) };
  return {
    raw: raw.value,
    problems,
    offsetOf: (keys) => offsetOf(document, keys),
    isUnfinished: (keys) => unfinished.has(beginOf(document.getIn(keys, true)) ?? -1),
    place,
  };
}

/**
 * @param decode throws when the bytes are no text
 * @returns the problem when the file cannot be read as text
 */
export async function readText(
  path: string,
  maxBytes: number,
  decode = decodeUtf8,
): Promise<string | { readonly broken: readonly string[] }> {
  let bytes: Buffer;
  try {
    bytes = await files.read(path, maxBytes);
  } catch (error) {
    return { broken: [`${path}: cannot read the configuration file (${fileErrorCode(error)})`] };
  }
  try {
    return decode(bytes);
  } catch {
    return { broken: [`${path}: expected UTF-8 text, found other bytes: save the file as UTF-8`] };
  }
}

function decodeUtf8(bytes: Buffer): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** Replaces ${NAME} in string values and $${ by ${, but not in keys. Returns the variables that are not set. */
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

/** Any other text than the name of a variable may be part of a password, and is not shown. */
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
