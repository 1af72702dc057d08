import type { NodeRole } from "../config/model.ts";
import type { Member } from "./branches.ts";

/** The blocks of all nodes of one network, by place and hash, with counts: no comparison has to visit every node. */

/** A block that a node reported. */
export type KnownBlock = {
  /** Chain and height as one text. */
  readonly place: string;
  readonly height: number;
  /** After `LACKED`: a block that the node does not have. */
  readonly hash: string;
  /** Blocks of the node from this one to its head, both included, in the report. */
  readonly depth: number;
  /** It is so deep, or final, that no usual reorganisation of the node replaces it. */
  readonly isSettled: boolean;
  /** The poll asked for it. */
  readonly isAsked: boolean;
  /** When it was last reported, unix milliseconds. */
  readonly seenMs: number;
  /** Until when it counts, unix milliseconds. */
  readonly untilMs: number;
};

/** A node, as the owner of blocks. */
export type Owner = Member & { readonly role: NodeRole };

/** The nodes that have one block. */
type Holders = {
  readonly blocks: Map<Owner, KnownBlock>;
  readonly all: Record<NodeRole, number>;
  readonly settled: Record<NodeRole, number>;
};

export type BlockIndex = {
  readonly places: Map<string, Map<string, Holders>>;
  /** How many nodes have blocks in the index. */
  readonly owners: Record<NodeRole, number>;
};

export function createBlockIndex(): BlockIndex {
  return { places: new Map(), owners: { node: 0, reference: 0 } };
}

export function addBlock({ places }: BlockIndex, owner: Owner, block: KnownBlock): void {
  const hashes = places.get(block.place) ?? new Map<string, Holders>();
  const holders = hashes.get(block.hash) ?? {
    blocks: new Map(),
    all: { node: 0, reference: 0 },
    settled: { node: 0, reference: 0 },
  };
  if (holders.blocks.has(owner)) count(holders, owner, -1);
  holders.blocks.set(owner, block);
  count(holders, owner, 1);
  hashes.set(block.hash, holders);
  places.set(block.place, hashes);
}

export function removeBlock({ places }: BlockIndex, owner: Owner, { place, hash }: KnownBlock): void {
  const hashes = places.get(place);
  const holders = hashes?.get(hash);
  if (hashes === undefined || holders?.blocks.has(owner) !== true) return;
  count(holders, owner, -1);
  holders.blocks.delete(owner);
  if (holders.blocks.size === 0) hashes.delete(hash);
  if (hashes.size === 0) places.delete(place);
}

function count({ blocks, all, settled }: Holders, owner: Owner, change: 1 | -1): void {
  all[owner.role] += change;
  if (blocks.get(owner)?.isSettled === true) settled[owner.role] += change;
}

/** The mark of a hash that the node does not have. */
export const LACKED = "!";

/** What the other nodes have at a place of one node. */
export type Others = {
  /** How many nodes of each role have the node's block, and how many another one. */
  readonly same: Record<NodeRole, number>;
  readonly other: Record<NodeRole, number>;
  readonly settledSame: Record<NodeRole, number>;
  readonly settledOther: Record<NodeRole, number>;
};

/** @returns undefined where no other node has a block that could be compared */
export function othersAt(index: BlockIndex, owner: Owner, { place, hash, isSettled }: KnownBlock): Others | undefined {
  const hashes = index.places.get(place);
  if (hashes === undefined) return undefined;
  const others = {
    same: { node: 0, reference: 0 },
    other: { node: 0, reference: 0 },
    settledSame: { node: 0, reference: 0 },
    settledOther: { node: 0, reference: 0 },
  };
  for (const [each, { all, settled }] of hashes) {
    if (each === hash) addTo(others.same, others.settledSame, all, settled);
    else if (exclude(each, hash)) addTo(others.other, others.settledOther, all, settled);
  }
  // The node's own block is in the index while its data is fresh.
  if (hashes.get(hash)?.blocks.has(owner) === true) {
    others.same[owner.role] -= 1;
    if (isSettled) others.settledSame[owner.role] -= 1;
  }
  const { same, other } = others;
  return same.node + same.reference + other.node + other.reference === 0 ? undefined : others;
}

function addTo(
  all: Record<NodeRole, number>,
  settled: Record<NodeRole, number>,
  more: Record<NodeRole, number>,
  moreSettled: Record<NodeRole, number>,
): void {
  for (const role of ["node", "reference"] as const) {
    all[role] += more[role];
    settled[role] += moreSettled[role];
  }
}

/** Whether no branch has both: two blocks at one place, or a block and its absence. */
function exclude(a: string, b: string): boolean {
  if (a === b) return false;
  if (!a.startsWith(LACKED) && !b.startsWith(LACKED)) return true;
  return a === `${LACKED}${b}` || b === `${LACKED}${a}`;
}

/** As many owners as a comparison looks at: all of them are on the same few branches. */
const SAMPLE = 8;

/** Some other nodes with the same block at this place, with their blocks. */
export function someAgreeing(index: BlockIndex, owner: Owner, block: KnownBlock): readonly [Owner, KnownBlock][] {
  return sample(index.places.get(block.place)?.get(block.hash), (each) => each !== owner);
}

/** Some nodes whose settled block excludes this one. */
export function someOpposed(index: BlockIndex, block: KnownBlock): readonly [Owner, KnownBlock][] {
  const found: [Owner, KnownBlock][] = [];
  for (const [hash, holders] of index.places.get(block.place) ?? []) {
    const { node, reference } = holders.settled;
    if (node + reference === 0 || !exclude(hash, block.hash)) continue;
    found.push(...sample(holders, (_, { isSettled }) => isSettled));
  }
  return found;
}

function sample(
  holders: Holders | undefined,
  isWanted: (owner: Owner, block: KnownBlock) => boolean,
): [Owner, KnownBlock][] {
  const found: [Owner, KnownBlock][] = [];
  for (const entry of holders?.blocks ?? []) {
    if (isWanted(...entry)) found.push(entry);
    if (found.length === SAMPLE) break;
  }
  return found;
}
