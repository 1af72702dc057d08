import { constants } from "node:os";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../lib/errno.ts";
import { files } from "../lib/files/files.ts";
import { isExecutable } from "../lib/node-runtime.ts";

/**
 * How the process ends. Loading this file takes effect immediately, and it is loaded before everything else: process 1 of a
 * container never gets a signal that comes before its listener, and any other process is killed by it.
 */

/** How the running command ends after a signal. */
export type OnStop = {
  /** How long the process waits for the command to end by itself, in milliseconds. */
  readonly waitMs: number;
  /** The exit code if the command does not end in that time; default: the code of the signal. */
  readonly exitCode?: number;
};

/** The process ends within this time after a signal. The documentation promises five seconds. */
const END_MS = 4500;

/** How long the end of the process waits for the readers of the log and of the output. */
const LAST_OUTPUT_MS = 1000;

const END_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** The exit code of a process that a signal ended, as shells count it. */
export const signalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** Resolves at the first SIGTERM or SIGINT. */
export const stopped = untilStopped();

// Node.js opens its inspector at SIGUSR1, and through it any local user could run code as the exporter.
process.on("SIGUSR1", () => {});

/**
 * A second signal ends the process immediately, as impatient operators expect: by the signal itself, or, as process 1 of a
 * container, to which the kernel does not deliver signals without a listener, by `ending`.
 */
function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isFirst = true;
    const stop = (signal: NodeJS.Signals) => {
      if (isFirst) {
        isFirst = false;
        resolve(signal);
        return;
      }
      for (const each of END_SIGNALS) process.removeListener(each, stop);
      process.kill(process.pid, signal);
      ending.now(signalExitCode(signal));
    };
    for (const signal of END_SIGNALS) process.on(signal, stop);
  });
}

/** The running command, as the end of the process sees it. */
type Running = {
  /** Resolves with the exit code. */
  readonly done: Promise<number>;
  readonly onStop: () => OnStop;
  /** Called when a signal ends the process while the command still runs. */
  readonly giveUp: () => void;
};

/** Ends the process with the command's exit code, or after a signal within five seconds. */
export async function endAfter({ done, onStop, giveUp }: Running): Promise<never> {
  let endBy = Number.POSITIVE_INFINITY;
  void stopped.then(() => {
    endBy = performance.now() + END_MS;
  });
  const code = await Promise.race([done, codeOfStopped(onStop, giveUp)]);
  // The output of a command may take its time, except after a signal; a log that is not read must not hold the exit.
  const cutOff = stopped.then(async (signal) => {
    await sleep(LAST_OUTPUT_MS);
    return onStop().exitCode ?? signalExitCode(signal);
  });
  const cutOffCode = await Promise.race([flushed(process.stdout), cutOff]);
  await Promise.race([flushed(process.stderr), sleep(LAST_OUTPUT_MS)]);
  // The error of a write is reported one turn of the event loop later.
  await sleep(0);
  // A file that hangs is not waited for; the lookup of a name may still end.
  const patienceMs = files.hung() > 0 ? 0 : Math.min(END_MS, endBy - performance.now());
  return ending.soon(process.exitCode === undefined ? code || (cutOffCode ?? 0) : Number(process.exitCode), patienceMs);
}

/** The exit code where a signal came and the command did not end by itself after it. */
async function codeOfStopped(onStop: () => OnStop, giveUp: () => void): Promise<number> {
  const signal = await stopped;
  const startedMs = performance.now();
  let leftMs = 0;
  do {
    await sleep(leftMs);
    leftMs = startedMs + onStop().waitMs - performance.now();
  } while (leftMs > 0);
  giveUp();
  return onStop().exitCode ?? signalExitCode(signal);
}

/** Resolves when the reader has taken everything, or is gone. */
async function flushed(stream: Writable): Promise<undefined> {
  if (stream.writableLength > 0 && !stream.destroyed) {
    await new Promise<void>((resolve) => void stream.write("", () => resolve()));
  }
  return undefined;
}

/**
 * Prints to standard output, which is opened with the first text: a server never prints. A reader that closes the pipe
 * (`--help | head`) is not an error. A full disk is, and is reported in one line.
 */
