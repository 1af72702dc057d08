import { expect, test } from "vitest";
import { createLine } from "../../src/lib/line.ts";

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test("a crowd of tasks is begun in order, with turns of the event loop in between, however they spend their time", async () => {
  const line = createLine();
  let turn = 0;
  let isDone = false;
  const count = () => {
    turn += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const begun: number[] = [];
  const turns: number[] = [];
  const task = (index: number) => async () => {
    begun.push(index);
    turns.push(turn);
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
    spin(5);
  };
  await Promise.all(Array.from({ length: 20 }, (_, index) => line.take(task(index))));
  isDone = true;
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
  // Each spins for five milliseconds: two fit into a slice.
  for (const each of new Set(turns)) expect(turns.filter((other) => other === each).length).toBeLessThanOrEqual(2);
});

test("a task that comes alone begins at once, and its failure is its own", async () => {
  const line = createLine();
  let isBegun = false;
  const end = line.take(async () => {
    isBegun = true;
    throw new Error("failed");
  });
  expect(isBegun).toBe(true);
  await expect(end).rejects.toThrow("failed");
  await line.take(async () => {});
});
