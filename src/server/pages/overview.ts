import { type ChainName, chains } from "../../chains/index.ts";
import { totalPeers } from "../../model/report.ts";
import { isDeeplyForked } from "../../poll/forks.ts";
import { type ApiFailure, causesOf, isUp } from "../../poll/outcomes.ts";
import type { Readings } from "../../poll/readings.ts";
import type { PollEntry, RecentPollsOfNode } from "../../poll/recent-polls.ts";
import type { StoredState } from "../../poll/store.ts";

/** What the pages show of one node, from its last state and its recent polls. */
export type NodeOverview = {
  readonly name: string;
  readonly chain: ChainName;
  readonly isReference: boolean;
  readonly condition: Condition;
  /** Scheme, host and port. */
  readonly server: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It is on another branch than most of the others, by more than a usual reorganisation. */
  readonly isForked: boolean;
  readonly syncing: boolean | undefined;
  /** What failed; if the node is down, its cause comes first. */
  readonly failures: readonly ApiFailure[];
  /** What the last poll returned, without what is no longer fresh. Undefined before the first poll. */
  readonly last: PollEntry | undefined;
  /** When the last successful poll ended, unix milliseconds. */
  readonly lastSuccessMs: number | undefined;
  readonly intervalMs: number;
  readonly readings: Readings | undefined;
  /** How long its head has not risen, from poll to poll, and the usual time between two blocks. */
  readonly stillHead: { readonly seconds: number; readonly blockSeconds: number } | undefined;
};

/** From the worst to the best. `degraded`: the node is up, but some of its API calls fail. */
export type Condition = "down" | "degraded" | "waiting" | "up";

/** Of a trouble: as the severities of the alerts; `waiting`: nothing is known yet. */
export type Level = "critical" | "warning" | "waiting";

export function overviewOf(state: StoredState, recentPolls: RecentPollsOfNode): NodeOverview {
  const { node, history, syncing, intervalMs } = state;
  const failures = causesOf(state);
  const [last] = recentPolls.polls;
  return {
    name: node.name,
    chain: node.chain,
    isReference: node.role === "reference",
    condition: conditionOf(state, failures),
    server: node.url.label,
    labels: node.labels,
    syncing,
    isForked: isDeeplyForked(state.forks),
    failures,
    last: last && withoutStale(last, state),
    lastSuccessMs: history.lastSuccessMs,
    intervalMs,
    readings: state.report?.readings,
    stillHead: stillHeadOf(state, recentPolls),
  };
}

function stillHeadOf({ report }: StoredState, { head }: RecentPollsOfNode): NodeOverview["stillHead"] {
  if (report?.head.ok !== true || head?.blockSeconds === undefined) return undefined;
  return { seconds: (head.untilMs - head.sinceMs) / 1000, blockSeconds: head.blockSeconds };
}

/** The entry stays as it is when the data of a node is withdrawn because no poll ended in time. */
function withoutStale(last: PollEntry, { report }: StoredState): PollEntry {
  return {
    ...last,
    peers: report?.peers.ok === true ? last.peers : undefined,
    ...(report?.head.ok === true ? {} : { height: undefined, lagBlocks: undefined }),
  };
}

function conditionOf(state: StoredState, failures: readonly ApiFailure[]): Condition {
  if (state.report === undefined) return "waiting";
  if (!isUp(state)) return "down";
  return failures.length > 0 ? "degraded" : "up";
}

/** Connected peers at the last poll; undefined when it returned no list, as older numbers would look current. */
export function peersOf({ last }: NodeOverview): PollEntry["peers"] {
  return last?.peers;
}

/** The head at the last poll; undefined when it returned no head. */
export function headOf({ last }: NodeOverview): number | undefined {
  return last?.height;
}

export function lagOf({ last }: NodeOverview): number | undefined {
  return last?.lagBlocks;
}

/** It is further behind than usual, or syncing. */
export function isBehind(node: NodeOverview): boolean {
  return node.syncing === true || (lagOf(node) ?? 0) > chains[node.chain].usualLagBlocks;
}

/** It is up and has no peers. */
export function hasNoPeers(node: NodeOverview): boolean {
  const peers = peersOf(node);
  return !node.isReference && peers !== undefined && totalPeers(peers) === 0;
}
