import { getEventListeners } from "node:events";
import { describe, expect, it, test, vi } from "vitest";
import { createSignal, type Signal, untilAborted, withDeadline } from "../../src/lib/abort.ts";

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
    let reported = 0;
    signal.addEventListener("abort", () => {
      reported += 1;
    });
    abort(REASON);
    abort(new Error("another"));
    expect([signal.aborted, signal.reason, reported]).toEqual([true, REASON, 1]);
    expect(() => signal.throwIfAborted()).toThrow(REASON);
  });

  test("calls its listeners in their order when it ends, without those that were removed or added later", () => {
    const { signal, abort } = create();
    const reported: string[] = [];
    const left = () => void reported.push("left");
    const twice = () => void reported.push(`twice, ${signal.aborted}`);
    signal.addEventListener("abort", twice, { once: true });
    signal.addEventListener("abort", left, { once: true });
    signal.addEventListener("abort", twice, { once: true });
    signal.addEventListener("abort", () => {
      reported.push("last");
      signal.removeEventListener("abort", removed);
      signal.addEventListener("abort", left);
    });
    const removed = () => void reported.push("removed");
    signal.addEventListener("abort", removed);
    signal.removeEventListener("abort", left);
    signal.removeEventListener("abort", () => {});
    abort(REASON);
    signal.addEventListener("abort", left);
    expect(reported).toEqual(["twice, true", "last"]);
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

/** Work that only its signal ends, with the signal's reason. */
function endless(signal: Signal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("withDeadline", () => {
  it("returns the result of the work", async () => {
    await expect(withDeadline(new AbortController().signal, 1000, async () => "done")).resolves.toBe("done");
  });

  it("throws the error of the work", async () => {
    const error = new Error("its own");
    await expect(
      withDeadline(new AbortController().signal, 1000, async () => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  it("ends the work after the time with a TimeoutError", async () => {
    const work = withDeadline(new AbortController().signal, 20, endless);
    await expect(work).rejects.toMatchObject({ name: "TimeoutError", message: "no end within 20 ms" });
  });

  it("ends the work with its parent, for the parent's reason", async () => {
    const parent = new AbortController();
    const work = withDeadline(parent.signal, 60_000, endless);
    const reason = new Error("shutting down");
    parent.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  it("starts work whose parent has ended with a signal that has ended", async () => {
    const reason = new Error("too late");
    await expect(withDeadline(AbortSignal.abort(reason), 60_000, endless)).rejects.toBe(reason);
  });

  it("does not end its parent", async () => {
    const parent = new AbortController();
    await expect(withDeadline(parent.signal, 1, endless)).rejects.toThrow();
    expect(parent.signal.aborted).toBe(false);
  });

  it.each<[string, (signal: Signal) => Promise<unknown>]>([
    ["gave something", async () => "done"],
    ["failed", () => Promise.reject(new Error("its own"))],
    [
      "threw at once",
      () => {
        throw new Error("at once");
      },
    ],
    ["ran out of time", endless],
  ])("leaves neither a timer nor a listener when the work %s", async (_, work) => {
    // Others, such as setImmediate, are also used by the test runner, so that its own were counted on a busy machine.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const parent = new AbortController();
      let own: Signal | undefined;
      const result = withDeadline(parent.signal, 1000, (signal) => {
        own = signal;
        return work(signal);
      }).catch(() => "failed");
      await vi.advanceTimersByTimeAsync(1000);
      await result;
      expect([vi.getTimerCount(), listeners(parent.signal)]).toEqual([0, 0]);
      parent.abort();
      if (work !== endless) expect(own?.aborted ?? false).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it("may be nested: the shorter time ends the inner work, the outer goes on", async () => {
    const outcome = await withDeadline(new AbortController().signal, 60_000, async (outer) => {
      const inner = await withDeadline(outer, 10, endless).catch((error: Error) => error.name);
      return [inner, outer.aborted];
    });
    expect(outcome).toEqual(["TimeoutError", false]);
  });
});
