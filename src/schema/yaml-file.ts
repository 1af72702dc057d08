import { type Document, LineCounter, type Scalar, visit } from "yaml";
import { errorCode, fileErrorCode } from "../lib/errno.ts";
import { files } from "../lib/files/files.ts";
import { isObject } from "../lib/json.ts";
import { beginOf, composeYaml, createPlacer, type Misplaced } from "./yaml-parse.ts";
import { createPlaces } from "./yaml-places.ts";
import { toPlain } from "./yaml-plain.ts";

/** A YAML file as plain data that can still name the place of each value. */
export type YamlFile = {
  /**
   * With environment variables replaced; a value with a missing variable stays as it is written. Aliases and merges (`<<`) are
   * replaced by what they refer to, and the outermost `x-` keys are left out.
   */
  readonly raw: unknown;
  /** Problems of single values of a valid YAML file: environment variables that are not set. */
  readonly problems: readonly Misplaced[];
  /** As of `Places`. */
  offsetOf(path: readonly PropertyKey[]): number;
  /** Whether one of `problems` is about the value at this path, so that it cannot be checked. */
  isUnfinished(path: readonly PropertyKey[]): boolean;
  /** `FILE:LINE:COLUMN` */
  place(offset: number): string;
};

/**
 * @param maxBytes a larger file is refused
 * @returns the problems, each with its place, when the file cannot be read as YAML
 */
export async function readYamlFile(
  path: string,
  maxBytes: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<YamlFile | { readonly broken: readonly string[] }> {
  const text = await readText(path, maxBytes);
  return typeof text === "string" ? parseYaml(text, path, env) : text;
}

/** As readYamlFile, for a text. @param path the file that problems name */
export function parseYaml(
  text: string,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): YamlFile | { readonly broken: readonly string[] } {
  const lines = new LineCounter();
  const { place, placed } = createPlacer(path, lines);
  const parsed = composeYaml(text, lines);
  if ("broken" in parsed) return { broken: placed(parsed.broken) };
  const { document } = parsed;
  const missing = substituteEnv(document, env);
  const raw = toPlain(document);
  if ("broken" in raw) return { broken: placed(raw.broken) };
  const places = createPlaces(document, raw.references);
  // What no node uses needs no variables.
  const used = missing.length === 0 ? undefined : places.usedNodes((key) => !isAnchorKey(key));
  const problems = missing.filter(({ scalar }) => used?.has(scalar));
  const unfinished = new Set<unknown>(problems.map(({ scalar }) => scalar));
  return {
    raw: withoutAnchorKeys(raw.value),
    problems,
    offsetOf: places.offsetOf,
    isUnfinished: (keys) => unfinished.has(places.nodeAt(keys)),
    place,
  };
}

/** The outermost keys that begin with `x-` are a place for anchors, as in compose.yaml. */
function isAnchorKey(key: string): boolean {
  return key.startsWith("x-");
}

function withoutAnchorKeys(raw: unknown): unknown {
  if (!isObject(raw) || !Object.keys(raw).some(isAnchorKey)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !isAnchorKey(key)));
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
    const remedy = errorCode(error) === "EACCES" ? ": the user of the exporter must be able to read it" : "";
    return { broken: [`${path}: cannot read the configuration file (${fileErrorCode(error)})${remedy}`] };
  }
  try {
    return decode(bytes);
  } catch {
    return { broken: [`${path}: expected UTF-8 text, found other bytes: save the file as UTF-8`] };
  }
}

type MissingVariable = Misplaced & { readonly scalar: Scalar };

function decodeUtf8(bytes: Buffer): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** Replaces ${NAME} in string values and $${ by ${, but not in keys. Returns the variables that are not set. */
function substituteEnv(
  document: Document.Parsed,
  env: Readonly<Record<string, string | undefined>>,
): readonly MissingVariable[] {
  const missing: MissingVariable[] = [];
  visit(document, {
    Scalar(key, scalar) {
      if (key === "key" || typeof scalar.value !== "string") return;
      scalar.value = scalar.value.replace(/\$\$\{|\$\{([^}]{0,200})\}/g, (whole, name: string | undefined) => {
        if (name === undefined) return "${";
        const value = Object.hasOwn(env, name) ? env[name] : undefined;
        if (value !== undefined) return value;
        const message = `${notSet(name)} (write $\${ for a literal \${)`;
        missing.push({ scalar, offset: beginOf(scalar) ?? 0, message });
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
