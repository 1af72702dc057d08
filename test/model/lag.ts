import { type Expectations, oneOf } from "./expectations.ts";

/** References and lag: written from docs/head-lag.md. */

export type References = {
  readonly peers: number | undefined;
  readonly fleet: number | undefined;
  readonly configured: number | undefined;
};

/** The highest height that two peers have reached; with one peer, its height. */
export function supported(heights: readonly number[]): number | undefined {
  const [first, second] = [...heights].sort((a, b) => b - a);
  return second ?? first;
}

export function highest(heights: Iterable<number>): number | undefined {
  let found: number | undefined;
  for (const height of heights) found = found === undefined ? height : Math.max(found, height);
  return found;
}

const SLACK_BLOCKS = 20;

/** The highest height that a peer may claim. @param ageSeconds of the node's head; undefined: not known */
export function highestPossible(own: number, ageSeconds: number | undefined, fastestBlockSeconds: number): number {
  if (ageSeconds === undefined) return Number.POSITIVE_INFINITY;
  return own + Math.ceil(Math.max(0, ageSeconds) / fastestBlockSeconds) + SLACK_BLOCKS;
}

/** @param isEarned whether a lag of 0 is proven: a reference as high as the head, or a head that is young */
export function expectReferences({ expect }: Expectations, own: number, references: References, isEarned = true): void {
  for (const [reference, height] of Object.entries(references))
    expect("p2p_node_reference_height", height, { reference });
  const best = highest(Object.values(references).filter((height) => height !== undefined));
  const lag = best === undefined ? undefined : Math.max(0, best - own);
  expect("p2p_node_head_lag_blocks", lag === 0 && !isEarned ? oneOf(0, undefined) : lag);
}

/** The heads of the configured nodes and references as their last polls told them, while they are fresh. */
export type KnownHeads<Head> = {
  remember(name: string, head: Head | undefined, seenMs: number): void;
  /** Of all but this one. */
  others(name: string, nowMs: number): { readonly fleet: readonly Head[]; readonly configured: readonly Head[] };
};

/** Data is fresh for two scheduled polls and a timeout. */
const FRESH_MS = 2 * 15_000 + 10_000;

export function createKnownHeads<Head>(isReference: (name: string) => boolean): KnownHeads<Head> {
  const heads = new Map<string, { readonly head: Head; readonly seenMs: number }>();
  return {
    remember(name, head, seenMs) {
      if (head === undefined) heads.delete(name);
      else heads.set(name, { head, seenMs });
    },
    others(own, nowMs) {
      const fresh = [...heads].filter(([name, { seenMs }]) => name !== own && nowMs <= seenMs + FRESH_MS);
      const headsOf = (wanted: boolean) =>
        fresh.filter(([name]) => isReference(name) === wanted).map(([, { head }]) => head);
      return { fleet: headsOf(false), configured: headsOf(true) };
    },
  };
}
