import { FINALITY_LAG, UNAPPLIED_BLOCKS } from "../derived.ts";
import { LAG, NODE_COLUMNS, SOME_ORANGE, SOME_RED, TRUE_FALSE, UP_DOWN } from "../looks.ts";
import { NODE_NAME, node, once, oneText, over, perMinute, rate, stillOpen } from "../select.ts";
import { ageOf, counter, gauge, graph, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Query } from "../spec.ts";
import { nodeVariables } from "../variables.ts";

const LINK = "{{peer}} {{direction}} ({{target}})";

/** Labels of p2p_wire_connection_info: what a connection is for. */
const ROLES = ["bp_peer", "bp_gossip_peer", "blocks_only", "transactions_only"] as const;

/** Connections of a node with a role; 0 where its nodes report the role and no connection has it. */
function withRole(role: (typeof ROLES)[number], title: string): Query {
  const count = (matcher: string) =>
    over("sum", ["direction", "peer", ...ROLES], node("p2p_wire_connection_info", `${role}${matcher}`));
  return { expr: `${count('="true"')} or 0 * ${count('!=""')}`, legend: `${NODE_NAME} ${title}` };
}

const nodes: PanelSpec = {
  kind: "table",
  title: "Nodes",
  description:
    "Heads of each node, blocks that it received but has not applied, and peers that it cannot use: of another chain, duplicate, or dropped for good. A node has no blocks before its first one.",
  unit: "none",
  height: 8,
  queries: [
    gauge("p2p_node_up", ""),
    gauge("p2p_node_head_height", ""),
    gauge("p2p_node_final_height", ""),
    { expr: UNAPPLIED_BLOCKS },
    gauge("p2p_wire_earliest_available_block", ""),
    gauge("p2p_wire_wrong_chain_peers", ""),
    gauge("p2p_wire_duplicate_links", ""),
    gauge("p2p_wire_vanished_peers", ""),
  ],
  columns: [
    ...NODE_COLUMNS,
    { from: "#A", title: "State", words: UP_DOWN, width: 80 },
    { from: "#B", title: "Head", unit: "locale", decimals: 0 },
    { from: "#C", title: "Irreversible", unit: "locale", decimals: 0 },
    { from: "#D", title: "Not applied", unit: "locale", decimals: 0, steps: LAG, width: 110 },
    { from: "#E", title: "First block", unit: "locale", decimals: 0 },
    { from: "#F", title: "Wrong chain", decimals: 0, steps: SOME_RED, width: 110, sum: true },
    { from: "#G", title: "Duplicate", decimals: 0, steps: SOME_ORANGE, width: 100, sum: true },
    { from: "#H", title: "Vanished", decimals: 0, steps: SOME_ORANGE, width: 95, sum: true },
  ],
  sortBy: "Not applied",
};

const blocks: readonly PanelSpec[] = [
  graph(
    "Irreversible behind head",
    "Blocks between head and last irreversible block: about 330 before Savanna, a few since. It grows when finality stalls.",
    "short",
    [{ expr: FINALITY_LAG, legend: NODE_NAME }],
    { min: 0 },
  ),
  graph(
    "Received but not applied",
    "Blocks of the fork database after the head: the backlog of the node.",
    "short",
    [{ expr: UNAPPLIED_BLOCKS, legend: NODE_NAME }],
    { min: 0 },
  ),
  graph(
    "Age of the last irreversible block",
    "Seconds since it was made, by the clock of Prometheus. It grows when finality stalls.",
    "s",
    [{ expr: ageOf(once(node("p2p_node_final_timestamp_seconds"))), legend: NODE_NAME }],
    { min: 0 },
  ),
  graph(
    "Irreversible blocks",
    "Of the node, and of its peers by their last handshakes, which are often old: a node below its peers is behind.",
    "none",
    [gauge("p2p_node_final_height", NODE_NAME), gauge("p2p_wire_peers_final_height", `${NODE_NAME} peers`)],
  ),
  graph(
    "Blocks first seen per peer",
    "Blocks per minute that arrived first over a connection, for the 10 best connections. A peer with 0 only repeats known blocks.",
    "cpm",
    [
      {
        expr: `topk(10, ${perMinute(once(rate(node("p2p_wire_connection_unique_first_blocks_total"))))})`,
        legend: LINK,
      },
    ],
    { min: 0 },
  ),
  graph(
    "Dropped transactions",
    "Transactions per minute that the node dropped because a connection had too many in progress.",
    "cpm",
    [counter("p2p_wire_dropped_transactions_total", NODE_NAME)],
    { min: 0 },
  ),
];

