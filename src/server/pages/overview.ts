import { type ChainName, chains } from "../../chains/index.ts";
import { failuresOf, isUp, type PartFailure } from "../../poll/outcomes.ts";
import type { PollEntry, RecentPollsOfNode } from "../../poll/recent-polls.ts";
import type { StoredState } from "../../poll/store.ts";

/** What the pages say of one node, from its last state and its recent polls. */
export type NodeOverview = {
  readonly name: string;
  readonly chain: ChainName;
  readonly isReference: boolean;
  readonly condition: Condition;
  /** Scheme, host and port. */
  readonly server: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly syncing: boolean | undefined;
  /** What failed, the reason why the node is down first. */
  readonly failures: readonly PartFailure[];
  /** The last poll; absent before the first. */
  readonly last: PollEntry | undefined;
  /** When the last poll that gave what is asked for ended, unix milliseconds. */
  readonly lastSuccessMs: number | undefined;
  readonly intervalMs: number;
};

/** From the worst to the best. `partly`: the peers are known, and another part of the node fails. */
export const CONDITIONS = ["down", "partly", "waiting", "up"] as const;
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

function conditionOf(state: StoredState, failures: readonly PartFailure[]): Condition {
  if (state.report === undefined) return "waiting";
  if (!isUp(state)) return "down";
  return failures.length > 0 ? "partly" : "up";
}

/** Working peers of the last poll; undefined when it gave no list, as nothing old is shown as new. */
export function peersOf({ condition, last }: NodeOverview): PollEntry["peers"] {
  return condition === "down" ? undefined : last?.peers;
}

export function totalPeers(peers: NonNullable<PollEntry["peers"]>): number {
  return peers.inbound + peers.outbound + peers.unknown;
}

/** The head of the last poll; undefined when it gave none. */
export function headOf({ last, failures }: NodeOverview): number | undefined {
  return failures.some(({ api }) => api === "head") ? undefined : last?.height;
}

export function lagOf(node: NodeOverview): number | undefined {
  return headOf(node) === undefined ? undefined : node.last?.lagBlocks;
}

/** So far behind that somebody should look, or catching up. */
export function isBehind(node: NodeOverview): boolean {
  return node.syncing === true || (lagOf(node) ?? 0) > chains[node.chain].usualLagBlocks;
}

/** It answers, and nobody talks to it. */
export function isAlone(node: NodeOverview): boolean {
  const peers = peersOf(node);
  return !node.isReference && peers !== undefined && totalPeers(peers) === 0;
}

/** Up, and yet somebody should look. */
export function isSuspect(node: NodeOverview): boolean {
  return node.condition === "up" && (isBehind(node) || isAlone(node));
}

/** Where a node stands among the others: the sickest first. */
export function rank(node: NodeOverview): number {
  return CONDITIONS.indexOf(node.condition) - (isSuspect(node) ? 0.5 : 0);
}
