import { beforeEach, describe, expect, test, vi } from "vitest";
import { createCachedCall, REFUSED_MS } from "../../src/chains/cached-call.ts";
import { type FailureReason, NodeError, nodeError } from "../../src/model/failure.ts";
import { failureIn } from "./support.ts";

const MAX_AGE_MS = 300_000;
const { signal } = new AbortController();
let nowMs = 0;

beforeEach(() => {
  nowMs = 1000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  return () => clock.mockRestore();
});

/** A part, and how often it asked. */
function part({ maxAgeMs = MAX_AGE_MS, limitMs = 5000, slowPauseMs = 0 } = {}) {
  const refusals: ReadonlySet<FailureReason> = new Set(["not_found"]);
  const optional = createCachedCall<number>({ maxAgeMs, limitMs, slowPauseMs, refusals });
  let asked = 0;
  return {
    forget: optional.forget,
    asked: () => asked,
    ask: (answer: number | FailureReason, end: AbortSignal = signal) =>
      optional.ask(end, async () => {
        asked += 1;
        if (typeof answer === "string") throw nodeError(answer, "what came", "what to do");
        return answer;
      }),
  };
}

test("an answer is kept while it is not too old, nor will be at the next poll, then asked for again", async () => {
  const { ask, asked } = part();
  const pause = MAX_AGE_MS / 3;
  expect(await ask(1)).toEqual({ ok: true, value: 1 });
  nowMs += pause;
  expect(await ask(2)).toEqual({ ok: true, value: 1 });
  expect(asked()).toBe(1);
  nowMs += pause;
  expect(await ask(3)).toEqual({ ok: true, value: 3 });
  nowMs += MAX_AGE_MS - pause + 1;
  expect(await ask(4)).toEqual({ ok: true, value: 4 });
});

test("without an age every poll asks", async () => {
  const { ask, asked } = part({ maxAgeMs: 0 });
  for (const value of [1, 2, 3]) expect(await ask(value)).toEqual({ ok: true, value });
  expect(asked()).toBe(3);
});

test("a failure drops the older answer, and the next poll asks again", async () => {
  const { ask, asked } = part();
  await ask(1);
  nowMs += MAX_AGE_MS;
  expect(failureIn(await ask("http")).reason).toBe("http");
  expect(failureIn(await ask("timeout")).reason).toBe("timeout");
  expect(await ask(2)).toEqual({ ok: true, value: 2 });
  expect(asked()).toBe(4);
});

describe.each([{ maxAgeMs: MAX_AGE_MS }, { maxAgeMs: 0 }])("a server that refuses (%j)", (options) => {
  test("does not offer the part, and is left alone for a while", async () => {
    const { ask, asked } = part(options);
    expect(await ask("not_found")).toBeUndefined();
    nowMs += REFUSED_MS - 1;
    expect(await ask(1)).toBeUndefined();
    expect(asked()).toBe(1);
    nowMs += 1;
    expect(await ask(2)).toEqual({ ok: true, value: 2 });
  });
});

test("what was answered can be forgotten", async () => {
  const { ask, forget } = part();
  await ask(1);
  forget();
  expect(await ask(2)).toEqual({ ok: true, value: 2 });
  forget();
  expect(await ask("not_found")).toBeUndefined();
  forget();
  expect(await ask(3)).toEqual({ ok: true, value: 3 });
});

test("a call that hangs ends at its limit", async () => {
  const optional = createCachedCall<number>({ maxAgeMs: 0, limitMs: 20, refusals: new Set() });
  const outcome = await optional.ask(
    signal,
    (share) =>
      new Promise((_, reject) => {
        share.addEventListener("abort", () => reject(nodeError("timeout", "no answer", "wait longer")));
      }),
  );
  expect(failureIn(outcome).reason).toBe("timeout");
});

test("a bug of the exporter stays an exception", async () => {
  const optional = createCachedCall<number>({ maxAgeMs: 0, limitMs: 1000, refusals: new Set(["internal"]) });
  const error = await optional.ask(signal, () => Promise.reject(new TypeError("bug"))).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).not.toBeInstanceOf(NodeError);
});

test("a call that took too long is not made for a time (a node with many chain tips was kept busy by each poll)", async () => {
  const { ask, asked, forget } = part({ slowPauseMs: 60_000 });
  expect(failureIn(await ask("timeout")).reason).toBe("timeout");
  nowMs += 15_000;
  expect(failureIn(await ask(1)).reason).toBe("timeout");
  expect(asked()).toBe(1);
  nowMs += 45_000;
  expect(failureIn(await ask("http")).reason).toBe("http");
  // Other failures, and those of a poll whose time others took, say nothing about the call.
  expect(failureIn(await ask("timeout", AbortSignal.abort())).reason).toBe("timeout");
  expect(failureIn(await ask("timeout")).reason).toBe("timeout");
  forget();
  expect(await ask(2)).toEqual({ ok: true, value: 2 });
});
