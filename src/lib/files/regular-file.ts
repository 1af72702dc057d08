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

/** What is asked of the system, one call after the other. */
export type FileSystem = {
  stat(path: string): Promise<Stats>;
  open(path: string, flags: number): Promise<number>;
  fstat(file: number): Promise<Stats>;
  /** Reads on from where the last read ended. @returns the number of bytes, 0 at the end */
  read(file: number, into: Buffer, offset: number): Promise<number>;
  close(file: number): Promise<void>;
};

export type FileContent = {
  readonly bytes: Buffer;
  /** The number of the file system that holds it. */
  readonly device: number;
};

/**
 * Where the file became a FIFO after the look at it, its opening must not wait for a writer; nor may a terminal become the
 * one of this process.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Files of /proc say that they are empty. */
const FIRST_BYTES = 4096;

/**
 * Reads a regular file, or one that a symbolic link leads to. Nothing else is even opened: to open a device may do something
 * (a tape rewinds, a watchdog starts), and many have no end.
 * @param maxBytes a larger file is refused, before it is read where it says its size
 * @throws FileError, or the system's error with its code
 */
export async function readRegularFile(path: string, maxBytes: number, system: FileSystem): Promise<FileContent> {
  check(await system.stat(path), maxBytes);
  const file = await system.open(path, FLAGS);
  try {
    const facts = await system.fstat(file);
    check(facts, maxBytes);
    return { bytes: await readAll(file, facts.size, maxBytes, system), device: facts.dev };
  } finally {
    await system.close(file);
  }
}

function check(facts: Stats, maxBytes: number): void {
  // The one kind that has a code of the system.
  if (facts.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  if (!facts.isFile()) throw new FileError(`it is ${kindOf(facts)}, expected a regular file`);
  if (facts.size > maxBytes) throw tooLarge(maxBytes);
}

function kindOf(facts: Stats): string {
  if (facts.isFIFO()) return "a FIFO or pipe";
  if (facts.isSocket()) return "a socket";
  if (facts.isCharacterDevice()) return "a character device";
  if (facts.isBlockDevice()) return "a block device";
  return "something else";
}

/** As many bytes as the file has said; of one that says none, as many as come, since those of /proc have no size. */
async function readAll(file: number, size: number, maxBytes: number, system: FileSystem): Promise<Buffer> {
  // With room for one byte too many, which tells that the file is larger.
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
