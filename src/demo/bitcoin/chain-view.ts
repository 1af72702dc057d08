import { blockHash, type DemoCoin, heightAt } from "./network.ts";

/** What the nodes know of the chain at a time: each has a story of its own. */

/** The end of a branch that the node knows, as getchaintips lists it. */
type ChainTip = {
  readonly height: number;
  readonly branch: string;
  readonly length: number;
  readonly status: "active" | "valid-fork" | "valid-headers" | "headers-only" | "invalid";
};

export type ChainView = {
  readonly blocks: number;
  readonly headers: number;
  /** The name of the branch on which the node's own block of this height is. */
  branchOf(height: number): string;
  readonly isInitialDownload: boolean;
  /** How far the headers have come that the node checks before it keeps them. */
  readonly presynced?: number;
  /** Old blocks that the process has downloaded so far. */
  readonly fetched: number;
  tips(): readonly ChainTip[];
};

/** A block is known by its header for so long before the node has all of it. */
const FETCH_SECONDS = 0.8;

const ownBranch = () => "main";

/** A node that follows the network. */
export function followingView(coin: DemoCoin, now: number): ChainView {
  const headers = heightAt(coin, now);
  const blocks = heightAt(coin, now - FETCH_SECONDS);
  return {
    ...{ blocks, headers, branchOf: ownBranch, isInitialDownload: false, fetched: 0 },
    tips: () => [active(blocks), ...lost(coin, now)],
  };
}

function active(height: number, branch = "main"): ChainTip {
  return { height, branch, length: 0, status: "active" };
}

/** Of each 40 blocks one had a rival; nodes never forget the others. Of one, only the header came. */
function lost(coin: DemoCoin, now: number): readonly ChainTip[] {
  const top = heightAt(coin, now);
  const recent = top - (top % 40) - 10;
  return [
    { height: recent, branch: "rival", length: 1, status: "valid-fork" },
    { height: recent - 240, branch: "header", length: 1, status: "headers-only" },
    { height: recent - 800, branch: "unchecked", length: 2, status: "valid-headers" },
    { height: coin.anchorHeight, branch: "invalid", length: 1, status: "invalid" },
  ];
}

/** A node that is started again with an old backup and a newer release, and catches up, again and again. All in seconds. */
export type UpgradeCycle = {
  readonly period: number;
  /** When in the period it starts again. */
  readonly startFrom: number;
  /** It loads its blocks and answers no call. */
  readonly warmUpFor: number;
  /** It takes headers that it does not keep yet: its chain has less work than its release knows of. */
  readonly presyncFor: number;
  readonly syncFor: number;
};

/** How old the backup is, in blocks: a month of the real chain. */
const BACKUP_BLOCKS = 4320;
/** The first download counts as over when the head is younger than `-maxtipage`: a day, which are so many blocks. */
const DAY_BLOCKS = 144;

type Run = {
  /** -1: the process from before the demo. */
  readonly index: number;
  readonly startedAt: number;
};

/** The process that runs at `now`. `demoStartedAt` and `now` are Unix seconds. */
export function runAt({ period, startFrom }: UpgradeCycle, demoStartedAt: number, now: number): Run {
  const index = Math.floor((now - demoStartedAt - startFrom) / period);
  return { index: Math.max(-1, index), startedAt: demoStartedAt + startFrom + index * period };
}

/** A node that catches up since its start. */
export function upgradedView(coin: DemoCoin, cycle: UpgradeCycle, startedAt: number, now: number): ChainView {
  const { warmUpFor, presyncFor, syncFor } = cycle;
  const age = now - startedAt;
  const syncedFor = age - warmUpFor - presyncFor;
  const first = heightAt(coin, startedAt) - BACKUP_BLOCKS;
  if (syncedFor >= syncFor) {
    const syncedAt = startedAt + warmUpFor + presyncFor + syncFor;
    return { ...followingView(coin, now), fetched: heightAt(coin, syncedAt) - first };
  }
  const top = heightAt(coin, now);
  const reached = (share: number) => first + Math.floor((top - first) * Math.min(1, Math.max(0, share)));
  const blocks = reached(syncedFor / syncFor);
  const presynced = age < warmUpFor || syncedFor >= 0 ? undefined : reached((age - warmUpFor) / presyncFor);
  return {
    blocks,
    // The headers that were checked come again, ten times as fast as the blocks.
    headers: reached((syncedFor / syncFor) * 10),
    branchOf: ownBranch,
    isInitialDownload: top - blocks > DAY_BLOCKS,
    ...(presynced === undefined ? {} : { presynced }),
    fetched: blocks - first,
    tips: () => [active(blocks)],
  };
}

/** A node that follows a branch which loses, again and again. All in seconds. */
export type ForkCycle = {
  readonly period: number;
  /** When in the period the branch begins. */
  readonly forkFrom: number;
  readonly forkFor: number;
};

const FORK_BLOCKS = 3;
const KEPT_FORKS = 4;

/** A node on a branch of up to three blocks, until that of the others is longer. */
export function forkingView(coin: DemoCoin, cycle: ForkCycle, demoStartedAt: number, now: number): ChainView {
  const index = Math.floor((now - demoStartedAt - cycle.forkFrom) / cycle.period);
  const forkOf = (number: number) => {
    const startedAt = demoStartedAt + cycle.forkFrom + number * cycle.period;
    return { startedAt, base: heightAt(coin, startedAt), branch: `fork ${number}` };
  };
  const { startedAt, base, branch } = forkOf(index);
  const sinceFork = now - startedAt;
  const earlier = () => Array.from({ length: KEPT_FORKS }, (_, back) => asLost(forkOf(index - back - 1)));
  if (sinceFork >= cycle.forkFor) {
    const view = followingView(coin, now);
    return { ...view, tips: () => [active(view.blocks), asLost({ base, branch }), ...earlier()] };
  }
  const blocks = base + Math.min(FORK_BLOCKS, Math.floor((sinceFork / cycle.forkFor) * (FORK_BLOCKS + 1)));
  return {
    blocks,
    headers: blocks,
    branchOf: (height) => (height > base ? branch : "main"),
    isInitialDownload: false,
    fetched: 0,
    tips: () => [active(blocks, branch), ...earlier()],
  };
}

function asLost({ base, branch }: { readonly base: number; readonly branch: string }): ChainTip {
  return { height: base + FORK_BLOCKS, branch, length: FORK_BLOCKS, status: "valid-fork" };
}

/** The hash of the node's own block of a height. */
export function ownHash(coin: DemoCoin, view: ChainView, height: number): string {
  return blockHash(coin, height, view.branchOf(height));
}
