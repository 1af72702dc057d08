import { dirname, resolve } from "node:path";
import { certificateProblem, privateKeyProblem } from "../lib/certificates.ts";
import { describeFile, errorCode, fileErrorCode, NAME_NOT_SHOWN } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { isObject } from "../lib/json.ts";
import { isLoginPair, isSendable, keyInFile, secretInFile } from "../lib/secret.ts";
import { eachStep, inSlices, type Steps } from "../lib/slices.ts";
import { didYouMean } from "../lib/suggest.ts";
import { pairProblem } from "../rpc/dial/client-certificate.ts";
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
import { type FlagNode, withFlagNodes } from "./node-flag.ts";
import { parseSteps } from "./parse.ts";

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
    const result = await inSlices(parseSteps(raw, path, env), signal);
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

/** What YAML takes for a key may have been meant as a value, with a secret in it: `{url:https://TOKEN@host}`. */
function showKey(key: string, parents: readonly PropertyKey[]): string {
  if (key === "<<") return key;
  if (parents.includes("auth")) return didYouMean(key, AUTH_KEYS) === undefined ? "…" : key;
  // None of our keys has a digit, but nearly every token has one.
  const isName = parents.includes("labels") || parents.at(-1) === "modules";
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
  const locate = (file: string) => (configFile === undefined ? resolve(file) : resolve(dirname(configFile), file));
  for (const { path, value, certificate } of await inSlices(findFileKeys(raw), signal)) {
    signal?.throwIfAborted();
    const problem = await fileProblem(locate(value), String(path.at(-1)), certificate && locate(certificate));
    if (problem !== undefined) problems.push({ path, message: problem });
  }
  return problems;
}

/** @param certificate the file with the certificate of a key */
async function fileProblem(file: string, key: string, certificate: string | undefined): Promise<string | undefined> {
  try {
    const bytes = await files.read(file, TLS_KEYS.has(key) ? MAX_FILE_BYTES.tls : MAX_FILE_BYTES.secret);
    const problem = contentProblem(bytes, file, key);
    return problem === undefined && certificate !== undefined
      ? keyProblem(bytes.toString("utf8"), file, certificate)
      : problem;
  } catch (error) {
    // The node writes its cookie when it starts, which may be after the exporter.
    if (key === "cookie_file" && errorCode(error) === "ENOENT") return undefined;
    const shown = await describeFile(file, error);
    const hint = TLS_KEYS.has(key) || shown === file ? "" : `; ${NAME_NOT_SHOWN}`;
    return `cannot read ${shown} (${fileErrorCode(error)})${hint}`;
  }
}

/** Whether a private key belongs to its certificate. Whatever else is wrong with the certificate is reported at its own key. */
async function keyProblem(key: string, file: string, certificateFile: string): Promise<string | undefined> {
  const bytes = await files.read(certificateFile, MAX_FILE_BYTES.tls).catch(() => undefined);
  const certificate = bytes?.toString("utf8");
  if (certificate === undefined || certificateProblem(certificate) !== undefined) return undefined;
  const problem = pairProblem(certificate, key);
  return problem === undefined ? undefined : `${file}: ${problem}`;
}

/** @throws FileError when a secret is not text */
function contentProblem(bytes: Buffer, file: string, key: string): string | undefined {
  if (TLS_KEYS.has(key)) return pemProblem(bytes.toString("utf8"), file, key);
  const text = key === "hash_key_file" ? keyInFile(bytes) : secretInFile(bytes);
  const { length } = text.trim();
  if (length === 0) return `${file} is empty`;
  if (key === "hash_key_file") {
    return length < MIN_HASH_KEY_LENGTH ? `expected at least ${MIN_HASH_KEY_LENGTH} characters in ${file}` : undefined;
  }
  if (!isSendable(text)) return `expected one line without control characters in ${file}, as HTTP cannot send them`;
  if (key === "cookie_file" && !isLoginPair(text)) return `expected user:password in ${file}, as a node writes it`;
  return undefined;
}

function pemProblem(text: string, file: string, key: string): string | undefined {
  if (text.trim() === "") return `${file} is empty`;
  const problem = key === "key_file" ? privateKeyProblem(text) : certificateProblem(text);
  return problem === undefined ? undefined : `${problem} in ${file}`;
}

/** Their names are no secrets. */
const TLS_KEYS = new Set(["ca_file", "cert_file", "key_file"]);

const SECRET_KEYS = ["password_file", "token_file", "value_file", "cookie_file", "hash_key_file"];
const FILE_KEYS = new Set([...SECRET_KEYS, ...TLS_KEYS]);

/** How deep keys of files may be. Aliases can make a document deeper than any bound. */
const MAX_FILE_KEY_DEPTH = 7;

type FileKey = {
  readonly path: readonly PropertyKey[];
  readonly value: string;
  /** Of a private key: the file with its certificate. */
  readonly certificate?: string | undefined;
};

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
      if (FILE_KEYS.has(key) && typeof item === "string" && item !== "") {
        const certificate = key === "key_file" && typeof value.cert_file === "string" ? value.cert_file : undefined;
        yield { path: [...path, key], value: item, certificate };
      } else yield* fileKeys(item, [...path, key]);
    }
  }
}
