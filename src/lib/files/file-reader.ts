import { resolve } from "node:path";
import { FileError } from "../errno.ts";
import type { FileContent } from "./regular-file.ts";

/** Reads one file at a time. */
export type Lane = (path: string, maxBytes: number) => Promise<FileContent>;

/** Reads files that may hang: on a mount whose server is gone every call of the system may wait for ever. */
export type FileReader = {
  /**
   * The content as it was at a moment after this call. Nobody may change it: callers of the same file share it.
   * @param maxBytes a larger file is refused
   * @throws FileError, or the system's error with its code
   */
  read(path: string, maxBytes: number): Promise<Buffer>;
  /** How many reads are under way, hung ones among them: each holds a thread. */
  underWay(): number;
  /** How many of them are past their deadline. Whoever waited has long been told. */
  hung(): number;
};

export type FileReaderOptions = {
  /** In the order in which they are taken. */
  readonly lanes: readonly Lane[];
  /** So many of them are always open to all; each further one only while a read in another is slow or hung. */
  readonly usualLanes: number;
  /** From then on a read is slow, in milliseconds. */
  readonly slowMs: number;
  /** From then on a read is hung, in milliseconds. */
  readonly deadlineMs: number;
};

/** A file that is waited for. */
type Job = {
  readonly path: string;
  readonly maxBytes: number;
  readonly done: (bytes: Buffer) => void;
  readonly failed: (error: unknown) => void;
};

/** A timer that comes so much too late tells of a process that was stopped or busy, not of a file. */
const LATE_MS = 500;

/**
 * At most one read of a path is under way: who asks meanwhile gets the next one, or an error at once when that one hangs. A
 * read that hangs goes on holding its lane; room.ts decides which lanes are left to whom.
 */
export function createFileReader({ lanes, usualLanes, slowMs, deadlineMs }: FileReaderOptions): FileReader {
  const readings: (Reading | undefined)[] = lanes.map(() => undefined);
  const room = createRoom(readings, usualLanes);
  /** By path and bound, in the order in which they were asked for. */
  const waiting = new Map<string, { readonly job: Job; readonly content: Promise<Buffer> }>();
  const hangs = `no answer within ${deadlineMs / 1000} s: see whether its mount hangs`;

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
        room.succeeded(reading, device);
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
      const place = room.find(job.path);
      if (place.kind === "full") return;
      if (place.kind === "busy") continue;
      waiting.delete(key);
      if (place.kind === "lane") start(place.lane, job);
      else job.failed(new FileError(place.finding ?? hangs));
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
    underWay: () => readings.filter((reading) => reading !== undefined).length,
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
  throw new FileError("nothing can read it");
}

/** A read that is under way in a lane. */
export type Reading = {
  readonly path: string;
  readonly startedMs: number;
  state: "usual" | "slow" | "hung";
};

/** Where a file may be read now. */
export type Place =
  | { readonly kind: "lane"; readonly lane: number }
  /** The same file is being read, or others that may hang for the same reason. */
  | { readonly kind: "busy" }
  /** No file gets a lane now. */
  | { readonly kind: "full" }
  /** It would hang, too; without a finding of its own where this very file does. */
  | { readonly kind: "refused"; readonly finding?: string };

export type Room = {
  find(path: string): Place;
  /** A read ended well, on this file system. */
  succeeded(reading: Reading, device: number): void;
};

/** What is known of more files than this is forgotten. */
const MOST_REMEMBERED = 20_000;

type Known = { readonly device: number; readonly startedMs: number };

/**
 * Shares the lanes so that files that hang leave one to those that do not: the last one is for files that were read while
 * others hung, or were read before and lie on a file system of which nothing is known to hang.
 */
export function createRoom(readings: readonly (Reading | undefined)[], usualLanes: number): Room {
  const known = new Map<string, Known>();

  function isTrusted(path: string, suspects: readonly Reading[]): boolean {
    const before = known.get(path);
    if (before === undefined) return false;
    const first = Math.min(...suspects.map(({ startedMs }) => startedMs));
    return before.startedMs > first || !suspects.some((one) => known.get(one.path)?.device === before.device);
  }

  return {
    find(path) {
      const held = readings.filter((reading) => reading !== undefined);
      const same = held.find((reading) => reading.path === path);
      if (same !== undefined) return { kind: same.state === "hung" ? "refused" : "busy" };
      const suspects = held.filter(({ state }) => state !== "usual");
      const [first] = suspects;
      if (first !== undefined && held.length >= readings.length - 1 && !isTrusted(path, suspects)) {
        return held.every(isHung) ? refused(first, held.length) : { kind: "busy" };
      }
      const lane = readings.slice(0, usualLanes + suspects.length).indexOf(undefined);
      if (lane >= 0) return { kind: "lane", lane };
      return first !== undefined && held.every(isHung) ? refused(first, held.length) : { kind: "full" };
    },
    succeeded({ path, startedMs }, device) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(path, { device, startedMs });
    },
  };
}

const isHung = ({ state }: Reading) => state === "hung";

function refused({ path }: Reading, count: number): Place {
  const others = count === 1 ? "another file hangs" : `${count} other files hang`;
  return { kind: "refused", finding: `not tried, as ${others}, such as ${path}: see whether their mount hangs` };
}
