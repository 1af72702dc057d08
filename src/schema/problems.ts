import type { YamlFile } from "./yaml-file.ts";

/** Something wrong in the configuration, at a path of keys and indices. */
export type ConfigProblem = { readonly path: readonly PropertyKey[]; readonly message: string };

/** A configuration that cannot be used, with one line for each thing that is wrong. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** A configuration file as plain data, which can still name the places in it. */
export type ConfigDocument = {
  readonly raw: unknown;
  /** Whether nothing is wrong with single values although the file is YAML. */
  readonly isWhole: boolean;
  /**
   * `FILE:LINE:COLUMN: …` for each of these problems and for those of the file itself, in the order of the file. Nothing more is
   * said of a value with a problem of its own.
   */
  lines(problems: readonly PlacedProblem[]): Promise<readonly string[]>;
  /** Gives back what it needs to name places. */
  close(): void;
};

export type PlacedProblem = { readonly path: readonly PropertyKey[]; readonly message: string };

export type BrokenDocument = { readonly broken: readonly string[] };

/** @returns what is wrong, each with its place, when the file cannot be read as YAML */
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
    lines: async (problems) => linesOf(file, problems),
    close() {},
  };
}

/** As `lines` of a document. */
export function linesOf(file: YamlFile, problems: readonly PlacedProblem[]): readonly string[] {
  return [
    ...file.problems,
    ...problems
      .filter(({ path }) => !file.isUnfinished(path))
      .map(({ path, message }) => ({ offset: file.offsetOf(path), message })),
  ]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => `${file.place(offset)}: ${message}`);
}
