import { type Signal, withDeadline } from "../lib/abort.ts";
import type { FailureReason } from "../model/failure.ts";
import { attempt, type Outcome } from "../model/report.ts";

/** The call for a single block, which an adapter makes in addition to those of every poll. */
export type BlockCall = {
  /** @returns what `fetch` gives; undefined when it fails, and when the server refused the call a short time ago */
  ask<T>(signal: Signal, fetch: (signal: Signal) => Promise<T>): Promise<T | undefined>;
  /** How the last call ended; undefined when that is a failure of long ago, and while the server refuses it. */
  lastOutcome(): Outcome<unknown> | undefined;
};

/** After a refusal, the call is not made for this long; a failure is shown for as long. */
const KEPT_MS = 5 * 60_000;

/** Not every server offers the call, and its operator need not change that. */
const REFUSALS: ReadonlySet<FailureReason> = new Set([
  ...(["unavailable", "not_found", "unauthorized", "rpc", "rate_limited"] as const),
]);

/** @param limitMs how long the call may take */
export function createBlockCall(limitMs: number): BlockCall {
  let last: { readonly outcome: Outcome<unknown> | undefined; readonly untilMs: number } | undefined;
  const current = () => (last !== undefined && performance.now() < last.untilMs ? last : undefined);
  return {
    async ask(signal, fetch) {
      const kept = current();
      if (kept !== undefined && kept.outcome === undefined) return undefined;
      const answer = await attempt(() => withDeadline(signal, limitMs, fetch));
      const isRefusal = !answer.ok && REFUSALS.has(answer.failure.reason);
      const askedMs = answer.ok ? 0 : (answer.failure.retryAfterSeconds ?? 0) * 1000;
      const keptMs = answer.ok ? Number.POSITIVE_INFINITY : Math.max(KEPT_MS, askedMs);
      last = { outcome: isRefusal ? undefined : answer, untilMs: performance.now() + keptMs };
      return answer.ok ? answer.value : undefined;
    },
    lastOutcome: () => current()?.outcome,
  };
}
