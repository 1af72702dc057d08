import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createWorkerThread } from "../../src/lib/worker-thread.ts";

/** Answers with the number of questions so far; ends without an answer when asked to. */
const COUNTING = `
const { parentPort } = require("node:worker_threads");
let count = 0;
parentPort.on("message", (question) => {
  if (question === "end") process.exit(1);
  count += 1;
  parentPort.postMessage({ question, count });
});`;

const counting = (idleMs?: number) => createWorkerThread({ load: async () => COUNTING, idleMs, keepsProcess: true });

describe("a thread", () => {
  test("answers one question after the other", async () => {
    const thread = counting();
    expect(await thread.ask("a")).toEqual({ question: "a", count: 1 });
    expect(await thread.ask("b")).toEqual({ question: "b", count: 2 });
  });

  test("that ends without an answer is an error, and the next question starts another one", async () => {
    const thread = counting();
    expect(await thread.ask("a")).toEqual({ question: "a", count: 1 });
    await expect(thread.ask("end")).rejects.toThrow("the thread ended without an answer");
    expect(await thread.ask("b")).toEqual({ question: "b", count: 1 });
  });

  test("that was idle for a while ends, and the next question starts another one", async () => {
    const thread = counting(1);
    const counts: unknown[] = [];
    do {
      counts.push(await thread.ask("a"));
      await sleep(20);
    } while (counts.length < 2 || JSON.stringify(counts.at(-1)) !== JSON.stringify(counts[0]));
    expect(counts.at(-1)).toEqual({ question: "a", count: 1 });
  });

  test("whose program throws is an error", async () => {
    const thread = createWorkerThread({ load: async () => "throw new Error()", keepsProcess: false });
    await expect(thread.ask("a")).rejects.toThrow("the thread ended without an answer");
  });
});
