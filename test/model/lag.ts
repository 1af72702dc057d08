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

/**
 * Other nodes count once blocks show that they are on the same chain, which takes one or two polls; so their heights may be
 * missing, and each subset of the references may decide.
 * @param isEarned whether a lag of 0 is proven: a reference as high as the head, or a head that is young
 */
export function expectReferences({ expect }: Expectations, own: number, references: References, isEarned = true): void {
  const { peers, fleet, configured } = references;
  expect("p2p_node_reference_height", peers, { reference: "peers" });
  expect("p2p_node_reference_height", oneOf(fleet, undefined), { reference: "fleet" });
  expect("p2p_node_reference_height", oneOf(configured, undefined), { reference: "configured" });
  const lags = [[], [fleet], [configured], [fleet, configured]].map((others) => {
    const best = highest([peers, ...others].filter((height) => height !== undefined));
    return best === undefined ? undefined : Math.max(0, best - own);
  });
  const isUnproven = lags.includes(0) && !isEarned;
  expect("p2p_node_head_lag_blocks", oneOf(...lags, ...(isUnproven ? [undefined] : [])));
}

/** The nodes of a model are on one chain, apart from reorganisations of a few blocks. */
export function expectForks({ expect, ignoreLabel }: Expectations, reorgDepth: number): void {
  // A node is asked for a block where it has none in common with others.
  ignoreLabel("api", "block");
  for (const reference of ["fleet", "configured"]) {
    expect("p2p_node_forked", oneOf(0, 1, undefined), { reference });
    const upToUsual = Array.from({ length: reorgDepth + 1 }, (_, depth) => depth);
    expect("p2p_node_fork_depth_blocks", oneOf(...upToUsual, undefined), { reference });
  }
  expect("p2p_node_reorg_depth_blocks", oneOf(reorgDepth, undefined));
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
