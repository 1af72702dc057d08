/** A problem in parts, for programs. */
type ProblemParts = {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The flag, where it is not about a file. */
  readonly flag?: string;
  /** As in the line: `nodes[0].url`. */
  readonly path?: string;
  /** What is wrong and what to do, without the parts before. */
  readonly message: string;
};

/** The keys of describeProblem, which have no spaces. A message of a file as a whole has one before its first colon. */
const PATH = /^((?:[^\s:[\]]|\[\d+\])+): ([\s\S]*)$/;

/** `--node NAME: …` and `--shard: …`. Names are those of the flag, so they may be anything without `=`. */
const FLAG = /^(--[a-z.-]+(?: [^=+/?]+?)?): ([\s\S]*)$/;

/**
 * Takes a line of a ConfigError apart.
 * @param files the files that it may be about, as they were named to the program
 */
export function problemParts(line: string, files: readonly string[]): ProblemParts {
  for (const file of files) {
    if (!line.startsWith(`${file}:`)) continue;
    const [, row, column, rest] = /^:(\d+):(\d+): ([\s\S]*)$/.exec(line.slice(file.length)) ?? [];
    if (rest !== undefined) return { file, line: Number(row), column: Number(column), ...withPath(rest) };
    return { file, message: line.slice(file.length + 1).trimStart() };
  }
  const [, flag, rest] = FLAG.exec(line) ?? [];
  return flag === undefined || rest === undefined ? { message: line } : { flag, ...withPath(rest) };
}

function withPath(text: string): Pick<ProblemParts, "path" | "message"> {
  const [, path, message] = PATH.exec(text) ?? [];
  return path === undefined || message === undefined ? { message: text } : { path, message };
}
