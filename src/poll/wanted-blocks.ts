import type { WantedBlock } from "../chains/adapter.ts";
import { type KnownBlock, LACKED } from "./block-index.ts";
import { type NodeBlocks, ONLY_CHAIN, placeOf } from "./blocks.ts";

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

/** So many blocks at a place are enough for a node that needs them: more tell nothing new. */
const ENOUGH_BLOCKS = 3;

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
  /** Usual milliseconds between two blocks of one chain; 0: not known. */
  readonly blockMs: number;
};

/**
 * Chooses a place for a node that needs one, unless there already is one that is as good.
 * @param forkedChain the braided chain to look at, where one is on another branch
 */
export function wantPlace(
  wanted: WantedPlaces,
  own: NodeBlocks,
  { reorgDepth, nearBlocks, blockMs }: PlaceSettings,
  { nowMs, forkedChain }: { readonly nowMs: number; readonly forkedChain: string | undefined },
): void {
  dropOld(wanted, nowMs);
  const chain = forkedChain ?? own.heads.keys().next().value;
  const head = chain === undefined ? undefined : own.heads.get(chain);
  if (chain === undefined || head === undefined) return;
  // A usual reorganisation does not reach so deep, so that nodes with other blocks there are forked.
  const deepest = Math.max(0, head - reorgDepth);
  const isAsGood = (each: WantedPlace) =>
    each.chain === chain &&
    nowMs - each.sinceMs < ASK_EVERY_MS &&
    each.block.height <= (chain === ONLY_CHAIN ? deepest : head) &&
    each.block.height > head - nearBlocks;
  if (wanted.some(isAsGood)) return;
  const block = blockAt(own, chain, deepest);
  if (block === undefined) return;
  // The blocks of braided chains are known by their heads only, which have to become settled first.
  const settledMs = chain === ONLY_CHAIN ? 0 : (reorgDepth + MORE_BLOCKS) * blockMs;
  const untilMs = nowMs + Math.max(WANTED_MS, settledMs);
  wanted.push({ block, chain, place: placeOf(chain, block.height), sinceMs: nowMs, untilMs });
  if (wanted.length > MAX_WANTED) wanted.shift();
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
  // A clock that was set back must not stop this for ever.
  if (asking.askedMs <= nowMs && nowMs - asking.askedMs < ASK_EVERY_MS) return undefined;
  const isDeep = ({ chain, block }: WantedPlace) => block.height + reorgDepth <= (own.heads.get(chain) ?? 0);
  const useful = wanted.filter((each) => isUseful(each, own, asking, isDeep(each)));
  const chosen = asking.needsBlock
    ? (useful.findLast(isDeep) ?? useful.at(-1))
    : useful.find(({ place }) => knownBlocks(own, place) < ENOUGH_BLOCKS);
  if (chosen === undefined) return undefined;
  asking.askedMs = nowMs;
  asking.askedPlace = chosen.place;
  return chosen.block;
}

/** Whether the node can have a block at this place, and is not known to have one that will stay. */
function isUseful({ chain, block, place }: WantedPlace, own: NodeBlocks, asking: Asking, isDeep: boolean): boolean {
  const head = own.heads.get(chain);
  if (head === undefined || block.height > head) return false;
  const known = own.chains.get(chain)?.get(block.height);
  if (known !== undefined) return isDeep && !known.isSettled;
  // It was asked before, and gave no answer.
  return place !== asking.askedPlace;
}

function knownBlocks({ index }: NodeBlocks, place: string): number {
  let known = 0;
  for (const { blocks } of index.get(place)?.values() ?? []) known += blocks.size;
  return known;
}

function dropOld(wanted: WantedPlaces, nowMs: number): void {
  const isCurrent = ({ sinceMs, untilMs }: WantedPlace) => sinceMs <= nowMs && nowMs < untilMs;
  if (wanted.every(isCurrent)) return;
  const current = wanted.filter(isCurrent);
  wanted.length = 0;
  wanted.push(...current);
}
