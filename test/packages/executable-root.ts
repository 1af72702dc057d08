import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type RunningProgram, requireProgram, tempFolder } from "../support/servers.ts";

/** The user and group as which the executable runs: nobody's, without a home. */
export const NOBODY = "65534:65534";

/** The packages that the executable depends on. */
const LIBRARIES = ["libc6", "libstdc++6", "libgcc-s1"];

/**
 * A folder that holds nothing but the executable, as /peer-exporter, and the libraries that it names, from this machine.
 * @returns its path
 */
export function rootOfThisMachine(executable: string): string {
  const root = emptyRoot(executable);
  const libraries = execFileSync("ldd", [executable], { encoding: "utf8" });
  for (const [, library = ""] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    const owner = execFileSync("dpkg", ["-S", ...placesOf(library)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const name = owner.split(":")[0] ?? "";
    if (!LIBRARIES.includes(name)) throw new Error(`${library} is of ${name}: the packages depend on ${LIBRARIES}`);
    place(library, join(root, library));
  }
  return root;
}

/** Debian's files of /usr/lib are known to dpkg by /lib, or the other way round. */
const placesOf = (library: string) => [`*/${basename(library)}`];

/** As for this machine, with the libraries of Debian for arm64, and the emulator that runs the executable there. */
export function rootOfArm64(executable: string): string {
  const emulator = requireProgram("qemu-aarch64-static");
  const root = emptyRoot(executable);
  const downloads = downloadLibraries("arm64");
  for (const file of readdirSync(downloads).filter((name) => name.endsWith(".deb"))) {
    execFileSync("dpkg-deb", ["--extract", join(downloads, file), root]);
  }
  place(emulator, join(root, "emulator"));
  return root;
}

function emptyRoot(executable: string): string {
  const root = join(tempFolder(), "root");
  mkdirSync(join(root, "proc"), { recursive: true });
  place(executable, join(root, "peer-exporter"));
  mkdirSync(join(root, "etc"));
  chmodSync(root, 0o755);
  return root;
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}

/**
 * Fetches Debian's packages of the libraries. With a state of its own: the architectures of this machine's dpkg stay as they
 * are.
 * @param more names of further packages
 * @returns the folder with them
 */
export function downloadLibraries(architecture: string, more: readonly string[] = []): string {
  const folder = tempFolder();
  const [state, cache, status] = ["state", "cache", "status"].map((name) => join(folder, name));
  mkdirSync(`${state}/lists/partial`, { recursive: true });
  mkdirSync(`${cache}/archives/partial`, { recursive: true });
  writeFileSync(`${status}`, "");
  const options = [
    ...[`Dir::State=${state}`, `Dir::State::status=${status}`, `Dir::Cache=${cache}`],
    ...[`APT::Architecture=${architecture}`, `APT::Architectures::=${architecture}`, "APT::Sandbox::User=root"],
  ].flatMap((option) => ["-o", option]);
  execFileSync("apt-get", [...options, "-qq", "update"], { stdio: "ignore" });
  execFileSync("apt-get", [...options, "-qq", "download", ...LIBRARIES, ...more], { cwd: folder, stdio: "ignore" });
  return folder;
}

/** Writes a file that everybody may read into such a folder. */
export function writeInto(root: string, path: string, text: string): void {
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), 0o644);
}

/**
 * The command that runs the executable there: as process 1 of a container, in a root that cannot be written to.
 * @param emulator what runs it, if another architecture does
 */
export function inRoot(root: string, args: readonly string[], emulator: readonly string[] = []): readonly string[] {
  const script = `mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount -o remount,ro,bind "$1" && root=$1 && shift && exec env --ignore-environment ${requireProgram("chroot")} --userspec=${NOBODY} "$root" "$@"`;
  return [
    ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", root],
    ...[...emulator, "/peer-exporter", ...args],
  ];
}

/** Process 1 of such a container, by the process that started the container. */
function process1({ pid }: RunningProgram): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
}

/** Sends SIGTERM to the executable: the process that started it would not pass the signal on. Gives the exit code. */
export async function stopInRoot(program: RunningProgram): Promise<number> {
  if (program.exitCode() !== undefined) return program.exited;
  const pid = process1(program);
  process.kill(pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(pid, "SIGKILL"), 10_000);
  return program.exited.finally(() => clearTimeout(timer));
}

/** The command that runs it beside process 1 of such a container. */
export function beside(program: RunningProgram, root: string, args: readonly string[]): readonly string[] {
  return [
    ...["nsenter", `--target=${process1(program)}`, "--mount", "--pid", "env", "--ignore-environment"],
    ...[requireProgram("chroot"), `--userspec=${NOBODY}`, root, "/peer-exporter", ...args],
  ];
}
