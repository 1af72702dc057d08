import type { Worker } from "node:worker_threads";
import { FileError } from "../errno.ts";
import type { Lane } from "./file-reader.ts";

/** What the thread is asked, and what it answers (thread.ts). */
export type Question = { readonly path: string; readonly maxBytes: number };
export type Answer =
  | { readonly bytes: Uint8Array; readonly device: number }
  | { readonly code: string }
  | { readonly finding: string };

/** Without work for this long, a thread and its memory are given back. */
const IDLE_MS = 30_000;

const loadProgram = async () => (await import("./thread.ts?program")).default;

/**
 * Reads in a thread that is none of Node's own, so that a file that hangs takes nothing from anybody else. The thread is
 * started when it is needed, and never holds the end of the process by being there.
 * @param load gives the thread's program
 */
export function createThreadLane({ load = loadProgram, idleMs = IDLE_MS } = {}): Lane {
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function end(): void {
    void thread?.terminate();
    thread = undefined;
  }

  async function start(): Promise<Worker> {
    const { Worker } = await import("node:worker_threads");
    const started = new Worker(await load(), { eval: true, resourceLimits: { maxOldGenerationSizeMb: 32 } });
    started.unref();
    // Who waits for an answer hears of it by the exit.
    started.on("error", () => {});
    started.once("exit", () => {
      if (thread === started) thread = undefined;
    });
    thread = started;
    return started;
  }

  return async (path, maxBytes) => {
    clearTimeout(idle);
    const own = thread ?? (await start());
    const question: Question = { path, maxBytes };
    try {
      const answered = await new Promise<Answer>((resolve, reject) => {
        const ended = () => reject(new FileError("the thread that reads it ended"));
        own.once("exit", ended);
        own.once("message", (given: Answer) => {
          own.removeListener("exit", ended);
          resolve(given);
        });
        own.postMessage(question);
      });
      if ("finding" in answered) throw new FileError(answered.finding);
      if ("code" in answered) throw Object.assign(new Error("the file cannot be read"), { code: answered.code });
      return { bytes: Buffer.from(answered.bytes), device: answered.device };
    } finally {
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
  };
}
