import { setImmediate as nextTurn } from "node:timers/promises";
import { startInSlices } from "./slices.ts";

/** Runs tasks in the order in which they come; those that find no free place wait. */
type Queue = <T>(task: () => Promise<T>) => Promise<T>;

type QueueOptions = {
  /** Tasks that run at the same time, at least 1. */
  readonly concurrency: number;
  /** Called after each task. The task's place stays taken until the promise is settled. */
  readonly pause?: () => Promise<unknown> | undefined;
};

export function createQueue({ concurrency, pause = () => undefined }: QueueOptions): Queue {
  let running = 0;
  const waiting: (() => void)[] = [];

  /** Hands the place of a finished task to the next one. */
  function free(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return async (task) => {
    if (running < concurrency) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const paused = pause();
      if (paused === undefined) free();
      else void paused.then(free, free);
    }
  };
}

/**
 * Works through the items in their order, a few at the same time.
 * @returns the results, in the order of the items
 * @throws the first error of the work, after all work that had started has ended
 */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const remaining = items.entries();
  const worker = async () => {
    for (const [index, item] of remaining) results[index] = await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}

/**
 * Starts tasks in the order in which they come, without waiting for their ends. A task that comes alone starts immediately.
 *
 * Timers that are due at the same time fire without a break: after the machine slept or was busy, hundreds of tasks would
 * start in one turn of the event loop. This queue starts them in slices, with turns of the event loop in between.
 */
export function createStartQueue(): (task: () => Promise<void>) => Promise<void> {
  const waiting: (() => Promise<void>)[] = [];
  /** The event loop has not had a turn since the last task started. */
  let isBusy = false;

  async function startWaiting(): Promise<void> {
    await nextTurn();
    await startInSlices(drain(waiting));
    isBusy = false;
  }

  return (task) => {
    if (isBusy) {
      return new Promise((resolve, reject) => {
        waiting.push(() => task().then(resolve, reject));
      });
    }
    isBusy = true;
    void startWaiting();
    return task();
  };
}

/** All items, including those that are added meanwhile. */
function* drain<T>(queue: T[]): Iterable<T> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next;
}

/** Calls the listener when the caller no longer waits; immediately, if it has already gone. */
export type OnGone = (listener: () => void) => void;

/**
 * Runs one piece of work for each key at a time; all callers of the key share its result. A caller that goes away gets
 * undefined immediately and leaves nothing behind: a promise would hold everything that waits for it until it is settled.
 * @param start starts the work; `isWanted` reports later whether a caller still waits for it
 */
type SharedWaits<Key, T> = (
  key: Key,
  start: (isWanted: () => boolean) => Promise<T>,
  onGone: OnGone,
) => Promise<T | undefined>;

type Waiter<T> = { readonly resolve: (value: T | undefined) => void; readonly reject: (error: unknown) => void };

export function createSharedWaits<Key, T>(): SharedWaits<Key, T> {
  const running = new Map<Key, Set<Waiter<T>>>();

  function startWork(key: Key, start: (isWanted: () => boolean) => Promise<T>): Set<Waiter<T>> {
    const waiters = new Set<Waiter<T>>();
    running.set(key, waiters);
    const end = (settle: (waiter: Waiter<T>) => void) => {
      running.delete(key);
      for (const waiter of waiters) settle(waiter);
    };
    start(() => waiters.size > 0).then(
      (value) => end(({ resolve }) => resolve(value)),
      (error: unknown) => end(({ reject }) => reject(error)),
    );
    return waiters;
  }

  return (key, start, onGone) =>
    new Promise((resolve, reject) => {
      const waiters = running.get(key) ?? startWork(key, start);
      const waiter = { resolve, reject };
      waiters.add(waiter);
      onGone(() => {
        if (waiters.delete(waiter)) resolve(undefined);
      });
    });
}
