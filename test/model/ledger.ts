import type { Random } from "./random.ts";

/** A block with its ancestors: branches are chains of blocks that share some of them. */
export type Block = {
  readonly height: number;
  readonly hash: string;
  /** The time that its producer wrote into it, unix seconds. */
  readonly seconds: number;
  readonly parent: Block | undefined;
};

/** The blocks of a network, as an observer knows them who sees everything at once. */
export type Ledger = {
  /** The head of the best branch. */
  readonly tip: Block;
  /** Makes the blocks that are due. @param nowMs unix milliseconds */
  makeBlocks(nowMs: number): void;
  /** A block on top of any other. */
  extend(parent: Block, seconds: number): Block;
};

export type LedgerOptions = {
  readonly height: number;
  readonly nowMs: number;
  /** Seconds from a block to the next one. */
  readonly gap: () => number;
  readonly hash: (height: number) => string;
};

/** How many blocks before the first one are known by their hashes. */
const ANCESTORS = 100;

export function createLedger(random: Random, { height, nowMs, gap, hash }: LedgerOptions): Ledger {
  const extend = (parent: Block | undefined, at: number, seconds: number): Block => ({
    height: at,
    hash: hash(at),
    seconds,
    parent,
  });
  const times = [nowMs / 1000];
  for (let count = ANCESTORS; count > 0; count -= 1) times.unshift((times[0] ?? 0) - gap());
  let tip: Block | undefined;
  for (const [index, seconds] of times.entries()) tip = extend(tip, height - ANCESTORS + index, Math.floor(seconds));
  if (tip === undefined) throw new Error("a ledger has a block");
  let best: Block = tip;
  let nextMs = nowMs + gap() * 1000;
  return {
    get tip() {
      return best;
    },
    makeBlocks(now) {
      while (nextMs <= now) {
        // Clocks of producers differ a little.
        best = extend(best, best.height + 1, Math.floor(nextMs / 1000) - random.int(0, 3));
        nextMs += gap() * 1000;
      }
    },
    extend: (parent, seconds) => extend(parent, parent.height + 1, seconds),
  };
}

/** The block of a branch at a height; undefined before what is remembered and above the branch. */
export function ancestor(block: Block, height: number): Block | undefined {
  let found: Block | undefined = block;
  while (found !== undefined && found.height > height) found = found.parent;
  return found?.height === height ? found : undefined;
}
