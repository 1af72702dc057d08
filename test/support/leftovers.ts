import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";

/**
 * Nothing that a test started may outlive it. Exit handlers cannot promise that: vitest ends its workers with SIGTERM, and
 * with SIGKILL where a test hangs. So each test process has a shell that holds the other end of a pipe; the pipe closes
 * however the process ends, and then the shell kills the programs and removes the folders named in the last line it read.
 */
const GUARD = `
while read -r line; do last=$line; done
for word in $last; do
  case $word in pid:*) kill -KILL "\${word#pid:}" 2>/dev/null ;; esac
done
for word in $last; do
  case $word in folder:*) rm -rf -- "$1/\${word#folder:}" ;; esac
done
`;

const leftovers = new Set<string>();
let guard: ChildProcess | undefined;

/** A program to kill at the end, until the given function is called. */
export function guardProcess(pid: number): () => void {
  return add(`pid:${pid}`);
}

/** A folder directly in the system's temporary folder, to remove at the end. */
export function guardFolder(name: string): void {
  if (!/^[\w-]+$/.test(name)) throw new Error(`not a plain folder name: ${name}`);
  add(`folder:${name}`);
}

function add(word: string): () => void {
  leftovers.add(word);
  tellGuard();
  return () => {
    leftovers.delete(word);
    tellGuard();
  };
}

function tellGuard(): void {
  if (guard === undefined) {
    // detached: Ctrl-C ends every process of the terminal's group, and this one still has work to do.
    guard = spawn("sh", ["-c", GUARD, "guard", tmpdir()], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    guard.unref();
    // A guard that is gone must not fail the tests of the day.
    guard.stdin?.on("error", () => {});
    // A worker whose vitest was killed would stay as long as the programs that it started.
    process.once("disconnect", () => process.exit(1));
  }
  guard.stdin?.write(`${[...leftovers].join(" ")}\n`);
}
