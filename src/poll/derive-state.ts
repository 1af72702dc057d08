import type { NodeConfig } from "../config/model.ts";
import type { SyncingWord } from "../model/report.ts";
import { advanceProgress, seenHead } from "./catching-up.ts";
import { NO_FORKS } from "./forks.ts";
import { headLag, type LagSettings, NO_LAG } from "./head-lag.ts";
import { EMPTY_HISTORY, recordPoll } from "./history.ts";
import type { OtherNodes } from "./other-nodes.ts";
import type { FinishedPoll } from "./run-poll.ts";
import type { NodeState } from "./store.ts";

/** What is known of a node before and after each poll. */

/** Before the first poll. */
export function firstState(node: NodeConfig, intervalMs: number): NodeState {
  return {
    node,
    report: undefined,
    history: EMPTY_HISTORY,
    lag: NO_LAG,
    forks: NO_FORKS,
    syncing: undefined,
    intervalMs,
  };
}

/**
 * The state after a poll.
 * @param before the node, its history so far, and the current interval of its polls
 * @param others heads and blocks of other nodes of the same network, compared with those of the node
 */
export function deriveState(
  { node, history: earlier, intervalMs }: Pick<NodeState, "node" | "history" | "intervalMs">,
  { report, times }: Pick<FinishedPoll, "report" | "times">,
  { heads, forks }: OtherNodes,
  settings: LagSettings,
): NodeState {
  const lag = headLag(report, heads, settings, times.endedMs);
  const head = report.syncing === "progress" ? seenHead(report, lag, times.endedMs) : undefined;
  const progress = head === undefined ? earlier.progress : advanceProgress(earlier.progress, head, intervalMs);
  const history = recordPoll({ ...earlier, progress }, report, times, node.role);
  const syncing = head === undefined ? ownWord(report.syncing) : progress.isCatchingUp;
  return { node, report, history, lag, forks, syncing, intervalMs };
}

function ownWord(syncing: SyncingWord): boolean | undefined {
  return typeof syncing === "boolean" ? syncing : undefined;
}

/** Data is stale when its node has missed one poll. */
const STALE_AFTER_INTERVALS = 2;

/** How long after its end the data of a poll may be shown, and counts for others, in milliseconds. */
export function freshForMs({ timeoutMs }: Pick<NodeConfig, "timeoutMs">, intervalMs: number): number {
  return STALE_AFTER_INTERVALS * intervalMs + timeoutMs;
}
