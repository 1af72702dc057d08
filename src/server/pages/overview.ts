import { type ChainName, chains } from "../../chains/index.ts";
import { type ApiFailure, failuresOf, isUp } from "../../poll/outcomes.ts";
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
  readonly syncing: boolean | undefined;
  /** What failed; if the node is down, its cause comes first. */
  readonly failures: readonly ApiFailure[];
  /** Undefined before the first poll. */
  readonly last: PollEntry | undefined;
  /** When the last successful poll ended, unix milliseconds. */
  readonly lastSuccessMs: number | undefined;
  readonly intervalMs: number;
};

/** From the worst to the best. `degraded`: the node is up, but some of its API calls fail. */
export const CONDITIONS = ["down", "degraded", "waiting", "up"] as const;
export type Condition = (typeof CONDITIONS)[number];

export function overviewOf(state: StoredState, recentPolls: RecentPollsOfNode): NodeOverview {
  const { node, history, syncing, intervalMs } = state;
  const failures = failuresOf(state);
  const [last] = recentPolls.polls;
  return {
    name: node.name,
    chain: node.chain,
    isReference: node.role === "reference",
    condition: conditionOf(state, failures),
    server: node.url.label,
    labels: node.labels,
    syncing,
    failures,
    last,
    lastSuccessMs: history.lastSuccessMs,
    intervalMs,
  };
}

function conditionOf(state: StoredState, failures: readonly ApiFailure[]): Condition {
  if (state.report === undefined) return "waiting";
  if (!isUp(state)) return "down";
  return failures.length > 0 ? "degraded" : "up";
}

/** Connected peers at the last poll; undefined when it returned no list, as older numbers would look current. */
export function peersOf({ condition, last }: NodeOverview): PollEntry["peers"] {
  return condition === "down" ? undefined : last?.peers;
}

export function totalPeers(peers: NonNullable<PollEntry["peers"]>): number {
  return peers.inbound + peers.outbound + peers.unknown;
}

/** The head at the last poll; undefined when it returned no head. */
export function headOf({ last, failures }: NodeOverview): number | undefined {
  return failures.some(({ api }) => api === "head") ? undefined : last?.height;
}

export function lagOf(node: NodeOverview): number | undefined {
  return headOf(node) === undefined ? undefined : node.last?.lagBlocks;
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

/** It is up, but needs attention. */
export function needsAttention(node: NodeOverview): boolean {
  return node.condition === "up" && (isBehind(node) || hasNoPeers(node));
}

/** Sorts nodes: unhealthy ones have lower ranks. */
export function rank(node: NodeOverview): number {
  return CONDITIONS.indexOf(node.condition) - (needsAttention(node) ? 0.5 : 0);
}
