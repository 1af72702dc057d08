import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Compare } from "./compare-queue.ts";

/** A thread that is idle for this long ends, which frees its memory. */
const IDLE_MS = 30_000;

const loadProgram = async () => (await import("./bcrypt-worker.ts?program")).default;

/**
 * Compares in a thread, which starts when it is needed. One comparison at a time.
 * @param load gives the thread's program
 */
export function createThreadCompare({ load = loadProgram, idleMs = IDLE_MS } = {}): Compare {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  const end = () => {
    void thread?.terminate();
    thread = undefined;
  };

  const start = async (): Promise<Worker> => {
    const started = new Worker(await load(), { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    // A comparison that runs fails with the thread; without a listener, a thread that fails while idle would end the process.
    started.on("error", () => {});
    started.once("exit", () => {
      if (thread === started) thread = undefined;
    });
    thread = started;
    return started;
  };

  return async (password, hash) => {
    clearTimeout(idle);
    const own = thread ?? (await start());
    own.ref();
    const controller = new AbortController();
    const { signal } = controller;
    try {
      const died = once(own, "exit", { signal }).then(() => {
        throw new Error("the thread that checks passwords ended");
      });
      own.postMessage({ password, hash });
      const [isEqual]: unknown[] = await Promise.race([once(own, "message", { signal }), died]);
      return isEqual === true;
    } catch (error) {
      end();
      throw error;
    } finally {
      controller.abort();
      // An idle thread must not keep the process running.
      own.unref();
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
  };
}
