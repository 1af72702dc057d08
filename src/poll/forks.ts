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
import type { NodeBlocks } from "./blocks.ts";
import type { Evidence } from "./branches.ts";

/** Compares the blocks of one node with those of the other nodes of its network. */

type ForkReference = "fleet" | "configured";

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
  /** When a block was last reported that another node also has and that is near the node's head; undefined: never. */
  readonly agreedMs: number | undefined;
};

type CompareSettings = {
  readonly reorgDepth: number;
  /** A common block at most this far below the head says that the nodes are still together. */
  readonly nearBlocks: number;
};

type Progress = {
  readonly depths: Map<ForkReference, number>;
  readonly agreed: (readonly [Owner, KnownBlock])[];
  readonly opposed: Owner[];
  forkedChain: string | undefined;
  agreedMs: number | undefined;
};

/** Braided chains are compared one by one; the node is as far off as on the worst of them. */
export function compareBlocks(own: NodeBlocks, settings: CompareSettings): Comparison {
  const progress: Progress = {
    ...{ depths: new Map(), agreed: [], opposed: [] },
    ...{ forkedChain: undefined, agreedMs: undefined },
  };
  for (const [chain, blocks] of own.chains) {
    const highestFirst = [...blocks.values()].sort((a, b) => b.height - a.height);
    compareChain(own, { chain, blocks: highestFirst }, settings, progress);
  }
  const { depths, agreed, opposed, forkedChain, agreedMs } = progress;
  const near = agreed.filter(([, { depth }]) => depth <= settings.nearBlocks);
  const isNearHeads = near.length > 0;
  const together = (isNearHeads ? near : agreed).map(([owner]) => owner);
  return { depths, agreed: together, opposed, isNearHeads, forkedChain, agreedMs };
}

type Chain = { readonly chain: string; readonly blocks: readonly KnownBlock[] };

function compareChain(own: NodeBlocks, { chain, blocks }: Chain, settings: CompareSettings, progress: Progress): void {
  const head = own.heads.get(chain) ?? 0;
  const undecided = new Map(REFERENCES);
  let hasAgreed = false;
  for (const block of blocks) {
    const others = othersAt(own.index, own, block);
    if (others === undefined) continue;
    for (const [reference, role] of undecided) {
      const depth = forkDepth(block, others, { role, head, settings });
      if (depth === undefined) continue;
      progress.depths.set(reference, Math.max(depth, progress.depths.get(reference) ?? 0));
      if (depth === 0) undecided.delete(reference);
      else progress.forkedChain ??= chain;
    }
    if (!hasAgreed) {
      hasAgreed = others.same.node + others.same.reference > 0 && !block.hash.startsWith(LACKED);
      if (hasAgreed) noteAgreement(own, block, { head, settings, progress });
      else if (block.isSettled) progress.opposed.push(...someOpposed(own.index, block).map(([owner]) => owner));
    }
    if (hasAgreed && undecided.size === 0) return;
  }
}

type Context = { readonly role: NodeRole; readonly head: number; readonly settings: CompareSettings };

/**
 * How many blocks the node has at least since its branch left that of most others; 0: it is the same at this place. A block
 * that a usual reorganisation may replace never shows more than a usual reorganisation.
 * @returns undefined where no other node has a block at this place
 */
function forkDepth(block: KnownBlock, others: Others, { role, head, settings }: Context): number | undefined {
  const same = others.same[role];
  const other = others.other[role];
  if (same + other === 0) return undefined;
  if (other <= same) return 0;
  const isSettled = block.isSettled && others.settledOther[role] > others.settledSame[role];
  return Math.max(1, isSettled ? head - block.height + 1 : Math.min(block.depth, settings.reorgDepth));
}

type Found = { readonly head: number; readonly settings: CompareSettings; readonly progress: Progress };

/** Far below the node's head, a common block says little: branches of one coin have their oldest blocks in common. */
function noteAgreement(own: NodeBlocks, block: KnownBlock, { head, settings, progress }: Found): void {
  if (head - block.height > settings.nearBlocks) return;
  progress.agreed.push(...someAgreeing(own.index, own, block));
  progress.agreedMs = Math.max(block.seenMs, progress.agreedMs ?? Number.NEGATIVE_INFINITY);
}
