import type { Worker } from "node:worker_threads";
import { FileError } from "../errno.ts";
import type { Lane } from "./file-reader.ts";

/** What the thread (thread.ts) receives and sends. */
export type ReadRequest = { readonly path: string; readonly maxBytes: number };
export type ReadResult =
  | { readonly bytes: Uint8Array; readonly device: number }
  | { readonly code: string }
  | { readonly finding: string };

/** A thread without work ends after this time, to free its memory. */
const IDLE_MS = 30_000;

const loadProgram = async () => (await import("./thread.ts?program")).default;

/**
 * Reads in a thread outside the pool of Node.js, so that a file that hangs blocks no other work. The thread starts with the first
 * read and does not keep the process alive.
 * @param load loads the program of the thread
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
    // The caller that waits for a result gets an error by the exit.
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
    const request: ReadRequest = { path, maxBytes };
    try {
      const result = await new Promise<ReadResult>((resolve, reject) => {
        const ended = () => reject(new FileError("the thread that reads it has ended"));
        own.once("exit", ended);
        own.once("message", (received: ReadResult) => {
          own.removeListener("exit", ended);
          resolve(received);
        });
        own.postMessage(request);
      });
      if ("finding" in result) throw new FileError(result.finding);
      if ("code" in result) throw Object.assign(new Error("the file cannot be read"), { code: result.code });
      return { bytes: Buffer.from(result.bytes), device: result.device };
    } finally {
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
  };
}
