import { createFileReader } from "./file-reader.ts";
import { readRegularFile, THREAD_POOL } from "./regular-file.ts";
import { createThreadLane } from "./thread-lane.ts";

/** Through here goes every file that the operator names. */

/** The largest file of each kind, in bytes: far above what one holds, and little enough to be read at once. */
export const MAX_FILE_BYTES = {
  configuration: 16 * 2 ** 20,
  webConfiguration: 2 ** 20,
  /** Certificates, keys and authorities. */
  tls: 2 ** 20,
  secret: 64 * 2 ** 10,
} as const;

/**
 * Two of the four threads that Node.js has for files, names of hosts and compression: those that hang hold them for good, and
 * the others must go on. Further files are read in threads of their own then.
 */
const POOL_LANES = 2;
const THREAD_LANES = 4;

const readFromPool = (path: string, maxBytes: number) => readRegularFile(path, maxBytes, THREAD_POOL);

/** One for the whole process, as its threads are the process's. */
export const files = createFileReader({
  lanes: [
    ...Array.from({ length: POOL_LANES }, () => readFromPool),
    ...Array.from({ length: THREAD_LANES }, () => createThreadLane()),
  ],
  usualLanes: POOL_LANES,
  slowMs: 500,
  deadlineMs: 2000,
});
