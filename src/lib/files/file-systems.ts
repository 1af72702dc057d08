import { close, closeSync, fstat, fstatSync, open, openSync, read, readSync, stat, statSync } from "node:fs";
import { promisify } from "node:util";
import type { FileSystem } from "./regular-file.ts";

const readPart = promisify(read);

/** The system's calls in the threads that Node.js has for them: while one of them hangs, it holds one of the four threads. */
export const THREAD_POOL: FileSystem = {
  stat: (path) => promisify(stat)(path),
  open: (path, flags) => promisify(open)(path, flags),
  fstat: (file) => promisify(fstat)(file),
  read: async (file, into, offset) => (await readPart(file, into, offset, into.length - offset, null)).bytesRead,
  close: (file) => promisify(close)(file),
};

/** The same in the calling thread, which waits meanwhile: for a thread that has nothing else to do. */
export const CALLING_THREAD: FileSystem = {
  stat: async (path) => statSync(path),
  open: async (path, flags) => openSync(path, flags),
  fstat: async (file) => fstatSync(file),
  read: async (file, into, offset) => readSync(file, into, offset, into.length - offset, null),
  close: async (file) => closeSync(file),
};
