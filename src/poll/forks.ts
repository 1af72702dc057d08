import type { NodeRole } from "../config/model.ts";
import {
  type KnownBlock,
  LACKED,
  type Others,
  type Owner,
  othersAt,
  someAgreeing,
  someOpposed,
} from "./block-index.ts";
import { type ForkReference, type NodeBlocks, recentHeight, UNSETTLED_MS } from "./blocks.ts";
import type { Evidence } from "./branches.ts";

/** Compares the blocks of one node with those of the other nodes of its network. */

/** What is known about forks of a node. */
export type Forks = {
  /**
   * By what the node is compared with: how many blocks its branch has at least since it left that of most others; 0 where both
   * have the same block at the highest place that both reported. Absent without such a place.
   */
  readonly depths: ReadonlyMap<ForkReference, number>;
  /** Reorganisations of up to this many blocks are usual; undefined where nothing was compared. */
  readonly reorgDepth: number | undefined;
};

/** Its branch is longer than a usual reorganisation: forks of a few blocks are no news. */
export function isDeeplyForked({ depths, reorgDepth }: Forks): boolean {
  return reorgDepth !== undefined && [...depths.values()].some((depth) => depth > reorgDepth);
}

export const NO_FORKS: Forks = { depths: new Map(), reorgDepth: undefined };

/** The role of the nodes that each reference has. */
const REFERENCES: readonly (readonly [ForkReference, NodeRole])[] = [
  ["fleet", "node"],
  ["configured", "reference"],
];

type Comparison = Evidence & {
  readonly depths: Forks["depths"];
  /** The chain on which the node's branch is another one than that of most others. */
  readonly forkedChain: string | undefined;
  /**
   * When the node last reported a block near its head that it has in common with at least half of the others, or with some of
   * them where all are known; undefined: never.
   */
  readonly placedMs: number | undefined;
};

type CompareSettings = {
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly reorgDepth: number;
  /** A common block at most this far below the head says that the nodes are still together. */
  readonly nearBlocks: number;
  /** One at most this far below it leaves no room for a fork that has to be seen. */
  readonly placedBlocks: number;
};

type Progress = {
  readonly depths: Map<ForkReference, number>;
  readonly agreed: (readonly [Owner, KnownBlock])[];
  readonly opposed: Owner[];
  forkedChain: string | undefined;
  placedMs: number | undefined;
};

/** Braided chains are compared one by one; the node is as far off as on the worst of them. */
export function compareBlocks(own: NodeBlocks, settings: CompareSettings): Comparison {
  const progress: Progress = {
    depths: new Map(),
    agreed: [],
    opposed: [],
    forkedChain: undefined,
    placedMs: undefined,
  };
  for (const [chain, blocks] of own.chains) {
    const highestFirst = [...blocks.values()].sort((a, b) => b.height - a.height);
    compareChain(own, { chain, blocks: highestFirst }, settings, progress);
  }
  const { depths, agreed, opposed, forkedChain, placedMs } = progress;
  const near = agreed.filter(([, { depth }]) => depth <= settings.nearBlocks);
  const isNearHeads = near.length > 0;
  const together = (isNearHeads ? near : agreed).map(([owner]) => owner);
  return { depths, agreed: together, opposed, isNearHeads, forkedChain, placedMs };
}

type Chain = { readonly chain: string; readonly blocks: readonly KnownBlock[] };

function compareChain(own: NodeBlocks, { chain, blocks }: Chain, settings: CompareSettings, progress: Progress): void {
  const head = own.heads.get(chain) ?? 0;
  const from = recentHeight(own, chain);
  const undecided = new Map<ForkReference, Undecided>();
  for (const [reference, role] of REFERENCES) {
    const nodes = own.index.owners[role] - (own.role === role ? 1 : 0);
    if (nodes > 0)
      undecided.set(reference, { role, nodes, hasAgreed: false, forked: undefined, agreedHeight: undefined });
  }
  const comparisons = [...undecided];
  let hasAgreed = false;
  for (const block of blocks) {
    const others = othersAt(own.index, own, block);
    if (others === undefined) continue;
    for (const [reference, comparison] of undecided) {
      const depth = forkDepth(block, others, comparison, { head, settings });
      if (depth === undefined) continue;
      noteDepth(progress, reference, chain, depth);
      if (depth > 0) comparison.forked ??= { ...block, depth };
      else comparison.agreedHeight ??= block.height;
      if (depth > 0) continue;
      if (isDecisive(others, comparison)) undecided.delete(reference);
      else comparison.hasAgreed = true;
    }
    if (!hasAgreed) {
      hasAgreed = others.same.node + others.same.reference > 0 && !block.hash.startsWith(LACKED);
      if (hasAgreed) noteAgreement(own, block, { from, settings, progress });
      else if (block.isSettled) progress.opposed.push(...someOpposed(own.index, block).map(([owner]) => owner));
    }
    const isNear = head - block.height <= settings.placedBlocks;
    if (hasAgreed && isNear && isDecisiveForAll(own, others)) {
      progress.placedMs = Math.max(block.seenMs, progress.placedMs ?? Number.NEGATIVE_INFINITY);
    }
    if (hasAgreed && undecided.size === 0 && (!isNear || progress.placedMs !== undefined)) break;
  }
  for (const [reference, comparison] of comparisons) {
    const depth = lastingDepth(own, chain, reference, comparison, settings.nowMs);
    if (depth !== undefined) noteDepth(progress, reference, chain, depth);
  }
}

