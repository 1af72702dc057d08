import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
  /** That the module finds others in folders of its repository, which are not in the module. */
  readonly siblings?: {
    /** Theirs, where the module itself has not the right one. */
    readonly version?: string;
  };
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

/** Why it is missing. */
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

/** A program that is there already: on PATH, or built before. */
export function findInstalled({ name, source }: Program): string | undefined {
  const built = source && builtAt(name, source);
  return onPath(name) ?? (built !== undefined && isProgram(built) ? built : undefined);
}

function builtAt(name: string, { version }: GoSource): string {
  return join(cacheFolder(), `${name}-${version}`);
}

export function findOrBuild(program: Program): FoundProgram | Missing {
  const { name, accepts = () => true, source, install } = program;
  const path = onPath(name);
  if (path !== undefined && accepts(path)) return { path, from: path };
  const why = path === undefined ? "not on PATH" : `${path} is another version`;
  if (source === undefined) return { reason: `${why}; ${install}` };
  const built = builtAt(name, source);
  if (isProgram(built)) return { path: built, from: source.version };
  if (onPath("go") === undefined) return { reason: `${why}, and there is no Go to build it with; ${install}` };
  const problem = build(source, built);
  return problem === undefined
    ? { path: built, from: source.version }
    : { reason: `${why}, and it cannot be built: ${problem}; ${install}` };
}

const download = z.looseObject({ Dir: z.string().optional(), Error: z.string().optional() });

/**
 * The folder of a module, from Go's cache or its proxy.
 * @throws Error with the words of Go
 */
export function goModule(module: string, version: string): string {
  const { error, stdout, stderr } = go(["mod", "download", "-json", `${module}@${version}`]);
  if (error !== undefined) throw new Error("Go is not on PATH");
  const { Dir: source, Error: problem } = download.parse(JSON.parse(stdout || "{}"));
  if (source === undefined) throw new Error(lastLine(problem ?? stderr));
  return source;
}

/**
 * In the folder of the module, as its authors build it: `go install module@version` refuses modules that replace others, and
 * needs the list of all versions, which not every proxy has.
 *
 * @returns what went wrong
 */
function build({ module, version, folder, flags = [], siblings }: GoSource, path: string): string | undefined {
  process.stderr.write(`building ${module}@${version} (once) …\n`);
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    const source = goModule(module, version);
    const where =
      siblings === undefined ? ["-C", source] : ["-C", besides(source, module, version, siblings), "-mod=mod"];
    const name = siblings === undefined ? folder : join(module, folder);
    const { status, stderr } = go(["build", ...where, "-buildvcs=false", ...flags, "-o", path, name]);
    return status === 0 ? undefined : lastLine(stderr);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A module of ours that needs the other one, with published versions instead of the folders that it has them replaced by. */
function besides(source: string, module: string, version: string, siblings: { readonly version?: string }): string {
  const text = readFileSync(join(source, "go.mod"), "utf8");
  const replaced = [...text.matchAll(/^\s*(?:replace )?(\S+) => \.\S*$/gm)].map(([, name]) => name);
  const folder = join(cacheFolder(), `module-${module.replaceAll("/", "-")}-${version}`);
  mkdirSync(folder, { recursive: true });
  const lines = [
    "module local",
    ...(text.match(/^(?:go|godebug) .*$/gm) ?? []),
    `require ${module} ${version}`,
    ...(siblings.version === undefined ? [] : replaced.map((name) => `replace ${name} => ${name} ${siblings.version}`)),
  ];
  writeFileSync(join(folder, "go.mod"), `${lines.join("\n")}\n`);
  return folder;
}

function go(args: readonly string[]) {
  return spawnSync("go", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";
