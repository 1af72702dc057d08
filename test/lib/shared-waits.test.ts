import { expect, test } from "vitest";
import { createSharedWaits } from "../../src/lib/shared-waits.ts";
import { withResolvers } from "../support/with-resolvers.ts";

const stays = () => {};

test("what is under way is shared, and started anew when it has ended", async () => {
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

test("other keys are other works", async () => {
  const wait = createSharedWaits<string, string>();
  const give = (key: string) => wait(key, async () => key, stays);
  expect(await Promise.all([give("a"), give("b")])).toEqual(["a", "b"]);
});

test("whoever is gone gets nothing at once, others still get all", async () => {
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
