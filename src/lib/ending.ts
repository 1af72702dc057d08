import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Ends the process, whatever holds it. */
export type Ending = {
  /** At once. Where a signal would have done it, as process 1 cannot be ended by its own, this does it as well. */
  now(code: number): never;
  /**
   * Gives what is under way a moment to end first.
   * @param patienceMs how long that may be where the code would be lost otherwise
   */
  soon(code: number, patienceMs?: number): Promise<never>;
};

/** The calls of the system that hold one of libuv's threads until they return. */
const THREAD_HOLDERS = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

const LOOK_EVERY_MS = 20;
const MOMENT_MS = 300;

/** What tells how the process is held. */
export type Holds = {
  /** Whether calls of the system are under way in threads of the process's own. */
  readonly isBusy: () => boolean;
  /** Whether some of its calls hang, in whatever thread. */
  readonly isHung: () => boolean;
};

/**
 * `process.exit` waits for all threads, also for those that a dead mount or resolver keeps for ever, so that the process
 * would never end. It is asked only where nobody holds one; else the program is replaced by one that ends with the code
 * (`process.execve`, Node.js 22.15 and 23.11), and without that, killed: by SIGTERM where the code is 0.
 */
export function createEnding({ isBusy, isHung }: Holds): Ending {
  const isHeld = () => isBusy() || process.getActiveResourcesInfo().some((name) => THREAD_HOLDERS.test(name));

  return {
    now(code) {
      // What does not hang ends soon, and the code counts more.
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

/** Whether the hard end leaves the code as it is. */
function isKept(code: number): boolean {
  return execve() !== undefined || codeOf(signalFor(code)) === code;
}

/** Undefined where Node.js does not have it yet; its types are those of Node 20. */
function execve(): ((file: string, args: readonly string[], env: NodeJS.ProcessEnv) => void) | undefined {
  const found: unknown = Reflect.get(process, "execve");
  return typeof found === "function" ? (...args) => void Reflect.apply(found, process, args) : undefined;
}

/**
 * The signal that comes nearest to an exit code: itself where the code is that of one. A supervisor takes SIGTERM for a
 * good end, and SIGKILL for one that nobody wanted.
 */
function signalFor(code: number): "SIGINT" | "SIGTERM" | "SIGKILL" {
  if (code === codeOf("SIGINT")) return "SIGINT";
  return code === 0 || code === codeOf("SIGTERM") ? "SIGTERM" : "SIGKILL";
}

const codeOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

function endHard(code: number): never {
  const { execPath, env } = process;
  // What is loaded before this program (NODE_OPTIONS) has nothing to do there.
  execve()?.(execPath, [execPath, "--input-type=commonjs", "-e", `process.exit(${code})`], {
    ...env,
    NODE_OPTIONS: "",
  });
  const signal = signalFor(code);
  if (signal !== "SIGKILL") process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Still here: the kernel spares process 1 of a container its own signals, but not a fault, with which abort ends.
  process.abort();
}
