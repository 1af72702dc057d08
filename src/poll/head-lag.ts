import { chooseKnown, type Head, type NodeReport, type PeerConnection } from "../model/report.ts";
import type { OtherHeads } from "./heads.ts";

/**
 * Head lag: how far a node's head is behind the best known head. Peers may claim any height, so a height counts only when
 * enough of them support it.
 */

export const REFERENCE_NAMES = ["peers", "fleet", "configured"] as const;
type ReferenceName = (typeof REFERENCE_NAMES)[number];

export type LagSettings = {
  /** A height counts when at least this many peers report it or a higher one. If fewer peers report heights, all must. */
  readonly minSupport: number;
};

export type HeadLag = {
  /** The best head by each kind of reference, in the chain's own convention. */
  readonly references: ReadonlyMap<ReferenceName, number>;
  /**
   * How far the node's head is behind the best reference; undefined without a reference, and where none is higher and none
   * shows that the head is the newest.
   */
  readonly blocks: number | undefined;
  /** The lag is 0 because the head is young, or may be, and no reference shows that it is the newest. */
  readonly isAssumed?: true | undefined;
};

export const NO_LAG: HeadLag = { references: new Map(), blocks: undefined };

/** Blocks that a peer may be above the highest possible height: clocks differ, and a block may come early. */
const SLACK_BLOCKS = 20;

/** @param nowMs unix milliseconds */
export function headLag(report: NodeReport, others: OtherHeads, settings: LagSettings, nowMs: number): HeadLag {
  if (!report.head.ok) return NO_LAG;
  const own = report.head.value;
  const best = {
    peers: peersHeight(report, own, settings, nowMs),
    fleet: bestHeight(own, others.fleet),
    configured: bestHeight(own, others.configured),
  };
  const references = new Map<ReferenceName, number>();
  for (const name of REFERENCE_NAMES) {
    const height = best[name]?.height;
    if (height !== undefined) references.set(name, height);
  }
  if (references.size === 0) return { references, blocks: undefined };
  const behind = Math.max(0, Math.max(...references.values()) - own.height);
  if (behind > 0 || REFERENCE_NAMES.some((name) => isLevel(report, best[name]))) return { references, blocks: behind };
  // References that are lower than a head of hours ago, as those of old handshakes are, do not show that it is the newest.
  return isYoung(report, own, others, nowMs)
    ? { references, blocks: 0, isAssumed: true }
    : { references, blocks: undefined };
}

/** A head is young up to this age, or this many blocks: the next block may well take so long. */
const YOUNG_SECONDS = 60;
const YOUNG_BLOCKS = 10;

/** Whether the node's head is so young that no reference has to show that it is the newest; also where its age is unknown. */
function isYoung({ blockSeconds = 0 }: NodeReport, own: Head, { ownSinceMs }: OtherHeads, nowMs: number): boolean {
  const { timestampSeconds: madeSeconds, chainHeights } = own;
  // The head of braided chains is as old as the oldest of their newest blocks: about four block times of one chain.
  const chainSeconds = blockSeconds * Math.max(1, chainHeights?.size ?? 1);
  const isMadeLately = madeSeconds === undefined || nowMs / 1000 - madeSeconds <= youngSeconds(chainSeconds);
  return isMadeLately && (ownSinceMs === undefined || nowMs - ownSinceMs <= youngSeconds(blockSeconds) * 1000);
}

function youngSeconds(blockSeconds: number): number {
  return Math.max(YOUNG_SECONDS, YOUNG_BLOCKS * blockSeconds);
}

/** How far a reference may be below a node that it is level with: it was polled some seconds before. */
const LEVEL_SECONDS = 60;

function isLevel({ blockSeconds }: NodeReport, best: BestHeight | undefined): boolean {
  if (best === undefined || best.isOld) return false;
  return best.below <= (blockSeconds === undefined ? 0 : Math.ceil(LEVEL_SECONDS / blockSeconds));
}

/** The best head by one kind of reference. */
type BestHeight = {
  readonly height: number;
  /** How many blocks it is below the node's own head, with braided chains: those of all chains on which it is lower. */
  readonly below: number;
  /** It says what was, not what is. */
  readonly isOld: boolean;
};

function bestOf(own: Head, height: number | undefined, isOld: boolean): BestHeight | undefined {
  return height === undefined ? undefined : { height, below: Math.max(0, own.height - height), isOld };
}

function peersHeight(report: NodeReport, own: Head, settings: LagSettings, nowMs: number): BestHeight | undefined {
  const { peerHeads = [], peerHeightsAreOld = false } = report;
  if (own.chainHeights !== undefined) {
    return compareChains(own, own.chainHeights, peerHeads, (heights) => supportedHeight(heights, settings));
  }
  const claimed = supportedHeight(peerHeights(report, own, nowMs), settings);
  return bestOf(own, chooseKnown(Math.max, claimed, verifiedAbove(report, own)), peerHeightsAreOld);
}

/**
 * The blocks that the node still has to fetch: no peer can claim these without the work. Without any, its head may still
 * not be the newest: a node without peers has none to fetch either.
 */
function verifiedAbove({ verifiedHeight }: NodeReport, own: Head): number | undefined {
  return verifiedHeight !== undefined && verifiedHeight > own.height ? verifiedHeight : undefined;
}

/** Possible heights of peers on the node's network. */
function peerHeights(report: NodeReport, own: Head, nowMs: number): readonly number[] {
  if (!report.peers.ok) return [];
  const highest = highestPossible(report, own, nowMs);
  const heights: number[] = [];
  for (const peer of report.peers.value.connections) {
    const height = peer.state === "connected" ? comparableHeight(peer, report.identity) : undefined;
    if (height !== undefined && height <= highest) heights.push(height);
  }
  return heights;
}

/** The height of a peer; undefined where it reports none (0 means unknown as well), or says that it is on another chain. */
export function comparableHeight(
  { height, chainId }: PeerConnection,
  identity: NodeReport["identity"],
): number | undefined {
  const isOnOtherChain = chainId !== undefined && identity.chainId !== undefined && chainId !== identity.chainId;
  return isOnOtherChain || height === undefined || height <= 0 ? undefined : height;
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
function bestHeight(own: Head, heads: Iterable<Head>): BestHeight | undefined {
  if (own.chainHeights !== undefined) {
    return compareChains(own, own.chainHeights, [...heads], (heights) => Math.max(...heights));
  }
  for (const { height } of heads) return bestOf(own, height, false);
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
): BestHeight | undefined {
  let ahead = 0;
  let below = 0;
  let compared = 0;
  for (const [chain, height] of ownChains) {
    const known = heads.flatMap(({ chainHeights }) => chainHeights?.get(chain) ?? []);
    const best = known.length === 0 ? undefined : choose(known);
    if (best === undefined) continue;
    compared += 1;
    ahead += Math.max(0, best - height);
    below += Math.max(0, height - best);
  }
  return compared === 0 ? undefined : { height: own.height + ahead, below, isOld: false };
}
