import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Ends the process, whatever holds it. */
export type Ending = {
  /** At once. Where a signal would have done it, as process 1 cannot be ended by its own, this does it as well. */
  now(code: number): never;
  /** Gives what is under way a moment to end first. */
  soon(code: number): Promise<never>;
};

/** The calls of the system that hold one of libuv's threads until they return. */
const THREAD_HOLDERS = /^(?:FSReq|GetAddrInfoReq|GetNameInfoReq)/;

const LOOK_EVERY_MS = 20;
const LOOKS = 15;

/**
 * `process.exit` waits for all threads, also for those that a dead mount or resolver keeps for ever, so that the process
 * would never end. It is asked only where nobody holds one; else the program is replaced by one that ends with the code
 * (`process.execve`, Node.js 22.15 and 23.11), and without that, killed: by SIGTERM where the code is 0.
 * @param isHeld tells whether a thread of the process's own may hang
 */
export function createEnding(isHeld: () => boolean): Ending {
  const holds = () => isHeld() || process.getActiveResourcesInfo().some((name) => THREAD_HOLDERS.test(name));

  function now(code: number): never {
    if (holds()) endHard(code);
    process.exit(code);
  }

  return {
    now,
    async soon(code) {
      for (let look = 0; look < LOOKS && holds(); look += 1) await sleep(LOOK_EVERY_MS);
      return now(code);
    },
  };
}

/** A supervisor takes SIGTERM for a good end, and SIGKILL for one that nobody wanted. */
function signalFor(code: number): NodeJS.Signals {
  if (code === 128 + constants.signals.SIGINT) return "SIGINT";
  return code === 0 || code === 128 + constants.signals.SIGTERM ? "SIGTERM" : "SIGKILL";
}

function endHard(code: number): never {
  // The types know Node 20, which has no execve.
  const { execPath, env } = process;
  const execve: unknown = Reflect.get(process, "execve");
  if (typeof execve === "function") {
    // What is loaded before this program (NODE_OPTIONS) has nothing to do there.
    const rest = { ...env, NODE_OPTIONS: "" };
    execve.call(process, execPath, [execPath, "--input-type=commonjs", "-e", `process.exit(${code})`], rest);
  }
  const signal = signalFor(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Still here: the kernel spares process 1 of a container its own signals, but not a fault, with which abort ends.
  process.abort();
}
