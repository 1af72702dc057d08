import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBlockCall } from "../../src/chains/asked-block.ts";
import { untilAborted } from "../../src/lib/abort.ts";
import { type FailureReason, NodeError } from "../../src/model/failure.ts";
import { failureIn } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const { signal } = new AbortController();
const MINUTE_MS = 60_000;

function failing(reason: FailureReason, retryAfterSeconds?: number) {
  return async () => {
    throw new NodeError({ reason, message: "", advice: "", ...(retryAfterSeconds && { retryAfterSeconds }) });
  };
}

test("an answer is given and is the outcome until the next call", async () => {
  const call = createBlockCall(1000);
  expect(call.lastOutcome()).toBeUndefined();
  expect(await call.ask(signal, async () => 7)).toBe(7);
  vi.advanceTimersByTime(60 * MINUTE_MS);
  expect(call.lastOutcome()).toEqual({ ok: true, value: 7 });
});

test.each(["unavailable", "not_found", "unauthorized", "rpc", "rate_limited"] as const)(
  "%s is a refusal: no failure, and no call for five minutes",
  async (reason) => {
    const call = createBlockCall(1000);
    expect(await call.ask(signal, failing(reason))).toBeUndefined();
    expect(call.lastOutcome()).toBeUndefined();
    vi.advanceTimersByTime(5 * MINUTE_MS - 1);
    expect(await call.ask(signal, async () => 7)).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(await call.ask(signal, async () => 7)).toBe(7);
  },
);

test("a server that asks for a longer pause gets it", async () => {
  const call = createBlockCall(1000);
  await call.ask(signal, failing("rate_limited", 3600));
  vi.advanceTimersByTime(59 * MINUTE_MS);
  expect(await call.ask(signal, async () => 7)).toBeUndefined();
  vi.advanceTimersByTime(MINUTE_MS);
  expect(await call.ask(signal, async () => 7)).toBe(7);
});

test("any other failure is shown for five minutes, and the call is made again", async () => {
  const call = createBlockCall(1000);
  expect(await call.ask(signal, failing("bad_shape"))).toBeUndefined();
  expect(failureIn(call.lastOutcome()).reason).toBe("bad_shape");
  vi.advanceTimersByTime(5 * MINUTE_MS);
  expect(call.lastOutcome()).toBeUndefined();
  await call.ask(signal, failing("bad_shape"));
  expect(await call.ask(signal, async () => 7)).toBe(7);
  expect(call.lastOutcome()?.ok).toBe(true);
});

test("a call that hangs ends after its time", async () => {
  const call = createBlockCall(1000);
  let ended = false;
  const asked = call.ask(signal, async (share) => {
    try {
      return await untilAborted(new Promise(() => {}), share);
    } catch {
      ended = true;
      return undefined;
    }
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(await asked).toBeUndefined();
  expect(ended).toBe(true);
});

test("an error of the program is not hidden", async () => {
  const call = createBlockCall(1000);
  await expect(
    call.ask(signal, async () => {
      throw new TypeError("a bug");
    }),
  ).rejects.toThrow("a bug");
});
