import { expect, test } from "vitest";
import { createShutdown } from "../../src/lib/shutdown.ts";
import { withResolvers } from "../support/with-resolvers.ts";

test("closes the last part first, one after the other, each once", async () => {
  const shutdown = createShutdown();
  const closed: string[] = [];
  const close = (name: string) => async () => {
    await new Promise(setImmediate);
    closed.push(name);
  };
  for (const name of ["first", "second", "third"]) shutdown.add(close(name));
  await Promise.all([shutdown.run(), shutdown.run()]);
  expect(closed).toEqual(["third", "second", "first"]);
});

test("slow parts close next to the others, and the end waits for them", async () => {
  const shutdown = createShutdown();
  const slow = withResolvers<void>();
  const closed: string[] = [];
  shutdown.add(() => void closed.push("store"));
  shutdown.addSlow(() => slow.promise.then(() => void closed.push("server")));
  let isEnded = false;
  const end = shutdown.run().then(() => {
    isEnded = true;
  });
  await new Promise(setImmediate);
  expect(closed).toEqual(["store"]);
  expect(isEnded).toBe(false);
  slow.resolve();
  await end;
  expect(closed).toEqual(["store", "server"]);
});

test("a part that fails keeps no other part open", async () => {
  const shutdown = createShutdown();
  let isClosed = false;
  shutdown.add(() => {
    isClosed = true;
  });
  shutdown.add(() => {
    throw new Error("stuck");
  });
  await expect(shutdown.run()).rejects.toThrow("stuck");
  expect(isClosed).toBe(true);
});
