import { dirname, resolve } from "node:path";
import { describeFile, fileErrorCode, NAME_NOT_SHOWN } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { isObject } from "../lib/json.ts";
import { isSendable, secretIn } from "../lib/secret.ts";
import { eachStep, inSlices, type Steps } from "../lib/slices.ts";
import { didYouMean } from "../schema/fields.ts";
import type { ConfigProblem } from "../schema/problems.ts";
import { type ConfigDocument, ConfigError, documentOf, type ReadDocument } from "../schema/problems.ts";
import { AUTH_KEYS } from "./access.ts";
import type { Config } from "./model.ts";
import { parseSteps } from "./parse.ts";
import { MIN_HASH_KEY_LENGTH } from "./schema.ts";

/**
 * `--node NAME=CHAIN+URL`, for example `monero-1=monero+http://127.0.0.1:18081`: a node without a file, for sidecars.
 * The parts are checked like those of a file.
 * @throws Error that does not repeat the URL, as it may hold a token
 */
export function parseNodeFlag(text: string): Readonly<Record<"name" | "chain" | "url", string>> {
  const match = /^([^=+/?]+)=([a-z]+)\+(.+)$/.exec(text);
  const [, name, chain, url] = match ?? [];
  if (name === undefined || chain === undefined || url === undefined) {
    throw new Error("expected NAME=CHAIN+URL, for example monero-1=monero+http://127.0.0.1:18081");
  }
  return { name, chain, url };
}

type FlagNode = Readonly<Record<string, string>>;

export type ConfigSources = {
  /** The YAML file of --config.file. */
  readonly file?: string | undefined;
  /** Nodes from --node, as plain data. */
  readonly nodes?: readonly FlagNode[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Reads and checks the configuration. Every problem is found in one go, unless the file is no YAML at all.
 * @throws ConfigError
 */
export async function loadConfig(
  { file: path, nodes = [], env }: ConfigSources,
  { read = readHere, signal }: Loading = {},
): Promise<Config> {
  const file = path === undefined ? undefined : await read(path, env, signal);
  if (file !== undefined && "broken" in file) throw new ConfigError(file.broken);
  try {
    const raw = withFlagNodes(file?.raw, nodes);
    const result = await inSlices(parseSteps(raw, path), signal);
    const problems = [...(result.ok ? [] : result.problems), ...(await badFiles(raw, path, signal))];
    if (result.ok && problems.length === 0 && file?.isWhole !== false) return result.config;
    throw new ConfigError([...(await fileLines(file, problems, nodes)), ...flagLines(file, problems, nodes)]);
  } finally {
    file?.close();
  }
}

/** How it is loaded, where others must have their turn meanwhile. */
export type Loading = {
  /** Reads the file, in place of this thread. */
  readonly read?: ReadDocument;
  /** Ends it. */
  readonly signal?: AbortSignal;
};

/** A sidecar that has its nodes from flags starts without the library for YAML. */
async function readHere(path: string, env: ConfigSources["env"]): ReturnType<ReadDocument> {
  const { readYamlFile } = await import("../schema/yaml-file.ts");
  return documentOf(await readYamlFile(path, MAX_FILE_BYTES.configuration, env));
}

/** In the order of the file. */
async function fileLines(
  file: ConfigDocument | undefined,
  problems: readonly ConfigProblem[],
  nodes: readonly FlagNode[],
): Promise<readonly string[]> {
  const own = problems
    .filter((problem) => flagOf(problem, file, nodes) === undefined)
    .map((problem) => ({ path: problem.path, message: describe(problem) }));
  return file === undefined ? own.map(({ message }) => message) : file.lines(own);
}

/** A problem of a node that came from --node has no place in a file; its flag is named instead. */
function flagLines(
  file: ConfigDocument | undefined,
  problems: readonly ConfigProblem[],
  nodes: readonly FlagNode[],
): readonly string[] {
  return problems.flatMap((problem) => {
    const flag = flagOf(problem, file, nodes);
    return flag === undefined ? [] : [`--node ${flag.name}: ${describe({ ...problem, path: problem.path.slice(2) })}`];
  });
}

function flagOf(
  { path: [first, index] }: ConfigProblem,
  file: ConfigDocument | undefined,
  nodes: readonly FlagNode[],
): FlagNode | undefined {
  const fromFile = isObject(file?.raw) && Array.isArray(file.raw.nodes) ? file.raw.nodes.length : 0;
  return first === "nodes" && typeof index === "number" ? nodes[index - fromFile] : undefined;
}

function withFlagNodes(raw: unknown, nodes: readonly FlagNode[]): unknown {
  if (nodes.length === 0) return raw;
  if (raw === undefined || raw === null) return { nodes };
  if (!isObject(raw)) return raw;
  const fromFile = raw.nodes ?? [];
  // Anything but a list is an error to be found.
  return Array.isArray(fromFile) ? { ...raw, nodes: [...fromFile, ...nodes] } : raw;
}

/** `nodes[0].url: expected …` */
function describe({ path, message }: ConfigProblem): string {
  const keys = path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    return `${index === 0 ? "" : "."}${shownKey(String(key), path.slice(0, index))}`;
  });
  return keys.length === 0 ? message : `${keys.join("")}: ${message}`;
}

