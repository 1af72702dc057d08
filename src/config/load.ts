import { access, constants, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { isObject } from "../chains/decode.ts";
import type { Config } from "./model.ts";
import { type ConfigProblem, parseConfig } from "./parse.ts";
import { errorCode } from "./secret.ts";

/** A configuration that cannot be used, with one line for each thing that is wrong. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

export type ConfigSources = {
  /** The YAML file of --config.file. */
  readonly file?: string | undefined;
  /** Nodes from --node, as plain data. */
  readonly nodes?: readonly Readonly<Record<string, string>>[];
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Reads and checks the configuration.
 * @throws ConfigError
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const file = sources.file === undefined ? undefined : await readYaml(sources.file, sources.env);
  const raw = withFlagNodes(file?.raw, sources.nodes ?? []);
  const fromFile = isObject(file?.raw) && Array.isArray(file.raw.nodes) ? file.raw.nodes.length : 0;
  const result = parseConfig(raw, sources.file);
  const problems = [...(result.ok ? [] : result.problems), ...(await unreadableFiles(raw, sources.file))];
  if (result.ok && problems.length === 0) return result.config;
  throw new ConfigError(
    problems.map((problem) => {
      const flag = flagOf(problem, fromFile, sources.nodes ?? []);
      return flag ?? `${file === undefined ? "" : `${file.locate(problem.path)}: `}${describe(problem)}`;
    }),
  );
}

type YamlFile = { readonly raw: unknown; locate(path: readonly PropertyKey[]): string };

async function readYaml(path: string, env: ConfigSources["env"]): Promise<YamlFile> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new ConfigError([`${path}: cannot read the configuration file (${errorCode(error)})`]);
  });
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) throw new ConfigError(broken.map((error) => `${at(error.pos[0])}: ${error.message}`));
  const missing = substituteEnv(document, env);
  if (missing.length > 0) throw new ConfigError(missing.map(({ offset, message }) => `${at(offset)}: ${message}`));
  const raw = toPlain(document, path);
  return { raw, locate: (keys) => at(offsetOf(document, keys)) };
}

function toPlain(document: Document, path: string): unknown {
  try {
    // An alias bomb would fill the memory: yaml refuses more than 100 resolved aliases.
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new ConfigError([`${path}: an alias has no anchor, or there are too many aliases`]);
  }
}

type Misplaced = { readonly offset: number; readonly message: string };

/** Replaces ${NAME} in string values, `$$` by `$`; keys stay as they are. Gives the variables that are not set. */
function substituteEnv(document: Document, env: ConfigSources["env"]): readonly Misplaced[] {
  const missing: Misplaced[] = [];
  visit(document, {
    Scalar(key, scalar) {
      if (key === "key" || typeof scalar.value !== "string") return;
      scalar.value = scalar.value.replace(/\$\$|\$\{([^}]*)\}/g, (whole, name: string | undefined) => {
        if (name === undefined) return "$";
        const value = env[name];
        if (value !== undefined) return value;
        const message = `the environment variable ${name} is not set (write $\${ for a literal \${)`;
        missing.push({ offset: scalar.range?.[0] ?? 0, message });
        return whole;
      });
    },
  });
  return missing;
}

/** Where the node at a path begins: at its key where it has one, else at the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent)) {
      const key = parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === last);
      if (isScalar(key) && key.range != null) return key.range[0];
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return 0;
}

function withFlagNodes(raw: unknown, nodes: readonly Readonly<Record<string, string>>[]): unknown {
  if (nodes.length === 0) return raw;
  if (raw === undefined || raw === null) return { nodes };
  if (!isObject(raw)) return raw;
  return { ...raw, nodes: [...(Array.isArray(raw.nodes) ? raw.nodes : []), ...nodes] };
}

/** A problem of a node that came from --node has no place in a file; its flag is named instead. */
function flagOf(problem: ConfigProblem, fromFile: number, nodes: ConfigSources["nodes"] & object): string | undefined {
  const [first, index, ...rest] = problem.path;
  const flag = first === "nodes" && typeof index === "number" ? nodes[index - fromFile] : undefined;
  return flag === undefined ? undefined : `--node ${flag.name}: ${describe({ path: rest, message: problem.message })}`;
}

/** `nodes[0].url: expected …` */
function describe({ path, message }: ConfigProblem): string {
  const keys = path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`,
  );
  return keys.length === 0 ? message : `${keys.join("")}: ${message}`;
}

/** Files that the configuration names must be readable now, not at the first poll. */
async function unreadableFiles(raw: unknown, configFile: string | undefined): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const { path, value } of fileKeys(raw, [])) {
    const absolute = configFile === undefined ? resolve(value) : resolve(dirname(configFile), value);
    await access(absolute, constants.R_OK).catch((error: unknown) => {
      problems.push({ path, message: `cannot read ${value} (${errorCode(error)})` });
    });
  }
  return problems;
}

function* fileKeys(
  value: unknown,
  path: readonly PropertyKey[],
): Iterable<{ path: readonly PropertyKey[]; value: string }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* fileKeys(item, [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key.endsWith("_file") && typeof item === "string") yield { path: [...path, key], value: item };
      else yield* fileKeys(item, [...path, key]);
    }
  }
}
