import { parentPort } from "node:worker_threads";
import { FileError } from "../errno.ts";
import type { ReadRequest, ReadResult } from "./file-reader.ts";
import { CALLING_THREAD, readRegularFile } from "./regular-file.ts";

/** The program of the thread that `createThreadLane` starts. It reads one file after the other, and each may hang. */
parentPort?.on("message", ({ path, maxBytes }: ReadRequest) => {
  void readRegularFile(path, maxBytes, CALLING_THREAD).then(
    ({ bytes, device }) => send({ bytes: new Uint8Array(bytes), device }),
    (error: unknown) => send(failureOf(error)),
  );
});

function send(result: ReadResult): void {
  parentPort?.postMessage(result);
}

/**
 * The part of an error that the other thread needs.
 * @param error from readRegularFile; an Error object would lose its class and properties in a message
 */
function failureOf(error: unknown): ReadResult {
  if (error instanceof FileError) return { finding: error.finding };
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return code === undefined ? { finding: "it cannot be read" } : { code };
}
