import { expect, test } from "vitest";
import { createLimiter } from "../../src/lib/limiter.ts";
import { withResolvers } from "../support/with-resolvers.ts";

test("no more run at a time than may, all run, and one that fails makes room too", async () => {
  const inTurn = createLimiter(2);
  const gates = Array.from({ length: 5 }, () => withResolvers<number>());
  let running = 0;
  let most = 0;
  const tasks = gates.map((gate) =>
    inTurn(async () => {
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
