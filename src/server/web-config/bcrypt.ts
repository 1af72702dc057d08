import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Compare } from "./compare-queue.ts";

/** Without work for this long, the thread and its memory are given back. */
const IDLE_MS = 30_000;

const loadProgram = async () => (await import("./bcrypt-worker.ts?program")).default;

/**
 * Compares in a thread, which is started when it is needed. For one comparison at a time.
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
    // Who waits for an answer hears of it; a thread that fails while it is idle is no reason to end the process.
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
      // Nobody waits for a thread that has nothing to do.
      own.unref();
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
  };
}
