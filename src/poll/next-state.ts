import type { NodeConfig } from "../config/model.ts";
import type { NodeReport } from "../model/report.ts";
import { headLag, type LagSettings, NO_LAG } from "./head-lag.ts";
import type { KnownHeads } from "./heads.ts";
import { EMPTY_HISTORY, type PollTimes, recordPoll } from "./history.ts";
import type { NodeState, StoredState } from "./store.ts";
import { isCatchingUp } from "./syncing.ts";

/** What is known of a node from poll to poll. */

/** Data is fresh until its node has missed one turn. */
const FRESH_TURNS = 2;

/** Before the first poll. */
export function firstState(node: NodeConfig, intervalMs: number): NodeState {
  return { node, report: undefined, history: EMPTY_HISTORY, lag: NO_LAG, syncing: undefined, intervalMs };
}

/** After a poll, with what was known of the node and of others before it. */
export function nextState(
  before: StoredState,
  report: NodeReport,
  times: PollTimes,
  intervalMs: number,
  heads: KnownHeads,
  settings: LagSettings,
): NodeState {
  const history = recordPoll(before.history, report, times, before.node.role);
  const others = heads.others(before.node.name, report.networkKey, times.endedMs);
  const lag = headLag(report, others, settings, times.endedMs);
  return {
    node: before.node,
    report,
    history,
    lag,
    syncing: isCatchingUp(report, lag, history, times.endedMs),
    intervalMs,
  };
}

/** A last poll in the future tells that the clock was set back: nobody knows then how old its data is. */
export function isFresh(state: StoredState, nowMs: number): boolean {
  const { lastPoll } = state.history;
  return lastPoll !== undefined && lastPoll.endedMs <= nowMs && nowMs <= freshUntilMs(state);
}

/** Unix milliseconds. */
export function freshUntilMs({ node, history, intervalMs }: StoredState): number {
  const { lastPoll } = history;
  return lastPoll === undefined
    ? Number.NEGATIVE_INFINITY
    : lastPoll.endedMs + FRESH_TURNS * intervalMs + node.timeoutMs;
}