function noteDepth(progress: Progress, reference: ForkReference, chain: string, depth: number): void {
  progress.depths.set(reference, Math.max(depth, progress.depths.get(reference) ?? 0));
  if (depth > 0) progress.forkedChain ??= chain;
}

/**
 * A fork does not end because newer blocks took the place of the one that showed it: only a common block at that height or
 * above it ends it, or time, in which nodes are asked for common heights.
 * @returns the depth of a fork that was seen before and goes on
 */
function lastingDepth(
  own: NodeBlocks,
  chain: string,
  reference: ForkReference,
  { forked, agreedHeight }: Undecided,
  nowMs: number,
): number | undefined {
  const { forkedAt } = own;
  const before = forkedAt.get(reference);
  if (forked !== undefined) {
    const { height, hash, depth } = forked;
    forkedAt.set(reference, { chain, height, hash, depth, untilMs: nowMs + UNSETTLED_MS });
    return undefined;
  }
  if (before?.chain !== chain) return undefined;
  const isOver =
    nowMs > before.untilMs ||
    nowMs < before.untilMs - UNSETTLED_MS ||
    (agreedHeight !== undefined && agreedHeight >= before.height) ||
    own.chains.get(chain)?.get(before.height)?.hash !== before.hash;
  if (isOver) forkedAt.delete(reference);
  return isOver ? undefined : before.depth;
}

/** The comparison with the nodes of one role: it goes on down to a block that the node has in common with most of them. */
type Undecided = {
  readonly role: NodeRole;
  /** How many there are. */
  readonly nodes: number;
  /** The node has a block in common with some of them. */
  hasAgreed: boolean;
  /** The highest block that most of them do not have, and the depth that it shows. */
  forked: (Pick<KnownBlock, "height" | "hash"> & { readonly depth: number }) | undefined;
  /** The height of the highest block that most of them have. */
  agreedHeight: number | undefined;
};

type Context = { readonly head: number; readonly settings: CompareSettings };

/**
 * How many blocks the node has at least since its branch left that of most others; 0: it is the same at this place. A block
 * that a usual reorganisation may replace never shows more than a usual reorganisation.
 * @returns undefined where the block tells nothing
 */
function forkDepth(
  block: KnownBlock,
  others: Others,
  { role, nodes, hasAgreed }: Undecided,
  { head, settings }: Context,
): number | undefined {
  const same = others.same[role];
  const other = others.other[role];
  if (same + other === 0) return undefined;
  if (other <= same) return 0;
  // Where few have reported a block, the node may have been compared with just those that left.
  if (2 * other <= nodes) return undefined;
  if (block.isSettled && others.settledOther[role] > others.settledSame[role]) return head - block.height + 1;
  // Below a common block, one that differs may have been replaced since it was reported.
  return hasAgreed ? undefined : Math.max(1, Math.min(block.depth, settings.reorgDepth));
}

/** Whether nothing below can show anything else: the node is with at least half of the others, or all of them are known. */
function isDecisive({ same, other }: Others, { role, nodes }: Undecided): boolean {
  return 2 * same[role] >= nodes || same[role] + other[role] === nodes;
}

function isDecisiveForAll({ index }: NodeBlocks, { same, other }: Others): boolean {
  const nodes = index.owners.node + index.owners.reference - 1;
  const agreeing = same.node + same.reference;
  return 2 * agreeing >= nodes || agreeing + other.node + other.reference === nodes;
}

type Found = {
  /** The height from which the node has come. */
  readonly from: number;
  readonly settings: CompareSettings;
  readonly progress: Progress;
};

/** Far below the node's head, a common block says little: branches of one coin have their oldest blocks in common. */
function noteAgreement(own: NodeBlocks, block: KnownBlock, { from, settings, progress }: Found): void {
  if (from - block.height <= settings.nearBlocks) progress.agreed.push(...someAgreeing(own.index, own, block));
}

/**
 * Whether one of two nodes has a block of the other near its own head: then the other one, which may be far ahead, is on its
 * branch. Above that block, none of their settled blocks may differ.
 */
export function haveCommonBlock(a: NodeBlocks, b: NodeBlocks, nearBlocks: number): boolean {
  let isCommon = false;
  for (const [chain, blocks] of a.chains) {
    const lower = Math.min(recentHeight(a, chain), recentHeight(b, chain));
    let common = -1;
    let different = -1;
    for (const { height, hash, isSettled } of blocks.values()) {
      const other = b.chains.get(chain)?.get(height);
      if (other === undefined || hash.startsWith(LACKED) !== other.hash.startsWith(LACKED)) continue;
      if (other.hash === hash) common = Math.max(common, height);
      else if (isSettled && other.isSettled) different = Math.max(different, height);
    }
    if (different > common) return false;
    if (common >= lower - nearBlocks && common >= 0) isCommon = true;
  }
  return isCommon;
}