/** What is a key for YAML may have been meant as a value, and hold a secret: `{url:https://TOKEN@host}`. */
function shownKey(key: string, parents: readonly PropertyKey[]): string {
  if (parents.includes("auth")) return didYouMean(key, AUTH_KEYS) === undefined ? "…" : key;
  // No key of ours has a digit, and nearly every token has one.
  const isName = parents.includes("labels") || parents.at(-1) === "modules";
  const plain = isName ? /^[\w.-]{1,60}$/ : /^[A-Za-z_.-]{1,30}$/;
  return plain.test(key) ? key : "…";
}

/** Files that the configuration names must be usable now, not at the first poll. */
async function badFiles(
  raw: unknown,
  configFile: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const { path, value } of await inSlices(findFileKeys(raw), signal)) {
    signal?.throwIfAborted();
    const absolute = configFile === undefined ? resolve(value) : resolve(dirname(configFile), value);
    const problem = await fileProblem(absolute, String(path.at(-1)));
    if (problem !== undefined) problems.push({ path, message: problem });
  }
  return problems;
}

async function fileProblem(file: string, key: string): Promise<string | undefined> {
  try {
    const bytes = await files.read(file, key === "ca_file" ? MAX_FILE_BYTES.tls : MAX_FILE_BYTES.secret);
    return contentProblem(bytes.toString("utf8"), file, key);
  } catch (error) {
    const shown = await describeFile(file, error);
    const hint = key === "ca_file" || shown === file ? "" : `; ${NAME_NOT_SHOWN}`;
    return `cannot read ${shown} (${fileErrorCode(error)})${hint}`;
  }
}

function contentProblem(text: string, file: string, key: string): string | undefined {
  const { length } = text.trim();
  if (length === 0) return `${file} is empty`;
  if (key === "hash_key_file") {
    return length < MIN_HASH_KEY_LENGTH ? `expected at least ${MIN_HASH_KEY_LENGTH} characters in ${file}` : undefined;
  }
  if (key === "ca_file" || isSendable(secretIn(text))) return undefined;
  return `expected one line without control characters in ${file}: HTTP carries none`;
}

const FILE_KEYS = new Set(["password_file", "token_file", "value_file", "hash_key_file", "ca_file"]);

/** A document may be nested deeper, without limit, as aliases repeat their anchors. */
const DEEPEST_FILE_KEY = 6;

type FileKey = { readonly path: readonly PropertyKey[]; readonly value: string };

/** One item of an outermost list a step. */
function* findFileKeys(raw: unknown): Steps<readonly FileKey[]> {
  if (!isObject(raw)) return [...fileKeys(raw, [])];
  const found: FileKey[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (!Array.isArray(value)) found.push(...fileKeys({ [key]: value }, []));
    else yield* eachStep(value.entries(), ([index, item]) => void found.push(...fileKeys(item, [key, index])));
  }
  return found;
}

function* fileKeys(value: unknown, path: readonly PropertyKey[]): Iterable<FileKey> {
  if (path.length >= DEEPEST_FILE_KEY) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* fileKeys(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === "labels") continue;
      if (FILE_KEYS.has(key) && typeof item === "string" && item !== "") yield { path: [...path, key], value: item };
      else yield* fileKeys(item, [...path, key]);
    }
  }
}
