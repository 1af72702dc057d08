import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as z from "zod";

/** Programs of others: from PATH, or built from the source that a Go module has. */

export type GoSource = {
  readonly module: string;
  readonly version: string;
  /** The folder of the program in the module. */
  readonly folder: string;
  readonly flags?: readonly string[];
};

export type Program = {
  readonly name: string;
  /** Whether one on PATH will do, by what it says of its version; all will do without. */
  readonly accepts?: (path: string) => boolean;
  /** Without: it is not built. */
  readonly source?: GoSource;
  /** Where one gets it that cannot be built. */
  readonly install: string;
};

export type FoundProgram = { readonly path: string; readonly from: string };

/** Why there is none. */
export type Missing = { readonly reason: string };

/** Where a program is on PATH. */
export function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Outside of the repository, and of node_modules, which `npm ci` removes: a build takes minutes. */
const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "peer-exporter", "tools");

export function findOrBuild(program: Program): FoundProgram | Missing {
  const { name, accepts = () => true, source, install } = program;
  const path = onPath(name);
  if (path !== undefined && accepts(path)) return { path, from: path };
  const why = path === undefined ? "not on PATH" : `${path} is another version`;
  if (source === undefined) return { reason: `${why}; ${install}` };
  const built = join(cacheFolder(), `${name}-${source.version}`);
  if (isProgram(built)) return { path: built, from: source.version };
  if (onPath("go") === undefined) return { reason: `${why}, and there is no Go to build it with; ${install}` };
  const problem = build(source, built);
  return problem === undefined
    ? { path: built, from: source.version }
    : { reason: `${why}, and it cannot be built: ${problem}; ${install}` };
}

const download = z.looseObject({ Dir: z.string().optional(), Error: z.string().optional() });

/**
 * In the folder of the module, as its authors build it: `go install module@version` refuses modules that replace others, and
 * wants the list of all versions, which not every proxy has.
 *
 * @returns what went wrong
 */
function build({ module, version, folder, flags = [] }: GoSource, path: string): string | undefined {
  process.stderr.write(`building ${module}@${version} (once) …\n`);
  mkdirSync(cacheFolder(), { recursive: true });
  const { stdout, stderr } = go(["mod", "download", "-json", `${module}@${version}`]);
  const { Dir: source, Error: problem } = download.parse(JSON.parse(stdout || "{}"));
  if (source === undefined) return lastLine(problem ?? stderr);
  const built = go(["build", "-C", source, "-buildvcs=false", ...flags, "-o", path, folder]);
  return built.status === 0 ? undefined : lastLine(built.stderr);
}

function go(args: readonly string[]) {
  return spawnSync("go", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";
