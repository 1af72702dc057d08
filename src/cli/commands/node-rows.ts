import { chains } from "../../chains/index.ts";
import { compareBy, type SortValue } from "../../lib/compare.ts";
import { isoTime } from "../../lib/text/format.ts";
import { type Head, totalPeers } from "../../model/report.ts";
import { isDeeplyForked } from "../../poll/forks.ts";
import { bareMessage, causesOf, failuresOf, isUp } from "../../poll/outcomes.ts";
import { troubleTexts } from "../../poll/readings.ts";
import type { NodeColumn, SortOrder } from "../sort-order.ts";
import { type PeerCounts, peerCounts } from "./format-node.ts";
import { polledJson } from "./node-json.ts";
import type { PolledNode } from "./polling.ts";

/** From the best to the worst, in the words of the pages. `degraded`: the node is up, but some of its API calls fail. */
const STATES = ["up", "degraded", "down"] as const;
type NodeState = (typeof STATES)[number];

/** One node as the command `nodes` lists it. Unknown values are undefined. */
export type NodeRow = {
  readonly polled: PolledNode;
  readonly state: NodeState;
  /** Absent without a peer list. */
  readonly peers: PeerCounts | undefined;
  readonly head: Head | undefined;
  /** The age of the head when the poll ended. */
  readonly ageSeconds: number | undefined;
  readonly lagBlocks: number | undefined;
  /** It is further behind than is usual for its chain, or syncing. */
  readonly isBehind: boolean;
  /** Why it is not up or, where it is, what else is wrong; the worst first. */
  readonly cause: string | undefined;
};

/** As configured, or sorted. */
export function nodeRows(all: readonly PolledNode[], sort: SortOrder<NodeColumn> | undefined): readonly NodeRow[] {
  const rows = all.map(nodeRow);
  return sort === undefined ? rows : rows.sort(compareBy(NODE_VALUES[sort.column], sort.isReversed));
}

function nodeRow(polled: PolledNode): NodeRow {
  const { node, report, lag, syncing } = polled;
  const state = stateOf(polled);
  const head = report.head.ok ? report.head.value : undefined;
  const lagBlocks = head === undefined ? undefined : lag.blocks;
  const isFar = (lagBlocks ?? 0) > chains[node.chain].usualLagBlocks;
  const row = {
    ...{ polled, state, head, lagBlocks },
    peers: peerCounts(polled),
    ageSeconds: ageOf(polled, head),
    isBehind: syncing === true || isFar,
  };
  const causes = [
    ...(state === "down" ? failureTexts(polled) : []),
    ...(isDeeplyForked(polled.forks) ? ["forked"] : []),
    ...(row.peers !== undefined && totalPeers(row.peers) === 0 ? ["no peers"] : []),
    ...(state === "down" ? [] : familyTexts(polled, "critical")),
    ...(state === "degraded" ? failureTexts(polled) : []),
    ...(state === "down" ? [] : familyTexts(polled, "warning")),
    ...(syncing === true ? ["syncing"] : []),
    ...(isFar ? [`${lagBlocks} blocks behind`] : []),
  ];
  return { ...row, cause: causes.length === 0 ? undefined : causes.join("; ") };
}

function stateOf(polled: PolledNode): NodeState {
  if (!isUp(polled)) return "down";
  return failuresOf(polled).length === 0 ? "up" : "degraded";
}

/** A node may send any number as a time: a head from the future has no age. */
function ageOf({ history }: PolledNode, head: Head | undefined): number | undefined {
  const endedMs = history.lastPoll?.endedMs;
  if (head?.timestampSeconds === undefined || endedMs === undefined) return undefined;
  return Math.max(0, Math.floor(endedMs / 1000 - head.timestampSeconds));
}

/** What the pages say of the chain's own values, such as a network that is switched off. */
function familyTexts({ report, history }: PolledNode, level: "critical" | "warning"): readonly string[] {
  return troubleTexts(report, level, history.lastPoll?.endedMs ?? 0);
}

/**
 * Without the server, which `-o wide` shows, and the advice, which `check --connect` gives. APIs whose texts are then equal are
 * listed together: a user without rights may be refused seven calls.
 */
function failureTexts(polled: PolledNode): readonly string[] {
  const isDown = !isUp(polled);
  const found = new Map<string, string[]>();
  for (const [index, { api, failure }] of causesOf(polled).entries()) {
    const text = `${failure.reason}: ${bareMessage(failure.message)}`;
    const apis = found.get(text) ?? [];
    // What a node is down for needs no name.
    if (!(isDown && index === 0)) apis.push(api);
    found.set(text, apis);
  }
  return [...found].map(([text, apis], index) =>
    apis.length === 0 || (isDown && index === 0) ? text : `${apis.join(", ")} ${text}`,
  );
}

/** What a column is sorted by. */
export const NODE_VALUES: Readonly<Record<NodeColumn, (row: NodeRow) => SortValue>> = {
  name: ({ polled }) => polled.node.name,
  // A number, so that the worst are first.
  state: ({ state }) => STATES.indexOf(state),
  chain: ({ polled }) => polled.node.chain,
  peers: ({ peers }) => peers && totalPeers(peers),
  head: ({ head }) => head?.height,
  lag: ({ lagBlocks }) => lagBlocks,
  age: ({ ageSeconds }) => ageSeconds,
  version: ({ polled }) => polled.report.identity.version,
  poll: ({ polled }) => polled.history.lastPoll?.durationSeconds,
};

/**
 * The output of `nodes --json`; its keys are a contract (docs/cli.md), and those of `peers --json` where both have them. Texts
 * that nodes chose are not changed.
 */
export function nodesJson(all: readonly PolledNode[], sort: SortOrder<NodeColumn> | undefined, nowMs: number): object {
  const nodes = nodeRows(all, sort).map(({ polled, state, peers, cause }) => ({
    role: polled.node.role,
    ...polledJson(polled),
    state,
    cause,
    peer_counts: peers && {
      inbound: peers.inbound,
      outbound: peers.outbound,
      unknown: peers.unknown,
      not_connected: peers.notConnected,
    },
    malformed_rows: polled.report.peers.ok ? polled.report.peers.value.malformed : undefined,
  }));
  return { time: isoTime(nowMs), nodes };
}
