import { dirname, resolve } from "node:path";
import { describeFile, fileErrorCode, NAME_NOT_SHOWN } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { isObject } from "../lib/json.ts";
import { isSendable, secretIn } from "../lib/secret.ts";
import { eachStep, inSlices, type Steps } from "../lib/slices.ts";
import { didYouMean } from "../lib/suggest.ts";
import {
  type ConfigDocument,
  ConfigError,
  type ConfigProblem,
  describeProblem,
  documentOf,
  type ReadDocument,
} from "../schema/problems.ts";
import { AUTH_KEYS } from "./access.ts";
import { MIN_HASH_KEY_LENGTH } from "./connections.ts";
import type { Config } from "./model.ts";
import { parseSteps } from "./parse.ts";

/**
 * Reads `--node NAME=CHAIN+URL`, a node without a configuration file, for sidecars:
 * `monero-1=monero+http://127.0.0.1:18081`. The parts are checked later, like those of a file.
 * @throws Error that does not repeat the URL, as it may contain a token
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
 * Reads and checks the configuration. Reports all problems together, unless the file is not valid YAML.
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
    const problems = [...(result.ok ? [] : result.problems), ...(await fileProblems(raw, path, signal))];
    if (result.ok && problems.length === 0 && file?.isWhole !== false) return result.config;
    throw new ConfigError([...(await fileLines(file, problems, nodes)), ...flagLines(file, problems, nodes)]);
  } finally {
    file?.close();
  }
}

/** For a running exporter, which must respond while it loads. */
export type Loading = {
  /** Reads and parses the file, usually in another thread. Default: in this one. */
  readonly read?: ReadDocument;
  readonly signal?: AbortSignal;
};

/** Loads the YAML library only if there is a file: a sidecar that has its nodes from flags starts without it. */
async function readHere(path: string, env: ConfigSources["env"]): ReturnType<ReadDocument> {
  const { readYamlFile } = await import("../schema/yaml-file.ts");
  return documentOf(await readYamlFile(path, MAX_FILE_BYTES.configuration, env));
}

/** The problems of the file as lines, in the order of the file. */
async function fileLines(
  file: ConfigDocument | undefined,
  problems: readonly ConfigProblem[],
  nodes: readonly FlagNode[],
): Promise<readonly string[]> {
  const own = problems
    .filter((problem) => flagOf(problem, file, nodes) === undefined)
    .map((problem) => ({ path: problem.path, message: describeProblem(problem, showKey) }));
  return file === undefined ? own.map(({ message }) => message) : file.lines(own);
}

/** The problems of nodes from --node as lines: they have no place in a file, so the flag is named. */
function flagLines(
  file: ConfigDocument | undefined,
  problems: readonly ConfigProblem[],
  nodes: readonly FlagNode[],
): readonly string[] {
  return problems.flatMap((problem) => {
    const flag = flagOf(problem, file, nodes);
    if (flag === undefined) return [];
    return [`--node ${flag.name}: ${describeProblem({ ...problem, path: problem.path.slice(2) }, showKey)}`];
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
  // The schema reports any other value.
  return Array.isArray(fromFile) ? { ...raw, nodes: [...fromFile, ...nodes] } : raw;
}

/** What YAML takes for a key may have been meant as a value, with a secret in it: `{url:https://TOKEN@host}`. */
function showKey(key: string, parents: readonly PropertyKey[]): string {
  if (parents.includes("auth")) return didYouMean(key, AUTH_KEYS) === undefined ? "…" : key;
  // None of our keys has a digit, but nearly every token has one.
  const isName = parents.includes("labels") || parents.at(-1) === "modules";
  if (key === "<<") return key;
  const plain = isName ? /^[\w.-]{1,60}$/ : /^[A-Za-z_.-]{1,30}$/;
  return plain.test(key) ? key : "…";
}

/** Problems of the files that the configuration names: they must be usable now, not only at the first poll. */
async function fileProblems(
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
  return `expected one line without control characters in ${file}, as HTTP cannot send them`;
}

const FILE_KEYS = new Set(["password_file", "token_file", "value_file", "hash_key_file", "ca_file"]);

/** How deep keys of files may be. Aliases can make a document deeper than any bound. */
const MAX_FILE_KEY_DEPTH = 6;

type FileKey = { readonly path: readonly PropertyKey[]; readonly value: string };

/** All keys of files with their values; one item of an outermost list a step. */
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
  if (path.length >= MAX_FILE_KEY_DEPTH) return;
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
