import type { Signal } from "../../lib/abort.ts";
import { withDeadline } from "../../lib/abort.ts";
import type { FailureReason } from "../../model/failure.ts";
import { attempt, type Outcome } from "../../model/report.ts";

/** A part of a poll that not every server offers, or that need not be asked with every poll. */
export type CachedCall<T> = {
  /** Undefined: the server does not offer it. */
  ask(signal: Signal, fetch: (signal: Signal) => Promise<T>): Promise<Outcome<T> | undefined>;
  /** What was answered is no longer true. */
  forget(): void;
};

export type CachedCallOptions = {
  /** How long one asking may take, so that a hanging one leaves time for the others. */
  readonly limitMs: number;
  /** How long an answer is kept before the node is asked again; 0: it is asked every time. */
  readonly keepMs: number;
  /** The failures by which a server says that it does not offer this. */
  readonly refusals: ReadonlySet<FailureReason>;
};

/** A server that refused is not asked again for this long. */
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
      // An older answer may no longer be true; the next poll asks again.
      kept = undefined;
      return answer;
    },
    forget() {
      kept = undefined;
    },
  };
}
