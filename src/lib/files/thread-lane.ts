import { FileError } from "../errno.ts";
import { isObject } from "../json.ts";
import { createWorkerThread } from "../worker-thread.ts";
import type { Lane } from "./file-reader.ts";

/** What the thread (thread.ts) receives and sends. */
export type ReadRequest = { readonly path: string; readonly maxBytes: number };
export type ReadResult =
  | { readonly bytes: Uint8Array; readonly device: number }
  | { readonly code: string }
  | { readonly finding: string };

const loadProgram = async () => (await import("./thread.ts?program")).default;

/**
 * Reads in a thread outside the pool of Node.js, so that a file that hangs blocks no other work. The thread starts with the first
 * read and does not keep the process alive.
 * @param load loads the program of the thread
 * @param idleMs the thread ends after this time without work
 */
export function createThreadLane({
  load = loadProgram,
  idleMs,
}: {
  load?: typeof loadProgram;
  idleMs?: number;
} = {}): Lane {
  const thread = createWorkerThread({ load, idleMs, keepsProcess: false });
  return async (path, maxBytes) => {
    const request: ReadRequest = { path, maxBytes };
    const result = await thread.ask(request).catch(() => {
      throw new FileError("the thread that reads it has ended");
    });
    if (!isObject(result)) throw new FileError("the thread that reads it sent an unknown message");
    const { bytes, device, code, finding } = result;
    if (typeof finding === "string") throw new FileError(finding);
    if (bytes instanceof Uint8Array && typeof device === "number") return { bytes: Buffer.from(bytes), device };
    throw Object.assign(new Error("the file cannot be read"), { code: String(code) });
  };
}
