import type { NodeReport } from "../model/report.ts";
import type { HeadLag } from "./head-lag.ts";
import type { NodeHistory, SeenHead } from "./history.ts";

/** A head that is not this far behind is normal operation (forks, producer rounds, polls that do not meet). */
const BEHIND_SECONDS = 60;

/** A node that only keeps up gains blocks as fast as the network; one that catches up gains them clearly faster. */
const FASTER_THAN_NETWORK = 1.2;

/**
 * Whether the node itself is catching up: what its API says where it says so, else by its progress: far behind, and
 * gaining blocks faster than the network makes them. Undefined when it cannot be known.
 * @param history with this poll recorded
 */
export function isCatchingUp(
  report: NodeReport,
  lag: HeadLag,
  { head, previousHead }: NodeHistory,
  nowMs: number,
): boolean | undefined {
  if (report.syncing !== undefined) return report.syncing;
  if (!report.head.ok || report.blockSeconds === undefined || head === undefined) return undefined;
  const { timestampSeconds } = report.head.value;
  const behindSeconds = Math.max(
    timestampSeconds === undefined ? Number.NEGATIVE_INFINITY : nowMs / 1000 - timestampSeconds,
    lag.blocks === undefined ? Number.NEGATIVE_INFINITY : lag.blocks * report.blockSeconds,
  );
  if (behindSeconds === Number.NEGATIVE_INFINITY) return undefined;
  if (behindSeconds < BEHIND_SECONDS) return false;
  // Time that went backwards tells no pace: the clock was set.
  if (previousHead === undefined || head.seenMs <= previousHead.seenMs) return undefined;
  return gains(previousHead, head, report.blockSeconds);
}

function gains(previous: SeenHead, head: SeenHead, blockSeconds: number): boolean {
  const passed = (head.seenMs - previous.seenMs) / 1000;
  return (head.height - previous.height) * blockSeconds > passed * FASTER_THAN_NETWORK;
}
