import type { NodeReport } from "../model/report.ts";
import type { HeadLag } from "./head-lag.ts";

/**
 * Whether a node catches up with its network, by the progress of its head, for the chains whose nodes do not report it. Two
 * polls prove nothing: blocks of proof of work come at random, an irreversible head moves in steps, a clock may be set. So a
 * node catches up only while it is far behind, and gains clearly more blocks than the network makes over a window of minutes,
 * not in one step alone. It has caught up when it is near the head or gains no more.
 */

/** The head of a node at the end of a poll, and how far it is behind. */
export type SeenHead = {
  /** Unix milliseconds. */
  readonly ms: number;
  readonly height: number;
  /** Seconds between two steps of the height. */
  readonly blockSeconds: number;
  /** Braided chains that the height adds up. */
  readonly chains: number;
  /** Behind by the time of the head block, in seconds. */
  readonly age: number | undefined;
  /** Behind by the lag, in seconds at the usual rate of blocks. */
  readonly lag: number | undefined;
};

type Measure = "age" | "lag";
const MEASURES: readonly Measure[] = ["age", "lag"];

export type Progress = {
  /** Undefined: not known yet. */
  readonly isCatchingUp: boolean | undefined;
  /** Heads since the node is far behind, the oldest first, each at least as high as the one before. */
  readonly window: readonly SeenHead[];
};

export const NO_PROGRESS: Progress = { isCatchingUp: undefined, window: [] };

/** Nearly every node has this one, which takes no memory. */
const AT_THE_HEAD: Progress = { isCatchingUp: false, window: [] };

/** Heads in the window have this distance, so that it covers minutes at any interval of the polls. */
const SPACING_MS = 20_000;
export const MAX_HEADS = 12;

/** Two minutes, less what the times of polls vary. */
const MIN_WINDOW_MS = 110_000;
/** Steps between the heads of a window: with only one, two polls would decide. */
const MIN_STEPS = 2;

/** After a longer gap, or this many intervals, the window begins again. */
const MAX_GAP_MS = 600_000;
const MAX_GAP_INTERVALS = 4;

/** What a poll saw of the head; undefined: there is no head, or nothing that tells how far it is behind. */
export function seenHead({ head, blockSeconds }: NodeReport, known: HeadLag, nowMs: number): SeenHead | undefined {
  if (!head.ok || blockSeconds === undefined) return undefined;
  const { height, timestampSeconds, chainHeights } = head.value;
  if (timestampSeconds === undefined && known.blocks === undefined) return undefined;
  // Others that catch up as well, and are lower, do not show that the node has arrived.
  const blocks = known.isAssumed ? undefined : known.blocks;
  return {
    ms: nowMs,
    height,
    blockSeconds,
    chains: Math.max(1, chainHeights?.size ?? 1),
    age: timestampSeconds === undefined ? undefined : nowMs / 1000 - timestampSeconds,
    lag: blocks === undefined ? undefined : blocks * blockSeconds,
  };
}

/**
 * The progress after one more poll.
 * @param intervalMs the current interval of the polls
 */
export function advanceProgress(before: Progress, now: SeenHead, intervalMs: number): Progress {
  const { isCatchingUp, window } = comparable(before, now, intervalMs);
  // Its blocks alone can only show that it gains no more.
  if (now.age === undefined && now.lag === undefined && isCatchingUp !== true) return { isCatchingUp, window };
  if (isCatchingUp === true ? hasArrived(now) : !isFarBehind(now)) {
    // A lag of 0 says little where the other nodes catch up as well.
    return missesAge(now, window.at(-1)) ? { isCatchingUp, window } : AT_THE_HEAD;
  }
  return { isCatchingUp: judge(isCatchingUp, window, now), window: withHead(window, now) };
}

/** Whether this poll failed to get the age of a head that was old. */
function missesAge(now: SeenHead, last: SeenHead | undefined): boolean {
  return last !== undefined && now.age === undefined && isFar("age", last);
}

/** Drops what cannot be compared with this head. */
function comparable(before: Progress, now: SeenHead, intervalMs: number): Progress {
  const last = before.window.at(-1);
  if (last === undefined) return before;
  const passedMs = now.ms - last.ms;
  // If a clock was set back, the distance in time is not known.
  if (passedMs <= 0 || passedMs > Math.max(MAX_GAP_MS, MAX_GAP_INTERVALS * intervalMs)) return NO_PROGRESS;
  // When the network gets more chains, the height leaps.
  if (last.chains !== now.chains) return { ...before, window: [] };
  if (last.height <= now.height) return before;
  // A fork that went back, or another start of a replay: the node gains from here on.
  return { ...before, window: before.window.filter(({ height }) => height <= now.height) };
}

function withHead(window: readonly SeenHead[], now: SeenHead): readonly SeenHead[] {
  const last = window.at(-1);
  if (last !== undefined && now.ms - last.ms < SPACING_MS) return window;
  return [...window.slice(1 - MAX_HEADS), now];
}

/**
 * Far behind, in seconds and in blocks of each chain: more than forks, producer rounds and polls at different times make. The
 * head of several chains is as old as the oldest of their newest blocks: about four block times on average, ten now and then.
 */
