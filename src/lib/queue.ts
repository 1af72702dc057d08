import { setImmediate as nextTurn } from "node:timers/promises";
import { beginInSlices } from "./slices.ts";

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
    await beginInSlices(drain(waiting));
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