const glance: readonly PanelSpec[] = [
  stat(
    "Peers of another chain",
    "Connected peers with another chain id. The node closes such connections, so they appear only briefly.",
    "short",
    [{ expr: `sum(${once(node("p2p_wire_wrong_chain_peers"))})` }],
    { steps: SOME_RED, width: 6 },
  ),
  stat(
    "Duplicate connections",
    "Outbound connections that are down because the same peer is connected inbound.",
    "short",
    [{ expr: `sum(${once(node("p2p_wire_duplicate_links"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
  stat(
    "Vanished peers",
    "Outbound peers that the node dropped permanently: on another chain, forked, or refusing the node.",
    "short",
    [{ expr: `sum(${once(node("p2p_wire_vanished_peers"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
  stat(
    "Throttled peers",
    "Syncing peers that the node throttles because of its rate limit.",
    "short",
    [{ expr: `sum(${once(node("p2p_wire_connection_block_sync_throttling"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
];

const trouble: readonly PanelSpec[] = [
  graph(
    "Failed connection attempts",
    "Failed outbound connection attempts per minute.",
    "cpm",
    [counter("p2p_wire_failed_connections_total", NODE_NAME)],
    { min: 0 },
  ),
  {
    kind: "bars",
    title: "Peers by protocol version",
    description:
      "Connected peers of all selected nodes by the version in their handshakes: from 1206 on in EOSIO to Spring, from 1 on in newer Wire. A peer of two nodes counts twice.",
    unit: "short",
    decimals: 0,
    queries: [
      {
        expr: `sort_desc(sum by (network_version) (${once(node("p2p_wire_peers_by_network_version"))}) > 0)`,
        legend: "{{network_version}}",
      },
    ],
  },
  {
    kind: "bars",
    title: "Peers by operating system",
    description:
      "Connected peers of all selected nodes by the operating system that they report; newer Wire does not send it. A peer of two nodes counts twice.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: `sort_desc(sum by (os) (${once(node("p2p_wire_peers_by_os"))}) > 0)`, legend: "{{os}}" }],
  },
  graph(
    "Peers by role",
    "Connections to block producers, by configuration or gossip and by validated gossip, and those that carry only blocks or only transactions.",
    "short",
    [
      withRole("bp_peer", "producers"),
      withRole("bp_gossip_peer", "producers by gossip"),
      withRole("blocks_only", "blocks only"),
      withRole("transactions_only", "transactions only"),
    ],
    { min: 0 },
  ),
];

const links: PanelSpec = {
  kind: "table",
  title: "Handshakes, scores and blocks of connections",
  description:
    "A handshake as old as the connection is healthy; a growing generation means that no blocks flow. Scores go from 0 to 200; below 50 a peer may be evicted. The last block is from the last handshake and often old.",
  unit: "none",
  height: 14,
  queries: [
    { expr: ageOf(once(node("p2p_wire_connection_handshake_timestamp_seconds"))) },
    { expr: once(node("p2p_wire_connection_handshake_generation")) },
    { expr: once(node("p2p_wire_connection_peer_score")) },
    { expr: ageOf(once(node("p2p_wire_connection_last_vote_timestamp_seconds"))) },
    { expr: once(node("p2p_wire_connection_first_available_block")) },
    { expr: once(node("p2p_wire_connection_last_available_block")) },
    { expr: stillOpen(perMinute(once(rate(node("p2p_wire_connection_unique_first_blocks_total"))))) },
    { expr: oneText(ROLES, node("p2p_wire_connection_info")) },
  ],
  columns: [
    ...NODE_COLUMNS,
    { from: "peer", title: "Peer" },
    { from: "direction", title: "Direction", width: 95 },
    { from: "#A", title: "Handshake ago", unit: "s", decimals: 0, width: 130 },
    { from: "#B", title: "Generation", decimals: 0, width: 105 },
    {
      from: "#C",
      title: "Score",
      decimals: 0,
      width: 80,
      steps: [
        [null, "red"],
        [50, "orange"],
        [80, "green"],
      ],
    },
    { from: "#D", title: "Vote ago", unit: "s", decimals: 0, width: 95 },
    { from: "#E", title: "First block", unit: "locale", decimals: 0, width: 120 },
    { from: "#F", title: "Last block", unit: "locale", decimals: 0, width: 120 },
    { from: "#G", title: "First seen here", unit: "cpm", width: 130 },
    { from: "bp_peer", title: "Producer", words: TRUE_FALSE, width: 90 },
    { from: "bp_gossip_peer", title: "By gossip", words: TRUE_FALSE, width: 95 },
    { from: "blocks_only", title: "Blocks only", words: TRUE_FALSE, width: 105 },
    { from: "transactions_only", title: "Transactions only", words: TRUE_FALSE, width: 145 },
  ],
  sortBy: "Handshake ago",
};

const roundTrips: PanelSpec = {
  kind: "heatmap",
  title: "Round trips of connections",
  description:
    "How long the round trips to peers are, measured by the nodes: the brighter a cell, the more connections are in it. Only with prometheus_url.",
  unit: "s",
  width: 24,
  queries: [{ expr: once(node("p2p_connection_latency_seconds")), legend: LINK }],
  empty: "No node measures round trips.",
};

const scores: readonly PanelSpec[] = [
  graph(
    "Lowest peer scores",
    "The 10 lowest scores: initially 100; below 50 a peer may be evicted.",
    "short",
    [{ expr: `bottomk(10, ${once(node("p2p_wire_connection_peer_score"))})`, legend: LINK }],
    { min: 0, max: 200, width: 12 },
  ),
  graph(
    "Time since the last vote",
    "Seconds since a finalizer's vote arrived over any connection of the node. It grows when the node is cut off from finality.",
    "s",
    [
      {
        expr: ageOf(over("max", ["direction", "peer"], node("p2p_wire_connection_last_vote_timestamp_seconds"))),
        legend: NODE_NAME,
      },
    ],
    { min: 0, width: 12 },
  ),
];

export const wire: DashboardSpec = {
  uid: "peer-exporter-wire",
  title: "Peers / Wire and Antelope",
  description: "Metrics that only nodes of Wire and the other Antelope chains have.",
  tags: ["p2p", "blockchain", "antelope"],
  variables: nodeVariables("all", "wire|antelope"),
  rows: [
    { title: "Nodes", panels: [...glance, nodes] },
    { title: "Blocks", panels: blocks },
    { title: "Connections", panels: [links, ...scores, roundTrips] },
    { title: "Attempts, roles and software of peers", panels: trouble, folded: true },
  ],
};
