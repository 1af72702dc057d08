import { setImmediate as nextTurn } from "node:timers/promises";
import { beginInSlices } from "./slices.ts";

/** Begins tasks in the order in which they come. Those that come in a crowd are begun in slices, with turns of the event loop between them. */
export type Line = {
  /** @returns what the task gives */
  take(task: () => Promise<void>): Promise<void>;
};

/**
 * Timers that are due at the same time fire without a break, and so many tasks would begin at a stretch: after the machine
 * slept, or was busy with something else, those of all timers at once.
 */
export function createLine(): Line {
  const waiting: (() => Promise<void>)[] = [];
  /** The event loop has not had its turn since the last task began. */
  let isBusy = false;

  /** Begins those that had to wait. */
  async function serve(): Promise<void> {
    await nextTurn();
    await beginInSlices(drain(waiting));
    isBusy = false;
  }

  return {
    take(task) {
      if (isBusy) {
        return new Promise((resolve, reject) => {
          waiting.push(() => task().then(resolve, reject));
        });
      }
      isBusy = true;
      void serve();
      return task();
    },
  };
}

/** Also what is added meanwhile. */
function* drain<T>(queue: T[]): Iterable<T> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next;
}
