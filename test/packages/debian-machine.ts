import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** Debian in a folder: nothing but its essential packages and systemd, so neither Node.js nor this repository. Needs root. */

const RELEASE = "bookworm";

/** Programs of this machine, each with the package that has it. */
export const NEEDED = [
  ["debootstrap", "debootstrap"],
  ["systemd-nspawn", "systemd-container"],
  ["nsenter", "util-linux"],
  ["curl", "curl"],
  ["tar", "tar"],
] as const;

/** A new copy. @returns its folder */
export function debianRoot(): string {
  const root = join(tempFolder(), "root");
  mkdirSync(root, { mode: 0o755 });
  execFileSync("tar", ["-xpf", baseTree(), "-C", root]);
  return root;
}

/** The tree is fetched once and kept. */
function baseTree(): string {
  const folder = join(homedir(), ".cache/peer-exporter");
  const file = join(folder, `debian-${RELEASE}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const work = tempFolder();
  const root = join(work, "root");
  execFileSync("debootstrap", ["--variant=minbase", "--include=systemd,systemd-sysv,dbus", RELEASE, root], {
    stdio: "ignore",
  });
  rmSync(join(root, "var/cache/apt"), { recursive: true, force: true });
  rmSync(join(root, "var/lib/apt/lists"), { recursive: true, force: true });
  const fresh = join(folder, `fresh.${process.pid}.tar`);
  execFileSync("tar", ["-cpf", fresh, "-C", root, "."]);
  renameSync(fresh, file);
  return file;
}

type Result = Awaited<ReturnType<typeof run>>;

/** A command in such a folder, without anything of this machine but its kernel. */
export function inChroot(root: string, command: readonly string[], user = "0:0", input = ""): Promise<Result> {
  return run("env", [...CLEAN, "chroot", `--userspec=${user}`, root, ...command], { input });
}

/** The environment of a fresh system. */
const CLEAN = ["--ignore-environment", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"];

export type Machine = {
  readonly root: string;
  /** Runs a command in the machine. */
  run(...command: string[]): Promise<Result>;
  /** The same for a command that must succeed. @returns its output */
  succeeds(...command: string[]): Promise<string>;
  /** Starts a program of this machine, with its files, in the network of the other. */
  startNextTo(command: string, ...args: string[]): ReturnType<typeof startProcess>;
  /** A page of the exporter in it. */
  get(path: string, user?: string): Promise<{ readonly status: number; readonly text: string }>;
  stop(): Promise<void>;
};

/** A busy machine may take so long to boot. */
export const PATIENT = { timeoutMs: 120_000 };

/** Boots a copy, with a network of its own. */
export async function bootDebian(): Promise<Machine> {
  const root = debianRoot();
  const flags = ["--register=no", "--keep-unit", "--private-network", "--console=pipe", "--boot"];
  const name = `peer-exporter-${process.pid}`;
  const nspawn = await startProcess("systemd-nspawn", [`--directory=${root}`, `--machine=${name}`, ...flags]);
  const leader = await waitFor(() => systemdOf(nspawn.pid), "systemd to start", { program: nspawn, ...PATIENT });
  const enter = (...command: string[]) =>
    run("env", [...CLEAN, "nsenter", "--target", leader, "--all", "--", ...command]);
  await waitFor(
    async () => /running|degraded/.test((await enter("systemctl", "is-system-running")).output),
    "systemd to have started everything",
    { program: nspawn, ...PATIENT },
  );
  return {
    root,
    run: enter,
    async succeeds(...command) {
      const { code, output } = await enter(...command);
      if (code !== 0) throw new Error(`${command.join(" ")} failed (${code}): ${output}`);
      return output;
    },
    startNextTo: (command, ...args) => startProcess("nsenter", ["--target", leader, "--net", "--", command, ...args]),
    async get(path, user) {
      const login = user === undefined ? [] : ["--user", user];
      const args = ["--silent", "--write-out", "\n%{http_code}", ...login, `http://127.0.0.1:10900${path}`];
      const { stdout } = await run("nsenter", ["--target", leader, "--net", "--", "curl", ...args]);
      const end = stdout.lastIndexOf("\n");
      return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) };
    },
    async stop() {
      await nspawn.stop();
    },
  };
}

/** The first process of the machine: nspawn has other children before. */
function systemdOf(pid: number): string | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  return children.find((child) => readFileSync(`/proc/${child}/comm`, "utf8") === "systemd\n");
}
