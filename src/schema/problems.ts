import type { YamlFile } from "./yaml-file.ts";

/** Something wrong in a configuration, at a path of keys and indices. */
export type ConfigProblem = { readonly path: readonly PropertyKey[]; readonly message: string };

/** A configuration that cannot be used, with one line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** A configuration file as plain data that can still name the places in the file. */
export type ConfigDocument = {
  readonly raw: unknown;
  /** Whether the file itself has no problems, such as environment variables that are not set. */
  readonly isWhole: boolean;
  /**
   * `FILE:LINE:COLUMN: …` for each of these problems and for those of the file itself, in the order of the file. A value with
   * a problem of the file gets no second line.
   */
  lines(problems: readonly ConfigProblem[]): Promise<readonly string[]>;
  /** Frees what is needed to name places. */
  close(): void;
};

export type BrokenDocument = { readonly broken: readonly string[] };

/** @returns the problems, each with its place, when the file cannot be read as YAML */
export type ReadDocument = (
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
) => Promise<ConfigDocument | BrokenDocument>;

export function documentOf(file: YamlFile | BrokenDocument): ConfigDocument | BrokenDocument {
  if ("broken" in file) return file;
  return {
    raw: file.raw,
    isWhole: file.problems.length === 0,
    lines: async (problems) => problemLines(file, problems),
    close() {},
  };
}

/** As `lines` of a document. */
export function problemLines(file: YamlFile, problems: readonly ConfigProblem[]): readonly string[] {
  const placed = problems
    .filter(({ path }) => !file.isUnfinished(path))
    .map(({ path, message }) => ({ offset: file.offsetOf(path), message, key: String(path.at(-1)) }));
  return [...file.problems, ...firstOfEach(placed)]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => `${file.place(offset)}: ${message}`);
}

type Placed = { readonly offset: number; readonly message: string; readonly key: string };

/** A value that thousands of nodes take from one place by aliases or merges is one problem. */
function firstOfEach(problems: readonly Placed[]): readonly Placed[] {
  const groups = new Map<string, Placed[]>();
  for (const problem of problems) {
    // The path before the message has no spaces, and is another one at each use.
    const id = JSON.stringify([problem.offset, problem.key, problem.message.replace(/^\S+: /, "")]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const more = others.length === 0 ? "" : ` (and ${others.length} more with the same value)`;
    return [{ ...first, message: `${first.message}${more}` }];
  });
}

/** How a key may be shown, as a misplaced secret may have become a key; `parents` are the keys around it. */
type ShowKey = (key: string, parents: readonly PropertyKey[]) => string;

/** A problem with its path: `nodes[0].url: expected …`. */
export function describeProblem({ path, message }: ConfigProblem, showKey: ShowKey): string {
  const keys = path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    return `${index === 0 ? "" : "."}${showKey(String(key), path.slice(0, index))}`;
  });
  return keys.length === 0 ? message : `${keys.join("")}: ${message}`;
}
