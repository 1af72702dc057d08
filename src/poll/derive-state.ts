import type { NodeConfig } from "../config/model.ts";
import type { NodeReport } from "../model/report.ts";
import { type HeadLag, headLag, type LagSettings, NO_LAG } from "./head-lag.ts";
import type { OtherHeads } from "./heads.ts";
import { EMPTY_HISTORY, type NodeHistory, recordPoll, type SeenHead } from "./history.ts";
import type { FinishedPoll } from "./run-poll.ts";
import type { NodeState, StoredState } from "./store.ts";

/** What is known of a node before and after each poll. */

/** Before the first poll. */
export function firstState(node: NodeConfig, intervalMs: number): NodeState {
  return { node, report: undefined, history: EMPTY_HISTORY, lag: NO_LAG, syncing: undefined, intervalMs };
}

/**
 * The state after a poll.
 * @param before the node, its history so far, and the current interval of its polls
 * @param others heads of other nodes of the same network, to compare with
 */
export function deriveState(
  { node, history: earlier, intervalMs }: Pick<NodeState, "node" | "history" | "intervalMs">,
  { report, times }: Pick<FinishedPoll, "report" | "times">,
  others: OtherHeads,
  settings: LagSettings,
): NodeState {
  const history = recordPoll(earlier, report, times, node.role);
  const lag = headLag(report, others, settings, times.endedMs);
  const syncing = isCatchingUp(report, lag, history, times.endedMs);
  return { node, report, history, lag, syncing, intervalMs };
}

/** Data is stale when its node has missed one poll. */
const STALE_AFTER_INTERVALS = 2;

/** How long the data of a poll may be shown after its end, in milliseconds. */
export function freshForMs({ node, intervalMs }: Pick<StoredState, "node" | "intervalMs">): number {
  return STALE_AFTER_INTERVALS * intervalMs + node.timeoutMs;
}

/** A head less than this far behind is normal: forks, producer rounds, polls at different times. */
const MIN_BEHIND_SECONDS = 60;

/** A node that keeps up gains blocks as fast as the network. One that catches up gains them clearly faster. */
const FASTER_THAN_NETWORK = 1.2;

/**
 * Whether the node is catching up with its network. Where its API reports this, that is the answer. Otherwise its progress
 * decides: it is far behind, and gains blocks faster than the network makes them. Undefined when unknown.
 * @param history with this poll recorded
 */
function isCatchingUp(
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
  if (behindSeconds < MIN_BEHIND_SECONDS) return false;
  // If the clock was set back between two polls, their distance is unknown.
  if (previousHead === undefined || head.seenMs <= previousHead.seenMs) return undefined;
  return isGaining(previousHead, head, report.blockSeconds);
}

function isGaining(previous: SeenHead, head: SeenHead, blockSeconds: number): boolean {
  const passedSeconds = (head.seenMs - previous.seenMs) / 1000;
  return (head.height - previous.height) * blockSeconds > passedSeconds * FASTER_THAN_NETWORK;
}
