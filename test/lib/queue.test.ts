import { describe, expect, test } from "vitest";
import { createQueue, createSharedWaits, createStartQueue, inParallel } from "../../src/lib/queue.ts";
import { withResolvers } from "../support/with-resolvers.ts";

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("queue", () => {
  test("runs all tasks, never more than its concurrency at the same time, also when one fails", async () => {
    const queue = createQueue({ concurrency: 2 });
    const gates = Array.from({ length: 5 }, () => withResolvers<number>());
    let running = 0;
    let most = 0;
    const tasks = gates.map((gate) =>
      queue(async () => {
        running += 1;
        most = Math.max(most, running);
        return gate.promise.finally(() => {
          running -= 1;
        });
      }),
    );
    gates[0]?.reject(new Error("broken"));
    for (const [index, gate] of gates.entries()) if (index > 0) gate.resolve(index);
    const results = await Promise.allSettled(tasks);
    expect(results.map(({ status }) => status)).toEqual(["rejected", ...Array(4).fill("fulfilled")]);
    expect(most).toBe(2);
  });

  test("a task gives its result before its pause; the next task starts after it", async () => {
    const pause = withResolvers<void>();
    const queue = createQueue({ concurrency: 1, pause: () => pause.promise });
    const started: string[] = [];
    const task = (name: string) => async () => void started.push(name);
    const [first, second] = [queue(task("first")), queue(task("second"))];
    await first;
    await new Promise(setImmediate);
    expect(started).toEqual(["first"]);
    pause.resolve();
    await second;
    expect(started).toEqual(["first", "second"]);
  });
});

describe("inParallel", () => {
  test("returns the results in the order of the items, a few at the same time", async () => {
    let running = 0;
    let highest = 0;
    const results = await inParallel([3, 1, 2, 0, 4], 2, async (item) => {
      running += 1;
      highest = Math.max(highest, running);
      for (let turns = 0; turns < item; turns += 1) await new Promise(setImmediate);
      running -= 1;
      return 10 * item;
    });
    expect(results).toEqual([30, 10, 20, 0, 40]);
    expect(highest).toBe(2);
    expect(await inParallel([], 2, async (item) => item)).toEqual([]);
  });

  test("throws the error of an item after all work that had started has ended", async () => {
    const slow = withResolvers<void>();
    let hasEnded = false;
    const all = inParallel(["slow", "bad"], 2, async (item) => {
      if (item === "bad") throw new Error("broken");
      await slow.promise;
      hasEnded = true;
    });
    setImmediate(() => slow.resolve());
    await expect(all).rejects.toThrow("broken");
    expect(hasEnded).toBe(true);
  });
});

describe("start queue", () => {
  test("a crowd of tasks starts in order, with turns of the event loop in between, however they spend their time", async () => {
    const start = createStartQueue();
    let turn = 0;
    let isDone = false;
    const count = () => {
      turn += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const started: number[] = [];
    const turns: number[] = [];
    const task = (index: number) => async () => {
      started.push(index);
      turns.push(turn);
      for (let step = 0; step < 5; step += 1) await Promise.resolve();
      spin(5);
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => start(task(index))));
    isDone = true;
    expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
    // Each spins for five milliseconds: two fit into a slice.
    for (const each of new Set(turns)) expect(turns.filter((other) => other === each).length).toBeLessThanOrEqual(2);
  });

  test("a task that comes alone starts immediately, and its failure is its own", async () => {
    const start = createStartQueue();
    let isStarted = false;
    const end = start(async () => {
      isStarted = true;
      throw new Error("failed");
    });
    expect(isStarted).toBe(true);
    await expect(end).rejects.toThrow("failed");
    await start(async () => {});
  });
});

const stays = () => {};

test("running work is shared, and started again after it has ended", async () => {
  const wait = createSharedWaits<string, number>();
  const works = [withResolvers<number>(), withResolvers<number>()];
  let started = 0;
  const start = () => works[started++]?.promise ?? Promise.resolve(0);
  const [first, second] = [wait("a", start, stays), wait("a", start, stays)];
  expect(started).toBe(1);
  works[0]?.resolve(7);
  expect(await Promise.all([first, second])).toEqual([7, 7]);
  const third = wait("a", start, stays);
  works[1]?.reject(new Error("broken"));
  await expect(third).rejects.toThrow("broken");
  expect(started).toBe(2);
});

test("other keys start other work", async () => {
  const wait = createSharedWaits<string, string>();
  const give = (key: string) => wait(key, async () => key, stays);
  expect(await Promise.all([give("a"), give("b")])).toEqual(["a", "b"]);
});

test("a caller that is gone gets undefined immediately, the others get the result", async () => {
  const wait = createSharedWaits<string, number>();
  const work = withResolvers<number>();
  const listeners: (() => void)[] = [];
  const gone = wait(
    "a",
    () => work.promise,
    (listener) => void listeners.push(listener),
  );
  const other = wait("a", () => work.promise, stays);
  for (const listener of listeners) listener();
  expect(await gone).toBeUndefined();
  work.resolve(7);
  expect(await other).toBe(7);
  expect(
    await wait(
      "b",
      async () => 1,
      (listener) => listener(),
    ),
  ).toBeUndefined();
});
