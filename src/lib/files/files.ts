import { createFileReader, createThreadLane } from "./file-reader.ts";
import { readRegularFile, THREAD_POOL } from "./regular-file.ts";

/** The largest file of each kind, in bytes: far more than any real file, and small enough for memory. */
export const MAX_FILE_BYTES = {
  configuration: 16 * 2 ** 20,
  webConfiguration: 2 ** 20,
  /** Certificates, keys and authorities. */
  tls: 2 ** 20,
  secret: 64 * 2 ** 10,
} as const;

/**
 * Two of the four threads that Node.js has for files, host names and compression: reads that hang keep their threads, and the
 * others must stay available. While reads hang, further files are read in threads of their own.
 */
const POOL_LANES = 2;
const THREAD_LANES = 4;

const readFromPool = (path: string, maxBytes: number) => readRegularFile(path, maxBytes, THREAD_POOL);

/** Reads every file that the operator names. One for the whole process, as its threads belong to the process. */
export const files = createFileReader({
  lanes: [
    ...Array.from({ length: POOL_LANES }, () => readFromPool),
    ...Array.from({ length: THREAD_LANES }, () => createThreadLane()),
  ],
  usualLanes: POOL_LANES,
  slowMs: 500,
  deadlineMs: 2000,
});
