import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import type { FailureReason } from "../../model/failure.ts";
import { attempt, type Outcome } from "../../model/report.ts";

/** A call that not every server offers, or that is not made with every poll. */
type CachedCall<T> = {
  /** Undefined: the server does not offer it. */
  ask(signal: Signal, fetch: (signal: Signal) => Promise<T>): Promise<Outcome<T> | undefined>;
  /** Drops the kept answer, which is no longer true. */
  forget(): void;
};

type CachedCallOptions = {
  /** How long the call may take, so that one that hangs leaves time for the others. */
  readonly limitMs: number;
  /** How long an answer is kept before the next call; 0: every poll makes the call. */
  readonly keepMs: number;
  /** Failures that mean that the server does not offer the call. */
  readonly refusals: ReadonlySet<FailureReason>;
};

/** After a refusal, the call is not made for this long. */
export const REFUSED_MS = 5 * 60_000;

export function createCachedCall<T>({ limitMs, keepMs, refusals }: CachedCallOptions): CachedCall<T> {
  let kept: { readonly answer: Outcome<T> | undefined; readonly untilMs: number } | undefined;

  function keep(answer: Outcome<T> | undefined, forMs: number): Outcome<T> | undefined {
    kept = { answer, untilMs: performance.now() + forMs };
    return answer;
  }

  return {
    async ask(signal, fetch) {
      if (kept !== undefined && performance.now() < kept.untilMs) return kept.answer;
      const answer = await attempt(() => withDeadline(signal, limitMs, fetch));
      if (answer.ok) return keep(answer, keepMs);
      if (refusals.has(answer.failure.reason)) return keep(undefined, REFUSED_MS);
      // An older answer may no longer be true. The next poll makes the call again.
      kept = undefined;
      return answer;
    },
    forget() {
      kept = undefined;
    },
  };
}