export function createPrint(printError: (text: string) => void): (text: string) => void {
  let isWatched = false;
  // An error on standard error cannot be reported anywhere.
  process.stderr.on("error", () => {});
  return (text) => {
    if (!isWatched) process.stdout.on("error", report);
    isWatched = true;
    process.stdout.write(text);
  };

  function report(error: Error): void {
    const code = errorCode(error);
    if (code === "EPIPE") return;
    process.exitCode = 1;
    printError(`peer-exporter: cannot write to standard output (${code})\n`);
  }
}

/** Ends the process, even while a thread hangs. */
type Ending = {
  /** Immediately. Also ends process 1 of a container, which its own signals do not. */
  now(code: number): never;
  /**
   * Waits briefly for running calls first.
   * @param patienceMs how long it waits, in milliseconds, if a hard end would lose the exit code
   */
  soon(code: number, patienceMs?: number): Promise<never>;
};

/** System calls that hold one of libuv's threads until they return. */
const THREAD_HOLDERS = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

const LOOK_EVERY_MS = 20;
const MOMENT_MS = 300;

/**
 * `process.exit` waits for all threads, even for those that a dead mount or resolver blocks forever, so the process might
 * never end. It is called only if no thread is blocked. Otherwise the program is replaced by one that exits with the code
 * (`process.execve`, Node.js 22.15 and 23.11), or, without that, killed: by SIGTERM if the code is 0.
 */
export const ending: Ending = {
  now(code) {
    // A call that does not hang ends soon, and the exit code matters more.
    if (preservesCode(code) ? isHeld() : files.hung() > 0) endHard(code);
    process.exit(code);
  },
  async soon(code, patienceMs = MOMENT_MS) {
    const end = performance.now() + (preservesCode(code) ? MOMENT_MS : Math.max(MOMENT_MS, patienceMs));
    while (isHeld() && performance.now() < end) await sleep(LOOK_EVERY_MS);
    if (isHeld()) endHard(code);
    process.exit(code);
  },
};

/** Whether calls run in threads of the program's own or in those of libuv. */
function isHeld(): boolean {
  return files.running() > 0 || process.getActiveResourcesInfo().some((name) => THREAD_HOLDERS.test(name));
}

/** Whether a hard end preserves the exit code. */
function preservesCode(code: number): boolean {
  return execve() !== undefined || signalExitCode(signalFor(code)) === code;
}

/** Undefined in versions of Node.js without it; the types are those of Node 20. */
function execve(): ((file: string, args: readonly string[], env: NodeJS.ProcessEnv) => void) | undefined {
  const found: unknown = Reflect.get(process, "execve");
  return typeof found === "function" ? (...args) => void Reflect.apply(found, process, args) : undefined;
}

/**
 * The signal that is nearest to an exit code: the signal itself if the code is that of a signal. A supervisor takes SIGTERM
 * for a clean end and SIGKILL for a failure.
 */
function signalFor(code: number): "SIGINT" | "SIGTERM" | "SIGKILL" {
  if (code === signalExitCode("SIGINT")) return "SIGINT";
  return code === 0 || code === signalExitCode("SIGTERM") ? "SIGTERM" : "SIGKILL";
}

/** What an executable gets as its only argument when it replaces itself, in front of the exit code. */
const EXIT_ARGUMENT = "exit-with-code:";

/**
 * The exit code if this process replaces one that had to end. An executable cannot run a script in its place, as Node.js can.
 * @param args the arguments of the process
 * @returns undefined also for something else than a code: the command line then refuses it as it refuses any other word
 */
export function askedExitCode(args: readonly string[]): number | undefined {
  const [first = "", ...others] = args;
  if (!first.startsWith(EXIT_ARGUMENT) || others.length > 0 || !isExecutable()) return undefined;
  const code = first.slice(EXIT_ARGUMENT.length);
  return /^\d{1,3}$/.test(code) ? Number(code) : undefined;
}

function endHard(code: number): never {
  const { execPath, env } = process;
  const args = isExecutable() ? [`${EXIT_ARGUMENT}${code}`] : ["--input-type=commonjs", "-e", `process.exit(${code})`];
  // The program that replaces this one must not preload the modules of NODE_OPTIONS.
  execve()?.(execPath, [execPath, ...args], { ...env, NODE_OPTIONS: "" });
  const signal = signalFor(code);
  if (signal !== "SIGKILL") process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Still running: the kernel does not deliver its own signals to process 1 of a container, but it does deliver the
  // fault with which abort ends.
  process.abort();
}