const FAR_SECONDS = 60;
const FAR_BLOCKS: Record<Measure, number> = { age: 10, lag: 3 };

/** A node that was far behind has arrived when it is less than this behind. The lag of a node at the head is nearly 0. */
const NEAR_SECONDS = 5;
const NEAR_BLOCKS: Record<Measure, number> = { age: 4, lag: 0 };

function farSeconds(measure: Measure, { blockSeconds, chains }: SeenHead): number {
  return Math.max(FAR_SECONDS, FAR_BLOCKS[measure] * blockSeconds * chains);
}

function isFarBehind(now: SeenHead): boolean {
  return isFar("age", now) || isFar("lag", now);
}

function hasArrived(now: SeenHead): boolean {
  if (now.age === undefined && now.lag === undefined) return false;
  // The lag of several chains varies less than the age of their oldest block.
  const measure = now.lag === undefined ? "age" : "lag";
  const near = Math.max(NEAR_SECONDS, NEAR_BLOCKS[measure] * now.blockSeconds * now.chains);
  return (now[measure] ?? 0) < near && (now.age ?? 0) < farSeconds("age", now);
}

/** As before while the window is too short to tell. */
function judge(before: boolean | undefined, window: readonly SeenHead[], now: SeenHead): boolean | undefined {
  const start = window.findLastIndex((head, index) => isWindow(window.length - index, head, now));
  const first = window[start];
  if (first === undefined) return before;
  if (!goesOnGaining(first, now)) return false;
  return before === true || MEASURES.some((measure) => hasGained(measure, window, now));
}

function isWindow(steps: number, first: SeenHead, now: SeenHead): boolean {
  return steps >= MIN_STEPS && now.ms - first.ms >= MIN_WINDOW_MS;
}

/** A node that keeps up gains blocks as fast as the network. One that catches up gains them clearly faster. */
const FASTER_THAN_NETWORK = 1.2;
const FALLING = FASTER_THAN_NETWORK - 1;

/** Whether the lag falls, or the head gains faster than the network and nothing that is known of its distance speaks against it. */
function goesOnGaining(first: SeenHead, now: SeenHead): boolean {
  if ((excessFall("lag", first, now) ?? -1) >= 0) return true;
  if (excessBlocks(first, now) < 0) return false;
  const noise = NEAR_BLOCKS.age * now.blockSeconds * now.chains;
  const falls = MEASURES.map((measure) => excessFall(measure, first, now)).filter((fall) => fall !== undefined);
  return falls.length === 0 || falls.some((fall) => fall >= -noise);
}

/**
 * Whether the node was far behind and gained clearly more than the network makes, in any window that ends now, even without
 * the best of its steps: an irreversible head that was held up, a clock that was set and a cache all give a single leap.
 */
function hasGained(measure: Measure, window: readonly SeenHead[], now: SeenHead): boolean {
  if (!isFar(measure, now)) return false;
  let later = now;
  let steps = 0;
  let [blocks, mostBlocks] = [0, 0];
  let [fall, largestFall] = [0, 0];
  for (let index = window.length - 1; index >= 0; index -= 1) {
    const earlier = window[index];
    if (earlier?.[measure] === undefined) continue;
    if (!isFar(measure, earlier)) return false;
    const stepBlocks = excessBlocks(earlier, later);
    const stepFall = excessFall(measure, earlier, later) ?? 0;
    steps += 1;
    blocks += stepBlocks;
    mostBlocks = Math.max(mostBlocks, stepBlocks);
    fall += stepFall;
    largestFall = Math.max(largestFall, stepFall);
    later = earlier;
    if (!isWindow(steps, earlier, now)) continue;
    if (blocks - mostBlocks >= blocksByChance(earlier, now) && fall >= largestFall) return true;
  }
  return false;
}

function isFar(measure: Measure, seen: SeenHead): boolean {
  return (seen[measure] ?? Number.NEGATIVE_INFINITY) >= farSeconds(measure, seen);
}

function usualBlocks(first: SeenHead, now: SeenHead): number {
  return (now.ms - first.ms) / 1000 / now.blockSeconds;
}

/** Blocks gained beyond those of a node that only keeps up. */
function excessBlocks(first: SeenHead, now: SeenHead): number {
  return now.height - first.height - FASTER_THAN_NETWORK * usualBlocks(first, now);
}

/** How much more the distance fell than it does at a node that only keeps up, in seconds; undefined when not known. */
function excessFall(measure: Measure, first: SeenHead, now: SeenHead): number | undefined {
  const [before, after] = [first[measure], now[measure]];
  if (before === undefined || after === undefined) return undefined;
  return before - after - (FALLING * (now.ms - first.ms)) / 1000;
}

/**
 * Blocks that proof of work may make by chance beyond the usual number: three standard deviations of a Poisson distribution,
 * and a few more because small numbers vary further.
 */
function blocksByChance(first: SeenHead, now: SeenHead): number {
  return 3 * Math.sqrt(usualBlocks(first, now)) + 4;
}
