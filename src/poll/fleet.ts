import type { Head, NodeReport, PeerConnection } from "../chains/chain.ts";

/**
 * Head lag: how far a node's head is behind the best head that is known. A height is believed only with support, as
 * peers are strangers and may claim anything.
 */

export type ReferenceName = "peers" | "fleet";

export type HeadLag = {
  /** The best head by each kind of reference, in the chain's own convention. */
  readonly references: ReadonlyMap<ReferenceName, number>;
  /** How far the own head is behind the best reference; undefined with no reference. */
  readonly blocks: number | undefined;
};

export const NO_LAG: HeadLag = { references: new Map(), blocks: undefined };

/** How many peers must have a height at least this high; one is enough where only one reports any. */
const MIN_SUPPORT = 2;

/** What a peer may be ahead of the bound below: clocks differ, and a block may come at once. */
const SLACK_BLOCKS = 20;

/**
 * @param others the last reports of the other nodes of the configuration whose data is fresh
 * @param nowMs unix milliseconds
 */
export function headLag(report: NodeReport, others: readonly NodeReport[], nowMs: number): HeadLag {
  if (!report.head.ok) return NO_LAG;
  const own = report.head.value;
  const references = new Map<ReferenceName, number>();
  const peers = supportedHeight(peerHeights(report, own, nowMs));
  if (peers !== undefined) references.set("peers", peers);
  const fleet = fleetHeight(report, own, others);
  if (fleet !== undefined) references.set("fleet", fleet);
  const best = Math.max(...references.values());
  return { references, blocks: references.size === 0 ? undefined : Math.max(0, best - own.height) };
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
function supportedHeight(heights: readonly number[]): number | undefined {
  const descending = [...heights].sort((a, b) => b - a);
  return descending[Math.min(MIN_SUPPORT, descending.length) - 1];
}

function fleetHeight(report: NodeReport, own: Head, others: readonly NodeReport[]): number | undefined {
  if (report.networkKey === undefined) return undefined;
  const heads: Head[] = [];
  for (const other of others) {
    if (other.networkKey === report.networkKey && other.head.ok) heads.push(other.head.value);
  }
  if (heads.length === 0) return undefined;
  return own.chainHeights === undefined
    ? Math.max(...heads.map(({ height }) => height))
    : bestCut(own, own.chainHeights, heads);
}

/**
 * Braided chains are compared one by one: nodes may know different numbers of chains while one syncs, and the cut
 * heights of two equal nodes differ by single blocks at any moment. Chains that the node itself does not have yet are
 * left out, so the lag is a lower bound then.
 */
function bestCut(own: Head, ownChains: ReadonlyMap<string, number>, heads: readonly Head[]): number | undefined {
  let ahead = 0;
  let compared = 0;
  for (const [chain, height] of ownChains) {
    const known = heads.flatMap(({ chainHeights }) => chainHeights?.get(chain) ?? []);
    if (known.length === 0) continue;
    compared += 1;
    ahead += Math.max(0, Math.max(...known) - height);
  }
  return compared === 0 ? undefined : own.height + ahead;
}
