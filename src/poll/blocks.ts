import type { NodeRole } from "../config/model.ts";
import type { BlockId, NodeReport } from "../model/report.ts";
import { addBlock, type BlockIndex, type KnownBlock, LACKED, type Owner, removeBlock } from "./block-index.ts";

/**
 * The recent blocks of one node, by chain and height. Its polls bring them, so they are bounded in number and in time; and they
 * are in the index of the network only while the node's data is fresh.
 */
export type NodeBlocks = Owner & {
  readonly name: string;
  readonly networkKey: string;
  readonly index: BlockIndex;
  /** By chain (one without name where there are no braided chains), then by height. */
  readonly chains: Map<string, Map<number, KnownBlock>>;
  /** The height of the newest block of each chain in the last report. */
  readonly heads: Map<string, number>;
  readonly earlierHeads: EarlierHeads;
  /** Where the node was last seen on another branch than most others, by what it was compared with. */
  readonly forkedAt: Map<ForkReference, ForkedAt>;
  /** Whether the blocks are in the index. */
  isListed: boolean;
  freshUntilMs: number;
};

export const FORK_REFERENCES = ["fleet", "configured"] as const;
export type ForkReference = (typeof FORK_REFERENCES)[number];

type ForkedAt = {
  readonly chain: string;
  /** The node's own block. */
  readonly height: number;
  readonly hash: string;
  /** How many blocks its branch had at least. */
  readonly depth: number;
  /** Until when it counts without being seen again, unix milliseconds. */
  readonly untilMs: number;
};

/** The heads of some minutes ago. */
type EarlierHeads = {
  sinceMs: number;
  readonly heads: Map<string, number>;
  /** Those that were noted before. */
  readonly before: Map<string, number>;
};

/** The chain of networks that have only one. */
export const ONLY_CHAIN = "";

/** The first block tells networks apart: on one network all nodes have the same. */
export const GENESIS = 0;

/**
 * Blocks of one chain, not counting those that were asked for. Nodes that see the same blocks have one of the last few in
 * common; 5,000 nodes with 32 blocks each would take 200 MB.
 */
const MAX_OF_CHAIN = 8;

/** Blocks of all braided chains together, but at least one of each. */
const MAX_OF_CHAINS = 128;

/** Blocks that were asked for. */
const MAX_ASKED = 4;

/** Blocks of one report. The largest network has 98 chains. */
const MAX_OF_REPORT = 256;

/** Longer than any hash. */
const MAX_HASH_LENGTH = 128;

/** How long a block counts that a usual reorganisation may replace. A poll that asks for blocks comes once a minute. */
export const UNSETTLED_MS = 150_000;

/** How long any other block counts: a node that was restored from another branch has to be seen as soon as possible. */
const SETTLED_MS = 600_000;

export function createNodeBlocks(name: string, role: NodeRole, networkKey: string, index: BlockIndex): NodeBlocks {
  return {
    name,
    role,
    networkKey,
    index,
    branch: undefined,
    chains: new Map(),
    heads: new Map(),
    earlierHeads: { sinceMs: Number.NEGATIVE_INFINITY, heads: new Map(), before: new Map() },
    forkedAt: new Map(),
    isListed: false,
    freshUntilMs: Number.NEGATIVE_INFINITY,
  };
}

export function placeOf(chain: string, height: number): string {
  return `${chain} ${height}`;
}

/** Takes the node's blocks out of the index; the node keeps them. */
export function unlist(own: NodeBlocks): void {
  if (!own.isListed) return;
  own.isListed = false;
  own.index.owners[own.role] -= 1;
  for (const block of allBlocks(own)) removeBlock(own.index, own, block);
}

function list(own: NodeBlocks): void {
  if (own.isListed) return;
  own.isListed = true;
  own.index.owners[own.role] += 1;
  for (const block of allBlocks(own)) addBlock(own.index, own, block);
}

function* allBlocks({ chains }: NodeBlocks): Iterable<KnownBlock> {
  for (const blocks of chains.values()) yield* blocks.values();
}

export type ReportTimes = {
  /** When the report's poll ended, unix milliseconds. */
  readonly nowMs: number;
  /** Until when its data is fresh, unix milliseconds. */
  readonly freshUntilMs: number;
};

type BlockSettings = {
  /** Reorganisations of up to this many blocks are usual. */
  readonly reorgDepth: number;
  /** The place that the poll asked for. */
  readonly askedPlace: string | undefined;
};

type Reported = BlockId & { readonly lacked: boolean };

/** Takes the blocks of a report into the node's memory and into the index. */
export function updateBlocks(own: NodeBlocks, report: NodeReport, times: ReportTimes, settings: BlockSettings): void {
  const reported = reportedBlocks(report);
  noteHeads(own, report.blocks ?? [], settings);
  noteEarlierHeads(own, times.nowMs);
  removeInvalid(own, times.nowMs);
  own.freshUntilMs = times.freshUntilMs;
  list(own);
  const finalHeight = report.head.ok ? report.head.value.finalHeight : undefined;
  const freshMs = times.freshUntilMs - times.nowMs;
  for (const { chain = ONLY_CHAIN, height, hash, lacked } of reported) {
    const head = own.heads.get(chain);
    if (head === undefined || height > head) continue;
    const place = placeOf(chain, height);
    const depth = head - height + 1;
    const isFinal = chain === ONLY_CHAIN && finalHeight !== undefined && height <= finalHeight;
    const isSettled = isFinal || depth > settings.reorgDepth;
    put(own, chain, {
      ...{ place, height, hash: lacked ? `${LACKED}${hash}` : hash, depth, isSettled },
      isAsked: place === settings.askedPlace || own.chains.get(chain)?.get(height)?.isAsked === true,
      seenMs: times.nowMs,
      untilMs: times.nowMs + Math.max(isSettled ? SETTLED_MS : UNSETTLED_MS, freshMs),
    });
  }
  if (own.chains.size > 0) dropSurplus(own);
  else unlist(own);
}

