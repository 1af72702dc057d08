import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Containers } from "./containers.ts";
import { requireProgram, run, tempFolder } from "./servers.ts";

/** Base images cannot be pulled everywhere: here they are made of this machine's own files, in the layout of the real ones. */

/** What distroless has: Node in /nodejs/bin, its libraries, authorities, and no shell. */
export async function bareRootfs(): Promise<string> {
  const root = emptyRoot();
  await addProgram(root, process.execPath, "nodejs/bin/node");
  addAuthorities(root);
  return root;
}

/** One program of this machine with its libraries. */
export async function programRootfs(program: string): Promise<string> {
  const root = emptyRoot();
  await addProgram(root, requireProgram(program), `usr/bin/${program}`);
  mkdirSync(join(root, "etc"), { recursive: true });
  mkdirSync(join(root, "tmp"), { mode: 0o1777 });
  return root;
}

/** What the Dockerfile needs of Debian with Node: node and npm in /usr/local/bin, a shell and env. */
export async function buildRootfs(): Promise<string> {
  const root = emptyRoot();
  await addProgram(root, process.execPath, "usr/local/bin/node");
  await addProgram(root, requireProgram("sh"), "bin/sh");
  await addProgram(root, requireProgram("env"), "usr/bin/env");
  // …/npm/bin/npm-cli.js
  const npm = dirname(dirname(realpathSync(requireProgram("npm"))));
  cpSync(npm, join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
  addAuthorities(root);
  mkdirSync(join(root, "root"));
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  return root;
}

/** Open to the users of the container, as temporary folders are not. */
function emptyRoot(): string {
  const root = tempFolder();
  chmodSync(root, 0o755);
  return root;
}

async function addProgram(root: string, from: string, to: string): Promise<void> {
  add(root, realpathSync(from), to);
  const { stdout } = await run("ldd", [from]);
  for (const [path] of stdout.matchAll(/\/\S+(?= \(0x)/g)) add(root, path, path);
}

function add(root: string, from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}

const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

function addAuthorities(root: string): void {
  if (existsSync(AUTHORITIES)) add(root, AUTHORITIES, AUTHORITIES);
  mkdirSync(join(root, "tmp"), { mode: 0o1777 });
}

/** Makes an image of a root file system. */
export async function importRootfs(
  { succeed }: Pick<Containers, "succeed">,
  root: string,
  name: string,
  changes: readonly string[] = [],
): Promise<void> {
  const archive = join(tempFolder(), "rootfs.tar");
  const { code, output } = await run("tar", ["-c", "-f", archive, "-C", root, "."]);
  if (code !== 0) throw new Error(`tar ended with ${code}: ${output}`);
  await succeed("import", "--quiet", ...changes.map((change) => `--change=${change}`), archive, name);
  rmSync(archive);
}
