import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open,
  openSync,
  read,
  readSync,
  type Stats,
  stat,
  statSync,
} from "node:fs";
import { promisify } from "node:util";
import { FileError } from "../errno.ts";

/** The system calls that reading a file needs. */
export type FileSystem = {
  stat(path: string): Promise<Stats>;
  open(path: string, flags: number): Promise<number>;
  fstat(file: number): Promise<Stats>;
  /** Reads from where the last read ended. @returns the number of bytes, 0 at the end */
  read(file: number, into: Buffer, offset: number): Promise<number>;
  close(file: number): Promise<void>;
};

export type FileContent = {
  readonly bytes: Buffer;
  /** The number of its file system. */
  readonly device: number;
};

/**
 * If the file became a FIFO after the check, opening it must not wait for a writer; a terminal must not become the controlling
 * terminal of this process.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The first buffer for files of /proc, whose size is reported as 0. */
const FIRST_BYTES = 4096;

/**
 * Reads a regular file, following symbolic links. Other files are not even opened: opening a device may have an effect (a tape
 * rewinds, a watchdog starts), and many have no end.
 * @param maxBytes a larger file is refused, before it is read if its size is known
 * @throws FileError, or the system's error with its code
 */
export async function readRegularFile(path: string, maxBytes: number, system: FileSystem): Promise<FileContent> {
  check(await system.stat(path), maxBytes);
  const file = await system.open(path, FLAGS);
  try {
    const stats = await system.fstat(file);
    check(stats, maxBytes);
    return { bytes: await readAll(file, stats.size, maxBytes, system), device: stats.dev };
  } finally {
    await system.close(file);
  }
}

function check(stats: Stats, maxBytes: number): void {
  // The only kind that has a code of the system.
  if (stats.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  if (!stats.isFile()) throw new FileError(`it is ${kindOf(stats)}, expected a regular file`);
  if (stats.size > maxBytes) throw tooLarge(maxBytes);
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a FIFO or pipe";
  if (stats.isSocket()) return "a socket";
  if (stats.isCharacterDevice()) return "a character device";
  if (stats.isBlockDevice()) return "a block device";
  return "something else";
}

/** Reads as many bytes as the size of the file; without a size, as for files of /proc, up to the end. */
async function readAll(file: number, size: number, maxBytes: number, system: FileSystem): Promise<Buffer> {
  // One byte more than allowed shows that the file is too large.
  let buffer = Buffer.alloc(size > 0 ? size : Math.min(FIRST_BYTES, maxBytes + 1));
  let length = 0;
  while (length < buffer.length) {
    const count = await system.read(file, buffer, length);
    if (count === 0) break;
    length += count;
    if (length > maxBytes) throw tooLarge(maxBytes);
    if (length === buffer.length && size === 0) {
      buffer = Buffer.concat([buffer], Math.min(buffer.length * 2, maxBytes + 1));
    }
  }
  return buffer.subarray(0, length);
}

function tooLarge(maxBytes: number): FileError {
  const size = maxBytes % 2 ** 20 === 0 ? `${maxBytes / 2 ** 20} MiB` : `${Math.ceil(maxBytes / 1024)} KiB`;
  return new FileError(`it is larger than ${size}`);
}

const readPart = promisify(read);

/** System calls in the thread pool of Node.js: one that hangs holds one of the four threads. */
export const THREAD_POOL: FileSystem = {
  stat: (path) => promisify(stat)(path),
  open: (path, flags) => promisify(open)(path, flags),
  fstat: (file) => promisify(fstat)(file),
  read: async (file, into, offset) => (await readPart(file, into, offset, into.length - offset, null)).bytesRead,
  close: (file) => promisify(close)(file),
};

/** System calls in the calling thread, which they block: for a thread without other work. */
export const CALLING_THREAD: FileSystem = {
  stat: async (path) => statSync(path),
  open: async (path, flags) => openSync(path, flags),
  fstat: async (file) => fstatSync(file),
  read: async (file, into, offset) => readSync(file, into, offset, into.length - offset, null),
  close: async (file) => closeSync(file),
};
