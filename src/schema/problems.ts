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
