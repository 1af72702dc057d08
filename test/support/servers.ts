import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { constants as osConstants, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { guardFolder, guardProcess } from "./leftovers.ts";

/** Where a program is on PATH. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not here
    }
  }
  return undefined;
}

/**
 * The server an end-to-end test needs: `const monerod = findServer("monerod", "apt-get install monero")`, then
 * `describe.skipIf(!monerod)(…)`. A missing one is named on stderr; in CI it is a failure, not a skipped test.
 */
export function findServer(name: string, install: string): string | undefined {
  const path = findProgram(name);
  if (path !== undefined) return path;
  const message = `tests that need ${name} are skipped: it is not on PATH (${install})`;
  if (process.env.CI === "true") throw new Error(message.replace("are skipped", "cannot run"));
  process.stderr.write(`${message}\n`);
  return undefined;
}

/** For support code that cannot go on without the program. */
export function requireProgram(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not on PATH`);
  return path;
}

const givenPorts = new Set<number>();

/**
 * A port on 127.0.0.1 that nobody listens on. Taken from below the range that Linux gives to outgoing connections, one of
 * which could otherwise sit on it before the server starts.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (!givenPorts.has(port) && (await canListen(port))) {
      givenPorts.add(port);
      return port;
    }
  }
  throw new Error("no free port on 127.0.0.1 in 100 attempts");
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A new empty folder, removed when the test process has ended. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "peer-exporter-"));
  guardFolder(basename(folder));
  return folder;
}

export type WaitOptions = {
  readonly timeoutMs?: number;
  /** Whose end is an error at once. */
  readonly program?: RunningProgram | undefined;
};

/** Polls until the condition gives something. A condition that throws is only not yet true; the last error is the cause of ours. */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
  { timeoutMs = 10_000, program }: WaitOptions = {},
): Promise<T> {
  const start = performance.now();
  const end = start + timeoutMs;
  const deadline = sleep(timeoutMs, undefined, { ref: false });
  let lastError: unknown;
  for (;;) {
    try {
      const result = await Promise.race([condition(), deadline]);
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      lastError = error;
    }
    const exitCode = program?.exitCode();
    if (exitCode !== undefined) {
      throw new Error(
        `${program?.name} ended with ${exitCode} while waiting for ${what}:\n${shorten(program?.output() ?? "")}`,
      );
    }
    if (performance.now() >= end) {
      const detail = lastError === undefined ? "" : `; last error: ${describe(lastError)}`;
      throw new Error(`gave up after ${timeoutMs} ms waiting for ${what}${detail}`, { cause: lastError });
    }
    // What takes long is looked at less often: to read a page over and over would keep the machine from other tests.
    const elapsedMs = performance.now() - start;
    await sleep(Math.min(Math.max(50, elapsedMs / 20), 500));
  }
}

/** A wrong flag is named first and followed by pages of usage; a crash is named last. */
function shorten(output: string): string {
  return output.length <= 3000 ? output : `${output.slice(0, 1000)}\n[…]\n${output.slice(-2000)}`;
}

/** fetch hides what happened ("fetch failed") in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

export type RunningProgram = {
  readonly name: string;
  readonly pid: number;
  /** Everything on stdout and stderr so far, as it came. */
  output(): string;
  stdout(): string;
  /** Writes to stdin. */
  type(text: string): void;
  /** As a shell tells it: 128 + the signal for a killed one; undefined while it runs. */
  exitCode(): number | undefined;
  readonly exited: Promise<number>;
  /** SIGTERM, and SIGKILL after 10 s. Gives the exit code. */
  stop(): Promise<number>;
};

export type StartOptions = {
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What the program reads on stdin; without it stdin is empty. */
  readonly input?: string | Uint8Array;
  /** Whether stdin stays open, for `type`. */
  readonly isTypedTo?: boolean;
};

/** Starts a program that is killed when this process ends, however it ends. Fails where it cannot be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<RunningProgram> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: "pipe" });
  const chunks: { readonly stream: "stdout" | "stderr"; readonly text: string }[] = [];
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => chunks.push({ stream, text }));
  }
  // A program need not read its input to the end.
  child.stdin.on("error", () => {});
  if (options.isTypedTo !== true) child.stdin.end(options.input);

  let exitCode: number | undefined;
  const exited = new Promise<number>((resolve) => {
    child.once("close", (code, signal) => {
      exitCode = code ?? 128 + (signal === null ? 0 : osConstants.signals[signal]);
      resolve(exitCode);
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    throw await new Promise((resolve) => {
      child.once("error", (error) => resolve(new Error(`cannot start ${command}`, { cause: error })));
    });
  }
  const release = guardProcess(pid);
  void exited.then(release);

  const text = (kept: typeof chunks): string => kept.map((chunk) => chunk.text).join("");
  return {
    name: basename(command),
    pid,
    output: () => text(chunks),
    stdout: () => text(chunks.filter((chunk) => chunk.stream === "stdout")),
    type: (keys) => void child.stdin.write(keys),
    exitCode: () => exitCode,
    exited,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ code: number; stdout: string; output: string }> {
  const program = await startProcess(command, args, options);
  const code = await program.exited;
  return { code, stdout: program.stdout(), output: program.output() };
}
