import type { WantedBlock } from "../chains/adapter.ts";
import { type KnownBlock, LACKED } from "./block-index.ts";
import { type NodeBlocks, ONLY_CHAIN, placeOf, recentHeight } from "./blocks.ts";

/**
 * Places at which the nodes of a network are asked for their blocks, because some of them have no block in common. A node that
 * needs one chooses a place for all others too, so that a fleet of any size has common places after one call to each node.
 */

type WantedPlace = {
  readonly block: WantedBlock;
  readonly chain: string;
  readonly place: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** How many nodes were asked because they need it, and how many others. */
  needed: number;
  helped: number;
};

/** The places of one network, the oldest first. */
export type WantedPlaces = WantedPlace[];

/** Nodes at many different heights choose many places. */
const MAX_WANTED = 8;

/** A place is asked for at least so long, so that every node is asked once. */
const WANTED_MS = 120_000;

/** Blocks of one braided chain that are on top of a place at the end: more than a usual reorganisation, and some to be sure. */
const MORE_BLOCKS = 3;

/** At most this often, a node is asked for a block; and so old may the last block in common be. */
export const ASK_EVERY_MS = 60_000;

/** How many nodes that need nothing are asked for a place, so that those that need it see what most nodes have. */
function enoughHelp({ needed }: WantedPlace): number {
  return 3 + 2 * needed;
}

/** What a node needs, and how often it was asked. */
export type Asking = {
  /** It has no recent block in common with others, or is on another branch. */
  needsBlock: boolean;
  /** When it was last asked, unix milliseconds. */
  askedMs: number;
  askedPlace: string | undefined;
};

export type PlaceSettings = {
  readonly reorgDepth: number;
  readonly nearBlocks: number;
  readonly placedBlocks: number;
  /** Usual milliseconds between two blocks of one chain; 0: not known. */
  readonly blockMs: number;
  /** How long the data of the node is fresh: in this time it is polled again. */
  readonly freshMs: number;
};

type Need = {
  readonly nowMs: number;
  /** The braided chain to look at, where one is on another branch. */
  readonly forkedChain: string | undefined;
  /** The height that half of the nodes have reached on a chain; undefined while no other one answers. */
  readonly usualHead: (chain: string) => number | undefined;
};

/** Chooses a place for a node that needs one, unless there already is one that is as good. */
export function wantPlace(
  wanted: WantedPlaces,
  own: NodeBlocks,
  settings: PlaceSettings,
  { nowMs, forkedChain, usualHead }: Need,
): void {
  dropOld(wanted, nowMs);
  const { reorgDepth, nearBlocks, blockMs, freshMs } = settings;
  const chain = forkedChain ?? own.heads.keys().next().value;
  const head = chain === undefined ? undefined : own.heads.get(chain);
  if (chain === undefined || head === undefined) return;
  const usual = usualHead(chain);
  if (usual === undefined) return;
  const reached = Math.min(head, usual);
  const isAsGood = (each: WantedPlace) =>
    each.chain === chain &&
    nowMs - each.sinceMs < ASK_EVERY_MS &&
    each.block.height <= (chain === ONLY_CHAIN ? deepEnough(reached, reorgDepth) : reached) &&
    each.block.height > Math.min(reached, recentHeight(own, chain)) - nearBlocks;
  if (wanted.some(isAsGood)) return;
  const block = blockAt(own, chain, deepEnough(reached, reorgDepth));
  if (block === undefined) return;
  // The blocks of braided chains are known by their heads only, which have to become settled first.
  const settledMs = chain === ONLY_CHAIN ? 0 : (reorgDepth + MORE_BLOCKS) * blockMs;
  const untilMs = nowMs + Math.max(WANTED_MS, freshMs, settledMs);
  wanted.push({ block, chain, place: placeOf(chain, block.height), sinceMs: nowMs, untilMs, needed: 0, helped: 0 });
  if (wanted.length > MAX_WANTED) wanted.shift();
}

/** A usual reorganisation does not reach so deep, so that nodes with other blocks there are forked. */
function deepEnough(head: number, reorgDepth: number): number {
  return Math.max(0, head - reorgDepth);
}

/** The block to ask for: of braided chains one whose hash is known, as settled as possible. */
function blockAt(own: NodeBlocks, chain: string, deepest: number): WantedBlock | undefined {
  const blocks = own.chains.get(chain);
  if (chain === ONLY_CHAIN) return { height: deepest, hash: hashOf(blocks?.get(deepest)) };
  let best: KnownBlock | undefined;
  for (const block of blocks?.values() ?? []) {
    if (hashOf(block) === undefined) continue;
    const isBetter =
      best === undefined || (best.height > deepest ? block.height < best.height : block.height > best.height);
    if (isBetter && (best === undefined || best.height > deepest || block.height <= deepest)) best = block;
  }
  return best === undefined ? undefined : { chain, height: best.height, hash: best.hash };
}

function hashOf(block: KnownBlock | undefined): string | undefined {
  return block?.hash.startsWith(LACKED) === false ? block.hash : undefined;
}

/** The block to ask the node for in its next poll, if any. */
export function chooseWanted(
  wanted: WantedPlaces,
  own: NodeBlocks,
  asking: Asking,
  { nowMs, reorgDepth }: { readonly nowMs: number; readonly reorgDepth: number },
): WantedBlock | undefined {
  dropOld(wanted, nowMs);
  // A clock that was set back must not end this.
  if (asking.askedMs <= nowMs && nowMs - asking.askedMs < ASK_EVERY_MS) return undefined;
  const isDeep = ({ chain, block }: WantedPlace) => block.height + reorgDepth <= (own.heads.get(chain) ?? 0);
  const useful = wanted.filter((each) => isUseful(each, own, asking, { nowMs, isDeep: isDeep(each) }));
  const chosen = asking.needsBlock
    ? (useful.findLast(isDeep) ?? useful.at(-1))
    : useful.findLast((each) => each.helped < enoughHelp(each));
  if (chosen === undefined) return undefined;
  if (asking.needsBlock) chosen.needed += 1;
  else chosen.helped += 1;
  asking.askedMs = nowMs;
  asking.askedPlace = chosen.place;
  return chosen.block;
}

/** Whether the node's block at this place would tell something, and was not asked for a short time ago. */
function isUseful(
  { chain, block, place }: WantedPlace,
  own: NodeBlocks,
  asking: Asking,
  { nowMs, isDeep }: { readonly nowMs: number; readonly isDeep: boolean },
): boolean {
  const head = own.heads.get(chain);
  if (head === undefined || block.height > head) return false;
  // A little later, its block at this height is settled.
  if (!isDeep && chain === ONLY_CHAIN) return false;
  const known = own.chains.get(chain)?.get(block.height);
  if (known !== undefined) return isDeep && (!known.isSettled || nowMs - known.seenMs >= ASK_EVERY_MS);
  // It was asked before, and gave no answer.
  return place !== asking.askedPlace;
}

function dropOld(wanted: WantedPlaces, nowMs: number): void {
  const isCurrent = ({ sinceMs, untilMs }: WantedPlace) => sinceMs <= nowMs && nowMs < untilMs;
  if (wanted.every(isCurrent)) return;
  const current = wanted.filter(isCurrent);
  wanted.length = 0;
  wanted.push(...current);
}
