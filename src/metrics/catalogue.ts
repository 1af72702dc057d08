import type { PeerConnection } from "../chains/chain.ts";
import { connectionFamilies } from "./connection-families.ts";
import { knownCombinations } from "./connections.ts";
import { cleanText, renderLabels } from "./exposition.ts";
import { flag, labelled, type NodeFamily, type NodeView, one, type SampleValue } from "./family.ts";

/**
 * THE table of the families of nodes. Their names are contracts. Order here is order on the page.
 */

const nodeFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_node_up",
    type: "gauge",
    help: "1 if the last poll got the peer list of the node, else 0. Before the first poll 0.",
    labels: [],
    samples: ({ report }) => flag(report?.peers.ok === true),
  },
  {
    name: "p2p_node_api_up",
    type: "gauge",
    help: "1 if this part of the last poll succeeded: peers, head, and what else the chain has.",
    labels: ["api"],
    samples: ({ report }) => labelled("api", report === undefined ? [] : apis(report)),
  },
  {
    name: "p2p_node_info",
    type: "gauge",
    help: "What the node says it is, from the last poll; always 1 (server_version_string, chain_id; version, nettype; X-Chainweb-Node-Version).",
    labels: ["version", "network", "chain_id"],
    samples: ({ report }) => infoSamples(report?.identity),
  },
  {
    name: "p2p_node_peers",
    type: "gauge",
    help: "Peers in working connection, from the last poll. Chainweb: known peers that currently do not fail (its API lists no connections).",
    labels: ["direction"],
    samples: (view) =>
      labelled(
        "direction",
        countBy(view, view.traits.directions, (row) => (isWorking(row) ? row.direction : undefined)),
      ),
  },
  {
    name: "p2p_node_connections",
    type: "gauge",
    help: "Rows of the peer list by state, from the last poll (connecting, is_socket_open, generation; state). Not for Chainweb, whose API lists no connections.",
    labels: ["direction", "state"],
    samples: connectionCounts,
  },
  {
    name: "p2p_node_syncing_peers",
    type: "gauge",
    help: "Peers in sync traffic, from the last poll: download, this node syncs from them (Monero state synchronizing, standby); upload, they sync from this node (Wire syncing).",
    labels: ["flow"],
    samples: ({ report, traits: { flow } }) =>
      flow === undefined || !report?.peers.ok
        ? []
        : labelled("flow", [[flow, report.peers.value.connections.filter(({ syncing }) => syncing === flow).length]]),
  },
  {
    name: "p2p_node_head_height",
    type: "gauge",
    help: "The node's head, from the last poll (head_block_num; get_info height, top block + 1; cut height, the sum over the chains).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
  {
    name: "p2p_node_head_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the node's head block, from the last poll (head_block_time; get_last_block_header timestamp).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.timestampSeconds : undefined),
  },
  {
    name: "p2p_node_final_height",
    type: "gauge",
    help: "Last irreversible block of the node, from the last poll (last_irreversible_block_num).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.finalHeight : undefined),
  },
  {
    name: "p2p_node_reference_height",
    type: "gauge",
    help: "Best head known at the last poll: peers, the highest that at least two peers of the node support; fleet, the highest of the other configured nodes of the network.",
    labels: ["reference"],
    samples: ({ state }) => labelled("reference", state.lag.references),
  },
  {
    name: "p2p_node_head_lag_blocks",
    type: "gauge",
    help: "How far the node's head is behind the best reference, from the last poll, never below 0. Chainweb: summed over the chains.",
    labels: [],
    samples: ({ state }) => one(state.lag.blocks),
  },
  {
    name: "p2p_node_syncing",
    type: "gauge",
    help: "1 while the node itself catches up, from the last poll (Monero: its flags and peer states; else: far behind and gaining).",
    labels: [],
    samples: ({ state }) => flag(state.syncing),
  },
  {
    name: "p2p_node_connections_omitted",
    type: "gauge",
    help: "Connections of the last poll without series of their own (connections.max_per_node, connections.series).",
    labels: [],
    samples: ({ shown }) => one(shown?.omitted),
  },
  {
    name: "p2p_node_connections_merged",
    type: "gauge",
    help: "Connections of the last poll that share the series of another one, because their labels are the same; bytes are summed.",
    labels: [],
    samples: ({ shown }) => one(shown?.merged),
  },
  {
    name: "p2p_node_connections_malformed",
    type: "gauge",
    help: "Rows of the last poll's peer list that could not be read and were left out.",
    labels: [],
    samples: ({ report }) => one(report?.peers.ok ? report.peers.value.malformed : undefined),
  },
  {
    name: "p2p_node_clock_skew_seconds",
    type: "gauge",
    help: "The node's clock minus the exporter's, from the last poll (X-Server-Timestamp, in steps of a second).",
    labels: [],
    samples: ({ report }) => one(report?.clockSkewSeconds),
  },
];

const pollFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_node_polls_total",
    type: "counter",
    help: "Polls of the node that ended.",
    labels: [],
    samples: ({ state }) => one(state.history.polls),
  },
  {
    name: "p2p_node_poll_failures_total",
    type: "counter",
    help: "Polls of the node that gave no peer list, by reason.",
    labels: ["reason"],
    samples: ({ state }) => labelled("reason", state.history.failures),
  },
  {
    name: "p2p_node_poll_duration_seconds",
    type: "gauge",
    help: "How long the last poll took.",
    labels: [],
    samples: ({ state }) => one(state.history.lastPoll?.durationSeconds),
  },
  {
    name: "p2p_node_poll_interval_seconds",
    type: "gauge",
    help: "Time between two polls of the node by its interval, or between the next two turns of its schedule.",
    labels: [],
    samples: ({ state }) => one(state.turnMs / 1000),
  },
  {
    name: "p2p_node_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the end of the last poll that got the peer list.",
    labels: [],
    samples: ({ state: { history } }) =>
      one(history.lastSuccessMs === undefined ? undefined : history.lastSuccessMs / 1000),
  },
];

/** @param chainFamilies what the chains' adapters declare */
export function createCatalogue(chainFamilies: readonly NodeFamily[]): readonly NodeFamily[] {
  return [...nodeFamilies, ...connectionFamilies, ...chainFamilies, ...pollFamilies];
}

function apis({ peers, head, parts }: NonNullable<NodeView["report"]>): [string, number][] {
  return [["peers", peers] as const, ["head", head] as const, ...parts].map(([api, { ok }]) => [api, ok ? 1 : 0]);
}

function infoSamples(identity: NonNullable<NodeView["report"]>["identity"] | undefined): readonly SampleValue[] {
  const { version = "", network = "", chainId = "" } = identity ?? {};
  const labels = renderLabels([
    ["version", cleanText(version)],
    ["network", cleanText(network)],
    ["chain_id", cleanText(chainId)],
  ]);
  return labels === "" ? [] : [[labels, 1]];
}

/** Connected rows; of a list of known peers, which has no states, every row. */
function isWorking({ state }: PeerConnection): boolean {
  return state === undefined || state === "connected";
}

function countBy<Key extends string>(
  { report }: NodeView,
  known: readonly Key[],
  keyOf: (row: PeerConnection) => Key | undefined,
): ReadonlyMap<Key, number> {
  if (!report?.peers.ok) return new Map();
  const counts = new Map<Key, number>(known.map((key) => [key, 0]));
  for (const row of report.peers.value.connections) {
    const key = keyOf(row);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function* connectionCounts(view: NodeView): Iterable<SampleValue> {
  const combinations = knownCombinations(view.traits).map(([direction, state]) => combination(direction, state));
  if (combinations.length > 0) {
    yield* countBy(view, combinations, ({ direction, state }) => state && combination(direction, state));
  }
}

function combination(direction: string, state: string): string {
  return renderLabels([
    ["direction", direction],
    ["state", state],
  ]);
}
