import type { Head, NodeReport, PeerConnection } from "../model/report.ts";
import type { OtherHeads } from "./heads.ts";

/**
 * Head lag: how far a node's head is behind the best known head. Peers may claim any height, so a height counts only when
 * enough of them support it.
 */

type ReferenceName = "peers" | "fleet" | "configured";

export type LagSettings = {
  /** A height counts when at least this many peers report it or a higher one. If fewer peers report heights, all must. */
  readonly minSupport: number;
};

export type HeadLag = {
  /** The best head by each kind of reference, in the chain's own convention. */
  readonly references: ReadonlyMap<ReferenceName, number>;
  /** How far the node's head is behind the best reference; undefined without a reference. */
  readonly blocks: number | undefined;
};

export const NO_LAG: HeadLag = { references: new Map(), blocks: undefined };

/** Blocks that a peer may be above the highest possible height: clocks differ, and a block may come early. */
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

/** Possible heights of peers on the node's network. A height of 0 means unknown. */
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

/** The highest height at the network's fastest rate of blocks since the node's head block. */
function highestPossible({ minBlockSeconds }: NodeReport, own: Head, nowMs: number): number {
  if (minBlockSeconds <= 0 || own.timestampSeconds === undefined) return Number.POSITIVE_INFINITY;
  const age = Math.max(0, nowMs / 1000 - own.timestampSeconds);
  return own.height + Math.ceil(age / minBlockSeconds) + SLACK_BLOCKS;
}

/** The highest height that enough peers have reached. */
function supportedHeight(heights: readonly number[], { minSupport }: LagSettings): number | undefined {
  const descending = [...heights].sort((a, b) => b - a);
  return descending[Math.min(minSupport, descending.length) - 1];
}

/** The best head among trusted nodes of the same network. @param heads the highest first */
function bestHeight(own: Head, heads: Iterable<Head>): number | undefined {
  if (own.chainHeights !== undefined) {
    return compareChains(own, own.chainHeights, [...heads], (heights) => Math.max(...heights));
  }
  for (const { height } of heads) return height;
  return undefined;
}

/**
 * Compares braided chains one by one: nodes may know different numbers of chains while one of them syncs, and the cut heights
 * of two equal nodes differ by single blocks at any moment. Chains that the node does not have yet are left out, so the lag is
 * a lower bound then.
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
