import { describe, expect, test } from "vitest";
import { createSignal, type Signal, untilAborted } from "../../src/lib/abort.ts";

const KINDS: readonly (readonly [
  string,
  () => { readonly signal: Signal; readonly abort: (reason: Error) => void },
])[] = [
  ["our own", createSignal],
  [
    "an AbortSignal",
    () => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
    },
  ],
];

const REASON = new Error("the end");

describe.each(KINDS)("%s", (_, create) => {
  test("has not ended at first", () => {
    const { signal } = create();
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    expect(() => signal.throwIfAborted()).not.toThrow();
  });

  test("ends once, for the first reason", () => {
    const { signal, abort } = create();
    let told = 0;
    signal.addEventListener("abort", () => {
      told += 1;
    });
    abort(REASON);
    abort(new Error("another"));
    expect([signal.aborted, signal.reason, told]).toEqual([true, REASON, 1]);
    expect(() => signal.throwIfAborted()).toThrow(REASON);
  });

  test("tells its listeners in their order, when it has ended; those that left are not told, those that came late neither", () => {
    const { signal, abort } = create();
    const told: string[] = [];
    const left = () => void told.push("left");
    const twice = () => void told.push(`twice, ${signal.aborted}`);
    signal.addEventListener("abort", twice, { once: true });
    signal.addEventListener("abort", left, { once: true });
    signal.addEventListener("abort", twice, { once: true });
    signal.addEventListener("abort", () => {
      told.push("last");
      signal.removeEventListener("abort", removed);
      signal.addEventListener("abort", left);
    });
    const removed = () => void told.push("removed");
    signal.addEventListener("abort", removed);
    signal.removeEventListener("abort", left);
    signal.removeEventListener("abort", () => {});
    abort(REASON);
    signal.addEventListener("abort", left);
    expect(told).toEqual(["twice, true", "last"]);
  });

  test("work is waited for until it ends, and for no longer", async () => {
    const { signal, abort } = create();
    const never = new Promise<never>(() => {});
    await expect(untilAborted(Promise.resolve("done"), signal)).resolves.toBe("done");
    await expect(untilAborted(Promise.reject(new Error("its own")), signal)).rejects.toThrow("its own");
    const waiting = untilAborted(never, signal);
    abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
    await expect(untilAborted(never, signal)).rejects.toBe(REASON);
  });
});
