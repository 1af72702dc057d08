import { expect, test } from "vitest";
import { createCostlyResponses } from "../../src/server/costly-responses.ts";
import { text } from "../../src/server/respond.ts";
import { withResolvers } from "../support/with-resolvers.ts";

const stays = () => {};

/** Work of the event loop, as a page of thousands of peers is. */
function work(milliseconds: number) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
  return text(200, "made\n");
}

test("a hundred simultaneous requests for one page make it once", async () => {
  const inTurn = createCostlyResponses();
  let made = 0;
  const ask = () => inTurn("page", () => text(200, `${++made}\n`), stays);
  const answers = await Promise.all(Array.from({ length: 100 }, ask));
  expect(made).toBe(1);
  expect(new Set(answers).size).toBe(1);
  await ask();
  expect(made).toBe(2);
});

test("after a costly page, the next one waits as long as that took", async () => {
  const rested = withResolvers<void>();
  const rests: number[] = [];
  const inTurn = createCostlyResponses((milliseconds) => {
    rests.push(milliseconds);
    return rested.promise;
  });
  await inTurn("one", () => work(5), stays);
  let isMade = false;
  const next = inTurn(
    "two",
    () => {
      isMade = true;
      return text(200, "");
    },
    stays,
  );
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  expect(isMade).toBe(false);
  expect(rests).toHaveLength(1);
  expect(rests[0]).toBeGreaterThanOrEqual(5);
  rested.resolve();
  expect((await next).status).toBe(200);
});

test("a page whose clients are all gone is not made", async () => {
  const inTurn = createCostlyResponses();
  let made = 0;
  const gone = inTurn(
    "page",
    () => text(200, `${++made}\n`),
    (listener) => listener(),
  );
  expect((await gone).status).toBe(503);
  await inTurn("other", () => text(200, ""), stays);
  expect(made).toBe(0);
});

test("a page that cannot be made fails alone", async () => {
  const inTurn = createCostlyResponses();
  const broken = inTurn(
    "broken",
    () => {
      throw new Error("no page");
    },
    stays,
  );
  await expect(broken).rejects.toThrow("no page");
  expect((await inTurn("whole", () => text(200, "whole\n"), stays)).status).toBe(200);
});
