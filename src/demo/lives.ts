import type { Random } from "./random.ts";

export type Range = readonly [low: number, high: number];

/** One connection from its opening to its end, in Unix seconds. */
export type Life<T> = { readonly from: number; readonly until: number; readonly serial: number; readonly subject: T };

/** How connections follow one another in one place of a peer list. */
export type LifePlan<T> = {
  readonly random: Random;
  readonly from: number;
  /** Seconds before the first connection opens. */
  readonly firstGap: Range;
  /** Seconds between the end of a connection and the next one. */
  readonly gap: Range;
  readonly length: Range;
  subject(random: Random, serial: number, from: number): T;
  onEnd?(life: Life<T>): void;
};

export type Lives<T> = {
  /** The latest life that has begun; it may have ended (`until` at or before `now`). */
  at(now: number): Life<T> | undefined;
};

/**
 * A place in a peer list: connections come and go there. Nothing runs in the background: the lives up to `now` are
 * made when somebody asks. Time only moves forward.
 */
export function createLives<T>(plan: LifePlan<T>): Lives<T> {
  const { random } = plan;

  function born(from: number, serial: number): Life<T> {
    const until = from + random.between(...plan.length);
    return { from, until, serial, subject: plan.subject(random, serial, from) };
  }

  let current: Life<T> | undefined;
  let next = born(plan.from + random.between(...plan.firstGap), 0);
  let currentEnded = false;

  return {
    at(now) {
      for (;;) {
        if (current !== undefined && !currentEnded && current.until <= now) {
          currentEnded = true;
          plan.onEnd?.(current);
        }
        if (next.from > now) return current;
        current = next;
        currentEnded = false;
        next = born(current.until + random.between(...plan.gap), current.serial + 1);
      }
    },
  };
}
