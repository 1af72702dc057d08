import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Distribution } from "./histogram.ts";

/** The intervals of a timer, in nanoseconds. */
type Intervals = Pick<IntervalHistogram, "count" | "max" | "mean" | "percentile">;

/** The engine's timer is due this often: what an interval is longer, the event loop was late. */
const RESOLUTION_MS = 10;
const RESOLUTION_NS = RESOLUTION_MS * 1e6;

/** Upper bounds of the buckets, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * How late the event loop was, since the start of the process: a cumulative histogram, which is the same for every reader. The
 * engine counts the intervals, and nothing of this program runs between two readings. Its histogram is never reset: that would
 * drop the interval that has not ended yet, and with it the block that a reader had to wait for.
 * @param intervals for tests
 * @returns the distribution of the delays, in seconds
 */
export function createEventLoopDelay(intervals: Intervals = startMonitor()): () => Distribution {
  /** How many intervals are not above each bound. */
  let upTo: readonly number[] = BOUNDS.map(() => 0);
  let count = 0;
  let sum = 0;
  return () => {
    const added = intervals.count - count;
    if (added > 0) {
      count += added;
      upTo = BOUNDS.map((bound, index) => countUpTo(intervals, bound, upTo[index] ?? 0, added));
      // Single intervals are up to a millisecond too short, as the engine's timers count whole milliseconds.
      sum = Math.max(sum, (count * (intervals.mean - RESOLUTION_NS)) / 1e9);
    }
    return { bounds: BOUNDS, upTo: [...upTo, count], sum };
  };
}

/**
 * The number of intervals that are not above a bound. The engine tells the value of a rank, and the rank is searched among the few
 * that are possible.
 * @param before their number at the last reading
 * @param added the number of all intervals since then
 */
function countUpTo(intervals: Intervals, bound: number, before: number, added: number): number {
  const limit = RESOLUTION_NS + bound * 1e9;
  const { count, max } = intervals;
  if (max <= limit) return count;
  const fits = (rank: number) => intervals.percentile((100 * rank) / count) <= limit;
  let above = before + added;
  // Nearly always all of them are on time.
  if (fits(above)) return above;
  let known = before;
  while (above - known > 1) {
    const middle = Math.floor((known + above) / 2);
    if (fits(middle)) known = middle;
    else above = middle;
  }
  return known;
}

function startMonitor(): IntervalHistogram {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return monitor;
}
