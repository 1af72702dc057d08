import type { NodeJournal, PollEntry } from "../../poll/recent-polls.ts";
import { failuresAmong, type KeptState, outcomesOf, type PartFailure, type ReportOutcomes } from "../../poll/store.ts";

/** What the pages say of one node, from its last state and its journal. */
export type NodeOverview = {
  readonly name: string;
  readonly chain: string;
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

export function overviewOf(state: KeptState, journal: NodeJournal): NodeOverview {
  const { node, report, history, syncing, turnMs } = state;
  const main = node.role === "reference" ? "head" : "peers";
  const failures = report === undefined ? [] : failuresOf(report, main);
  const [last] = journal.polls;
  return {
    name: node.name,
    chain: node.chain,
    isReference: node.role === "reference",
    condition: conditionOf(report, failures, main),
    server: node.url.label,
    labels: node.labels,
    syncing,
    failures,
    last,
    lastSuccessMs:
      main === "head" ? journal.polls.find(({ failure }) => failure === undefined)?.endedMs : history.lastSuccessMs,
    intervalMs: turnMs,
  };
}

/** A reference is asked for its head alone. */
function failuresOf(report: ReportOutcomes, main: string): readonly PartFailure[] {
  return failuresAmong(main === "head" ? [["head", report.head]] : outcomesOf(report), main);
}

function conditionOf(report: ReportOutcomes | undefined, failures: readonly PartFailure[], main: string): Condition {
  if (report === undefined) return "waiting";
  if (failures.some(({ api }) => api === main)) return "down";
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

/** As many blocks behind are no news on this chain: the thresholds of the alert P2PNodeHeadLagging. */
const USUAL_LAG: Readonly<Record<string, number>> = { wire: 120, antelope: 120, monero: 5, chainweb: 60 };

/** So far behind that somebody should look, or catching up. */
export function isBehind(node: NodeOverview): boolean {
  return node.syncing === true || (lagOf(node) ?? 0) > (USUAL_LAG[node.chain] ?? Number.POSITIVE_INFINITY);
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
