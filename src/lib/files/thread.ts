import { parentPort } from "node:worker_threads";
import { FileError } from "../errno.ts";
import { CALLING_THREAD, readRegularFile } from "./regular-file.ts";
import type { Answer, Question } from "./thread-lane.ts";

/** Runs in a thread of its own: reads one file after the other, and may hang in any of them. */
parentPort?.on("message", ({ path, maxBytes }: Question) => {
  void readRegularFile(path, maxBytes, CALLING_THREAD).then(
    ({ bytes, device }) => answer({ bytes: new Uint8Array(bytes), device }),
    (error: unknown) => answer(described(error)),
  );
});

function answer(answered: Answer): void {
  parentPort?.postMessage(answered);
}

function described(error: unknown): Answer {
  if (error instanceof FileError) return { finding: error.finding };
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return code === undefined ? { finding: "it cannot be read" } : { code };
}
