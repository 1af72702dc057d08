import type { Head, NodeReport, PeerConnection } from "../model/report.ts";
import type { OtherHeads } from "./heads.ts";

/**
 * Head lag: how far a node's head is behind the best head that is known. A height is believed only with support, as
 * peers are strangers and may claim anything.
 */

export type ReferenceName = "peers" | "fleet" | "configured";

export type LagSettings = {
  /** How many peers must have a height at least this high; where fewer report any, all of them. */
  readonly minSupport: number;
};

export type HeadLag = {
  /** The best head by each kind of reference, in the chain's own convention. */
  readonly references: ReadonlyMap<ReferenceName, number>;
  /** How far the own head is behind the best reference; undefined with no reference. */
  readonly blocks: number | undefined;
};

export const NO_LAG: HeadLag = { references: new Map(), blocks: undefined };

/** What a peer may be ahead of the bound below: clocks differ, and a block may come at once. */
const SLACK_BLOCKS = 20;

/** @param nowMs unix milliseconds */
export function headLag(report: NodeReport, others: OtherHeads, settings: LagSettings, nowMs: number): HeadLag {
  if (!report.head.ok) return NO_LAG;
  const own = report.head.value;
  const references = new Map<ReferenceName, number>();
  const best = {
    peers: peersHeight(report, own, settings, nowMs),
    fleet: bestHeight(own, others.fleet),
    configured: bestHeight(own, others.configured),
  };
  for (const name of REFERENCE_NAMES) {
    const height = best[name];
    if (height !== undefined) references.set(name, height);
  }
  const highest = Math.max(...references.values());
  return { references, blocks: references.size === 0 ? undefined : Math.max(0, highest - own.height) };
}

const REFERENCE_NAMES: readonly ReferenceName[] = ["peers", "fleet", "configured"];

function peersHeight(report: NodeReport, own: Head, settings: LagSettings, nowMs: number): number | undefined {
  const { peerHeads = [] } = report;
  if (own.chainHeights !== undefined) {
    return compareChains(own, own.chainHeights, peerHeads, (heights) => supportedHeight(heights, settings));
  }
  return supportedHeight(peerHeights(report, own, nowMs), settings);
}

/** Heights of peers that are on the node's network and not impossible. A height of 0 says that none is known. */
function peerHeights(report: NodeReport, own: Head, nowMs: number): readonly number[] {
  if (!report.peers.ok) return [];
  const highest = highestPossible(report, own, nowMs);
  const heights: number[] = [];
  for (const peer of report.peers.value.connections) {
    if (peer.state !== "connected" || peer.height === undefined || isOnOtherChain(peer, report)) continue;
    if (peer.height > 0 && peer.height <= highest) heights.push(peer.height);
  }
  return heights;
}

function isOnOtherChain(peer: PeerConnection, { identity }: NodeReport): boolean {
  return peer.chainId !== undefined && identity.chainId !== undefined && peer.chainId !== identity.chainId;
}

/** No network makes more blocks than its fastest rate allows since the own head block. */
function highestPossible({ minBlockSeconds }: NodeReport, own: Head, nowMs: number): number {
  if (minBlockSeconds <= 0 || own.timestampSeconds === undefined) return Number.POSITIVE_INFINITY;
  const age = Math.max(0, nowMs / 1000 - own.timestampSeconds);
  return own.height + Math.ceil(age / minBlockSeconds) + SLACK_BLOCKS;
}

/** The highest height that enough peers reach. */
function supportedHeight(heights: readonly number[], { minSupport }: LagSettings): number | undefined {
  const descending = [...heights].sort((a, b) => b - a);
  return descending[Math.min(minSupport, descending.length) - 1];
}

/** The best head among trusted nodes of the same network, given the highest first. */
function bestHeight(own: Head, heads: Iterable<Head>): number | undefined {
  if (own.chainHeights !== undefined) {
    return compareChains(own, own.chainHeights, [...heads], (heights) => Math.max(...heights));
  }
  for (const { height } of heads) return height;
  return undefined;
}

/**
 * Braided chains are compared one by one: nodes may know different numbers of chains while one syncs, and the cut
 * heights of two equal nodes differ by single blocks at any moment. Chains that the node itself does not have yet are
 * left out, so the lag is a lower bound then.
 */
function compareChains(
  own: Head,
  ownChains: ReadonlyMap<string, number>,
  heads: readonly Head[],
  choose: (heights: readonly number[]) => number | undefined,
): number | undefined {
  let ahead = 0;
  let compared = 0;
  for (const [chain, height] of ownChains) {
    const known = heads.flatMap(({ chainHeights }) => chainHeights?.get(chain) ?? []);
    const best = known.length === 0 ? undefined : choose(known);
    if (best === undefined) continue;
    compared += 1;
    ahead += Math.max(0, best - height);
  }
  return compared === 0 ? undefined : own.height + ahead;
}