function reportedBlocks({ blocks = [], lackingBlocks = [] }: NodeReport): readonly Reported[] {
  const all = [
    ...blocks.map((block) => ({ ...block, lacked: false })),
    ...lackingBlocks.map((block) => ({ ...block, lacked: true })),
  ];
  return all.slice(0, MAX_OF_REPORT).filter(({ chain, height, hash }) => {
    const isGenesis = chain === undefined && height === GENESIS;
    return !isGenesis && hash.length <= MAX_HASH_LENGTH;
  });
}

/** The newest block of each chain is the node's head. A head that fell far belongs to another database or branch. */
function noteHeads(own: NodeBlocks, blocks: readonly BlockId[], { reorgDepth }: BlockSettings): void {
  const heads = new Map<string, number>();
  for (const { chain = ONLY_CHAIN, height } of blocks.slice(0, MAX_OF_REPORT)) {
    if (height > (heads.get(chain) ?? -1)) heads.set(chain, height);
  }
  for (const [chain, height] of heads) {
    const before = own.heads.get(chain);
    if (before !== undefined && height + reorgDepth < before) dropChain(own, chain);
  }
  if (heads.size === 0) return;
  for (const chain of own.chains.keys()) if (!heads.has(chain)) dropChain(own, chain);
  own.heads.clear();
  for (const [chain, height] of heads) own.heads.set(chain, height);
}

/** What is noted as earlier is replaced after this long; after twice as long, it says nothing. */
const EARLIER_MS = 180_000;

function noteEarlierHeads({ heads, earlierHeads: earlier }: NodeBlocks, nowMs: number): void {
  const ageMs = nowMs - earlier.sinceMs;
  if (ageMs >= 0 && ageMs < EARLIER_MS) return;
  earlier.before.clear();
  if (ageMs >= 0 && ageMs < 2 * EARLIER_MS) for (const entry of earlier.heads) earlier.before.set(...entry);
  earlier.heads.clear();
  for (const entry of heads) earlier.heads.set(...entry);
  earlier.sinceMs = nowMs;
}

/**
 * The height from which the node has come in the last minutes: while it syncs, its head is far above each block that it was
 * asked for by the time that the other nodes answer.
 */
export function recentHeight({ heads, earlierHeads }: NodeBlocks, chain: string): number {
  const head = heads.get(chain) ?? 0;
  return Math.min(head, earlierHeads.before.get(chain) ?? earlierHeads.heads.get(chain) ?? head);
}

/** Removes what is too old, what a clock that was set back left in the future, and what is above the head now. */
function removeInvalid(own: NodeBlocks, nowMs: number): void {
  for (const [chain, blocks] of own.chains) {
    const head = own.heads.get(chain) ?? -1;
    for (const block of blocks.values()) {
      if (block.untilMs < nowMs || block.seenMs > nowMs || block.height > head) drop(own, chain, block);
    }
  }
}

function put(own: NodeBlocks, chain: string, block: KnownBlock): void {
  const before = own.chains.get(chain)?.get(block.height);
  if (before !== undefined && before.hash !== block.hash) {
    dropUncertain(own, chain, before, block.seenMs);
  }
  const blocks = own.chains.get(chain) ?? new Map<number, KnownBlock>();
  blocks.set(block.height, block);
  own.chains.set(chain, blocks);
  addBlock(own.index, own, block);
}

/** After a reorganisation, the blocks that it may have replaced; where even a settled one was replaced, all. */
function dropUncertain(own: NodeBlocks, chain: string, replaced: KnownBlock, nowMs: number): void {
  drop(own, chain, replaced);
  for (const block of own.chains.get(chain)?.values() ?? []) {
    if (block.seenMs < nowMs && (replaced.isSettled || !block.isSettled)) drop(own, chain, block);
  }
}

function drop(own: NodeBlocks, chain: string, block: KnownBlock): void {
  const blocks = own.chains.get(chain);
  blocks?.delete(block.height);
  if (blocks?.size === 0) own.chains.delete(chain);
  if (own.isListed) removeBlock(own.index, own, block);
}

function dropChain(own: NodeBlocks, chain: string): void {
  for (const block of own.chains.get(chain)?.values() ?? []) drop(own, chain, block);
  own.chains.delete(chain);
}

/** Of each chain the highest blocks stay; of those that were asked for, the latest; and those that show a fork. */
function dropSurplus(own: NodeBlocks): void {
  const perChain = Math.max(1, Math.min(MAX_OF_CHAIN, Math.floor(MAX_OF_CHAINS / own.chains.size)));
  const asked: [string, KnownBlock][] = [];
  for (const [chain, blocks] of own.chains) {
    const others: KnownBlock[] = [];
    for (const block of blocks.values()) {
      if (block.isAsked) asked.push([chain, block]);
      else others.push(block);
    }
    if (others.length <= perChain) continue;
    others.sort((a, b) => b.height - a.height);
    for (const block of others.slice(perChain)) if (!showsFork(own, chain, block)) drop(own, chain, block);
  }
  if (asked.length <= MAX_ASKED) return;
  asked.sort(([, a], [, b]) => b.seenMs - a.seenMs);
  for (const [chain, block] of asked.slice(MAX_ASKED)) drop(own, chain, block);
}

function showsFork({ forkedAt }: NodeBlocks, chain: string, { height, hash }: KnownBlock): boolean {
  for (const each of forkedAt.values()) {
    if (each.chain === chain && each.height === height && each.hash === hash) return true;
  }
  return false;
}
