import { resolve } from "node:path";
import { FileError } from "../errno.ts";
import { isObject } from "../json.ts";
import { createWorkerThread } from "../worker-thread.ts";
import type { FileContent } from "./regular-file.ts";

/** Reads one file at a time. */
export type Lane = (path: string, maxBytes: number) => Promise<FileContent>;

/** Reads files that may hang: on a mount without its server, every system call may wait without end. */
type FileReader = {
  /**
   * The content at a moment after this call. Callers of the same file share the buffer, so they must not change it.
   * @param maxBytes a larger file is refused
   * @throws FileError, or the system's error with its code
   */
  read(path: string, maxBytes: number): Promise<Buffer>;
  /** How many reads are running, including those that hang: each holds a thread. */
  running(): number;
  /** How many of them have passed their deadline; their callers got an error. */
  hung(): number;
};

type FileReaderOptions = {
  /** The first free one is used. */
  readonly lanes: readonly Lane[];
  /** How many lanes are always available; each further one only while a read in another lane is slow or hangs. */
  readonly usualLanes: number;
  /** After this time a read is slow, in milliseconds. */
  readonly slowMs: number;
  /** After this time a read hangs, in milliseconds. */
  readonly deadlineMs: number;
};

/** A requested file. */
type Job = {
  readonly path: string;
  readonly maxBytes: number;
  readonly done: (bytes: Buffer) => void;
  readonly failed: (error: unknown) => void;
};

/** A timer that is this late shows that the process was stopped or busy, not that the file hangs. */
const LATE_MS = 500;

/**
 * Runs at most one read of a path: a caller during it gets the next one, or an error immediately if the read hangs. A read that
 * hangs keeps its lane; `createLaneChooser` decides who gets the others.
 */
export function createFileReader({ lanes, usualLanes, slowMs, deadlineMs }: FileReaderOptions): FileReader {
  const readings: (Reading | undefined)[] = lanes.map(() => undefined);
  const chooser = createLaneChooser(readings, usualLanes);
  /** By path and bound, in the order of the calls. */
  const waiting = new Map<string, { readonly job: Job; readonly content: Promise<Buffer> }>();
  const hangs = `no response within ${deadlineMs / 1000} s: check whether its mount hangs`;

  function start(index: number, { path, maxBytes, done, failed }: Job): void {
    const reading: Reading = { path, startedMs: performance.now(), state: "usual" };
    readings[index] = reading;
    let timer = setTimeout(becomeSlow, slowMs);

    function becomeSlow(): void {
      reading.state = "slow";
      waitForHang(deadlineMs - slowMs);
      startWaiting();
    }

    function waitForHang(milliseconds: number): void {
      const due = performance.now() + milliseconds;
      timer = setTimeout(() => {
        if (performance.now() - due > LATE_MS) return waitForHang(slowMs);
        reading.state = "hung";
        failed(new FileError(hangs));
        startWaiting();
      }, milliseconds);
    }

    function end(): void {
      clearTimeout(timer);
      readings[index] = undefined;
      startWaiting();
    }

    const read = lanes[index] ?? noLane;
    void read(path, maxBytes).then(
      ({ bytes, device }) => {
        chooser.succeeded(reading, device);
        done(bytes);
        end();
      },
      (error: unknown) => {
        failed(error);
        end();
      },
    );
  }

  function startWaiting(): void {
    for (const [key, { job }] of waiting) {
      const placement = chooser.find(job.path);
      if (placement.kind === "full") return;
      if (placement.kind === "busy") continue;
      waiting.delete(key);
      if (placement.kind === "lane") start(placement.lane, job);
      else job.failed(new FileError(placement.finding ?? hangs));
    }
  }

  return {
    read(path, maxBytes) {
      const absolute = resolve(path);
      const key = `${maxBytes} ${absolute}`;
      const same = waiting.get(key)?.content;
      if (same !== undefined) return same;
      const { promise, ...ends } = withResolvers();
      waiting.set(key, { job: { path: absolute, maxBytes, ...ends }, content: promise });
      startWaiting();
      return promise;
    },
    running: () => readings.filter((reading) => reading !== undefined).length,
    hung: () => readings.filter((reading) => reading?.state === "hung").length,
  };
}

function withResolvers() {
  let done: (bytes: Buffer) => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const promise = new Promise<Buffer>((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  return { promise, done, failed };
}

async function noLane(): Promise<never> {
  throw new FileError("there is no lane to read it");
}

/** A read that is running in a lane. */
type Reading = {
  readonly path: string;
  readonly startedMs: number;
  state: "usual" | "slow" | "hung";
};

/** Where a file may be read now. */
type Placement =
  | { readonly kind: "lane"; readonly lane: number }
  /** The same file is being read, or other files that may hang for the same reason. */
  | { readonly kind: "busy" }
  /** No lane is free. */
  | { readonly kind: "full" }
  /** It would hang too; without a finding if this file itself hangs. */
  | { readonly kind: "refused"; readonly finding?: string };

type LaneChooser = {
  find(path: string): Placement;
  /** A read succeeded, on this file system. */
  succeeded(reading: Reading, device: number): void;
};

/** How many files are remembered. With more, all are forgotten. */
const MAX_REMEMBERED = 20_000;

type Known = { readonly device: number; readonly startedMs: number };

/**
 * Shares the lanes so that files that hang leave one to the others. The last lane is for files that were read while others hung, or
 * that were read before and are on a file system without a file that hangs.
 */
function createLaneChooser(readings: readonly (Reading | undefined)[], usualLanes: number): LaneChooser {
  const known = new Map<string, Known>();

  function isTrusted(path: string, slow: readonly Reading[]): boolean {
    const before = known.get(path);
    if (before === undefined) return false;
    const first = Math.min(...slow.map(({ startedMs }) => startedMs));
    return before.startedMs > first || !slow.some((one) => known.get(one.path)?.device === before.device);
  }

  return {
    find(path) {
      const held = readings.filter((reading) => reading !== undefined);
      const same = held.find((reading) => reading.path === path);
      if (same !== undefined) return { kind: same.state === "hung" ? "refused" : "busy" };
      const slow = held.filter(({ state }) => state !== "usual");
      const [first] = slow;
      if (first !== undefined && held.length >= readings.length - 1 && !isTrusted(path, slow)) {
        return held.every(isHung) ? refused(first, held.length) : { kind: "busy" };
      }
      const lane = readings.slice(0, usualLanes + slow.length).indexOf(undefined);
      if (lane >= 0) return { kind: "lane", lane };
      return first !== undefined && held.every(isHung) ? refused(first, held.length) : { kind: "full" };
    },
    succeeded({ path, startedMs }, device) {
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(path, { device, startedMs });
    },
  };
}

const isHung = ({ state }: Reading) => state === "hung";

function refused({ path }: Reading, count: number): Placement {
  const others = count === 1 ? "another file hangs" : `${count} other files hang`;
  return { kind: "refused", finding: `not read, as ${others}, such as ${path}: check whether their mount hangs` };
}

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
