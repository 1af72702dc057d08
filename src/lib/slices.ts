import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Runs long work in slices, with turns of the event loop between them, so that timers, sockets and signals do not wait for
 * its end. The work is a generator that yields wherever it may be interrupted and returns the result.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How long a slice may take, in milliseconds. */
const SLICE_MS = 5;

/** In milliseconds. A start comes here before anything else needs `performance`, which would load eight modules of Node.js. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/**
 * Runs the steps in slices. An aborted signal ends the steps where they are, as if that place had thrown.
 * @throws the signal's reason, and the errors of the steps
 */
export async function inSlices<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const began = now();
    do {
      // Thrown inside of the steps, so that they can clean up.
      const step = signal?.aborted ? steps.throw(signal.reason) : steps.next();
      if (step.done) return step.value;
    } while (now() - began < SLICE_MS);
    await nextTurn();
  }
}

/** Runs all steps without a break, for callers that have nothing else to do. */
export function runToEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** A result that needs no steps. */
// biome-ignore lint/correctness/useYield: its only step is its end
export function* withoutSteps<T>(value: T): Steps<T> {
  return value;
}

/** Maps each item, one item a step. */
export function* mapSteps<From, To>(items: Iterable<From>, work: (item: From, index: number) => To): Steps<To[]> {
  const made: To[] = [];
  for (const item of items) {
    made.push(work(item, made.length));
    yield;
  }
  return made;
}

/** Calls `work` for each item, one item a step. */
export function* eachStep<Item>(items: Iterable<Item>, work: (item: Item) => void): Steps<void> {
  for (const item of items) {
    work(item);
    yield;
  }
}

/** Asynchronous `work` for each item, one after the other, with turns of the event loop between slices. */
export async function eachInSlices<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  let began = now();
  for (const item of items) {
    await work(item);
    if (now() - began < SLICE_MS) continue;
    await nextTurn();
    began = now();
  }
}

/**
 * Starts asynchronous tasks one after the other, in slices, without waiting for their end. The time of a slice includes
 * everything that a task does before it first waits.
 */
export async function startInSlices(tasks: Iterable<() => unknown>): Promise<void> {
  let began = now();
  for (const start of tasks) {
    start();
    // Runs after all settled promises.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (now() - began < SLICE_MS) continue;
    await nextTurn();
    began = now();
  }
}
