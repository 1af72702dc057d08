import { type Expectations, oneOf, type Rule } from "./expectations.ts";

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

/**
 * @param isEarned whether a lag of 0 is proven: a reference as high as the head, or a head that is young
 * @param areTogether whether it must be known by now that the nodes are on one branch
 */
export function expectReferences(
  { expect }: Expectations,
  own: number,
  references: References,
  { isEarned = true, areTogether = true }: { readonly isEarned?: boolean; readonly areTogether?: boolean },
): void {
  const rules = Object.entries(references).map(([reference, height]) => {
    const may = reference === "peers" || areTogether || height === undefined;
    expect("p2p_node_reference_height", may ? height : atMost(height), { reference });
    return height;
  });
  const best = highest(rules.filter((height) => height !== undefined));
  if (best === undefined) return;
  const lag = Math.max(0, best - own);
  if (!areTogether) expect("p2p_node_head_lag_blocks", atMost(lag));
  else expect("p2p_node_head_lag_blocks", lag === 0 && !isEarned ? oneOf(0, undefined) : lag);
}

/** Only some of the other nodes may be known to be on the same branch. */
function atMost(height: number): Rule {
  return {
    text: `at most ${height}, or absent`,
    accepts: (found) => found === undefined || found <= height,
  };
}

/**
 * Whether the node is on another branch than most others: never, as long as all are on one. A comparison needs a block at a
 * height that both have told of.
 */
export function expectNoFork(
  { expect }: Expectations,
  others: { readonly fleet: readonly unknown[]; readonly configured: readonly unknown[] },
  reorgDepthBlocks: number,
): void {
  for (const reference of ["fleet", "configured"] as const) {
    const unforked = others[reference].length === 0 ? undefined : oneOf(0, undefined);
    expect("p2p_node_forked", unforked, { reference });
    expect("p2p_node_fork_depth_blocks", unforked, { reference });
  }
  expect("p2p_node_reorg_depth_blocks", oneOf(reorgDepthBlocks, undefined));
  // The call for a single block is made at most once a minute, where two nodes share no height.
  expect("p2p_node_api_up", oneOf(0, 1, undefined), { api: "block" });
}

/** The heads of the configured nodes and references as their last polls told them, while they are fresh. */
export type KnownHeads<Head> = {
  remember(name: string, head: Head | undefined, seenMs: number): void;
  /** Of all but this one. */
  others(name: string, nowMs: number): OtherHeads<Head>;
};

export type OtherHeads<Head> = {
  readonly fleet: readonly Head[];
  readonly configured: readonly Head[];
  /** Whether all have been polled for long enough to have a block in common. */
  readonly areTogether: boolean;
};

/** Data is fresh for two scheduled polls and a timeout. */
const FRESH_MS = 2 * 15_000 + 10_000;

/** A block is asked for once a minute where two nodes have none in common. */
const TOGETHER_MS = 150_000;

export function createKnownHeads<Head>(isReference: (name: string) => boolean): KnownHeads<Head> {
  const heads = new Map<string, { readonly head: Head; readonly sinceMs: number; readonly seenMs: number }>();
  return {
    remember(name, head, seenMs) {
      if (head === undefined) heads.delete(name);
      else heads.set(name, { head, sinceMs: heads.get(name)?.sinceMs ?? seenMs, seenMs });
    },
    others(own, nowMs) {
      const others = [...heads].filter(([name, { seenMs }]) => name !== own && nowMs <= seenMs + FRESH_MS);
      const headsOf = (wanted: boolean) =>
        others.filter(([name]) => isReference(name) === wanted).map(([, { head }]) => head);
      const sinceMs = [heads.get(own)?.sinceMs ?? nowMs, ...others.map(([, each]) => each.sinceMs)];
      return {
        fleet: headsOf(false),
        configured: headsOf(true),
        areTogether: nowMs - Math.max(...sinceMs) > TOGETHER_MS,
      };
    },
  };
}
