import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Ends the process, even while a thread hangs. */
export type Ending = {
  /** Immediately. Also ends process 1 of a container, which its own signals do not. */
  now(code: number): never;
  /**
   * After a moment for running calls.
   * @param patienceMs how long that moment may be if the exit code would be lost otherwise
   */
  soon(code: number, patienceMs?: number): Promise<never>;
};

/** System calls that hold one of libuv's threads until they return. */
const THREAD_HOLDERS = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

const LOOK_EVERY_MS = 20;
const MOMENT_MS = 300;

/** Reports which calls hold the process. */
export type Holds = {
  /** Whether system calls run in threads of the program's own. */
  readonly isBusy: () => boolean;
  /** Whether some of its calls hang, in any thread. */
  readonly isHung: () => boolean;
};

/**
 * `process.exit` waits for all threads, even for those that a dead mount or resolver blocks forever, so the process might
 * never end. It is called only if no thread is blocked. Otherwise the program is replaced by one that exits with the code
 * (`process.execve`, Node.js 22.15 and 23.11), or, without that, killed: by SIGTERM if the code is 0.
 */
export function createEnding({ isBusy, isHung }: Holds): Ending {
  const isHeld = () => isBusy() || process.getActiveResourcesInfo().some((name) => THREAD_HOLDERS.test(name));

  return {
    now(code) {
      // A call that does not hang ends soon, and the exit code matters more.
      if (isKept(code) ? isHeld() : isHung()) endHard(code);
      process.exit(code);
    },
    async soon(code, patienceMs = MOMENT_MS) {
      const end = performance.now() + (isKept(code) ? MOMENT_MS : Math.max(MOMENT_MS, patienceMs));
      while (isHeld() && performance.now() < end) await sleep(LOOK_EVERY_MS);
      if (isHeld()) endHard(code);
      process.exit(code);
    },
  };
}

/** Whether a hard end preserves the exit code. */
function isKept(code: number): boolean {
  return execve() !== undefined || codeOf(signalFor(code)) === code;
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
  if (code === codeOf("SIGINT")) return "SIGINT";
  return code === 0 || code === codeOf("SIGTERM") ? "SIGTERM" : "SIGKILL";
}

const codeOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

function endHard(code: number): never {
  const { execPath, env } = process;
  // Modules that NODE_OPTIONS preloads are not wanted there.
  execve()?.(execPath, [execPath, "--input-type=commonjs", "-e", `process.exit(${code})`], {
    ...env,
    NODE_OPTIONS: "",
  });
  const signal = signalFor(code);
  if (signal !== "SIGKILL") process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Still running: the kernel does not deliver its own signals to process 1 of a container, but it does deliver the
  // fault with which abort ends.
  process.abort();
}
