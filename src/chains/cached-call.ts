import { type Signal, withDeadline } from "../lib/abort.ts";
import { createElapsed, type Elapsed } from "../lib/elapsed.ts";
import type { FailureReason } from "../model/failure.ts";
import { attempt, type Outcome } from "../model/report.ts";

/** A call that not every server offers, or that is not made with every poll. */
export type CachedCall<T> = {
  /** Undefined: the server does not offer it. */
  ask(signal: Signal, fetch: (signal: Signal) => Promise<T>): Promise<Outcome<T> | undefined>;
  /** Drops the cached answer, which is out of date. */
  forget(): void;
};

type CachedCallOptions = {
  /** How long the call may take, so that one that hangs leaves time for the others. */
  readonly limitMs: number;
  /** An answer is kept while it is not older than this, nor will be before the next poll; 0: every poll makes the call. */
  readonly maxAgeMs: number;
  /**
   * After a call that took too long, it is not made for this long: the server may still work on it, and each further one would
   * take as long. 0 where absent.
   */
  readonly slowPauseMs?: number;
  /** Failures that mean that the server does not offer the call. */
  readonly refusals: ReadonlySet<FailureReason>;
  /** For the age of answers: it goes on while the machine is suspended. */
  readonly now?: Elapsed;
};

/** After a refusal, the call is not made for this long. */
export const REFUSED_MS = 5 * 60_000;

export function createCachedCall<T>(options: CachedCallOptions): CachedCall<T> {
  const { limitMs, maxAgeMs, refusals, slowPauseMs = 0, now = createElapsed() } = options;
  let kept: { readonly answer: Outcome<T> | undefined; readonly untilMs: number } | undefined;
  let lastPollMs: number | undefined;

  /** A kept answer is shown until the next poll, which comes as long after this one as this one after the last. */
  function isCurrent(nowMs: number): boolean {
    const pauseMs = lastPollMs === undefined || kept?.answer === undefined ? 0 : nowMs - lastPollMs;
    lastPollMs = nowMs;
    return kept !== undefined && nowMs + pauseMs < kept.untilMs;
  }

  function keep(answer: Outcome<T> | undefined, forMs: number): Outcome<T> | undefined {
    kept = { answer, untilMs: now() + forMs };
    return answer;
  }

  return {
    async ask(signal, fetch) {
      if (isCurrent(now())) return kept?.answer;
      const answer = await attempt(() => withDeadline(signal, limitMs, fetch));
      if (answer.ok) return keep(answer, maxAgeMs);
      if (refusals.has(answer.failure.reason)) return keep(undefined, REFUSED_MS);
      // Where the time of the whole poll is over, others took it.
      const isSlow = answer.failure.reason === "timeout" && !signal.aborted;
      if (isSlow && slowPauseMs > 0) return keep(answer, slowPauseMs);
      // An older answer may no longer be true. The next poll makes the call again.
      kept = undefined;
      return answer;
    },
    forget() {
      kept = undefined;
    },
  };
}
