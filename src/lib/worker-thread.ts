import type { Worker } from "node:worker_threads";

/** An idle thread ends after this time, which frees its memory. */
const IDLE_MS = 30_000;

const MAX_HEAP_MB = 32;

type WorkerThreadOptions = {
  /** Returns the thread's program as CommonJS. It receives questions as messages and answers each one with a message. */
  readonly load: () => Promise<string>;
  readonly idleMs?: number | undefined;
  /** Whether the process waits for an answer before it exits. */
  readonly keepsProcess: boolean;
};

/** A thread that answers one question at a time. */
type WorkerThread = {
  /**
   * Asks one question. Must not be called again before the answer.
   * @throws Error if the thread ends without an answer
   */
  ask(question: unknown): Promise<unknown>;
};

/** The thread starts with the first question, ends when it was idle for a while, and starts again when it is needed. */
export function createWorkerThread({ load, idleMs = IDLE_MS, keepsProcess }: WorkerThreadOptions): WorkerThread {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function end(): void {
    void thread?.terminate();
    thread = undefined;
  }

  async function start(): Promise<Worker> {
    // Most processes never start a thread.
    const { Worker } = await import("node:worker_threads");
    const started = new Worker(await load(), { eval: true, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    started.unref();
    // A running question fails with the exit. Without a listener, a thread that fails while idle would end the process.
    started.on("error", () => {});
    started.once("exit", () => {
      if (thread === started) thread = undefined;
    });
    thread = started;
    return started;
  }

  return {
    async ask(question) {
      clearTimeout(idle);
      const asked = thread ?? (await start());
      if (keepsProcess) asked.ref();
      try {
        return await answerOf(asked, question);
      } finally {
        asked.unref();
        idle = setTimeout(end, idleMs);
        idle.unref();
      }
    },
  };
}

function answerOf(thread: Worker, question: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = () => {
      thread.removeListener("message", onMessage);
      reject(new Error("the thread ended without an answer"));
    };
    const onMessage = (answer: unknown) => {
      thread.removeListener("exit", onExit);
      resolve(answer);
    };
    thread.once("exit", onExit);
    thread.once("message", onMessage);
    thread.postMessage(question);
  });
}
