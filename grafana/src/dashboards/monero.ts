import { NODE_COLUMNS, SOME_ORANGE, SOME_RED, UP_DOWN, YES_IS_BAD } from "../looks.ts";
import { NODE_NAME, node, once, rate } from "../select.ts";
import { ageOf, gauge, graph, NODE_TRAFFIC, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Step } from "../spec.ts";
import { nodeVariables } from "../variables.ts";

/** The alerts on the disk fire below these. */
const FREE_SPACE: readonly Step[] = [
  [null, "red"],
  [5 * 2 ** 30, "orange"],
  [20 * 2 ** 30, "green"],
];

const NEAR_LIMIT: readonly Step[] = [
  [null, "text"],
  [0.9, "orange"],
];

/** How long ago each connection last received or sent. */
function idle(direction: "receive" | "transmit"): string {
  return ageOf(once(node(`p2p_monero_connection_last_${direction}_timestamp_seconds`)));
}

const now: readonly PanelSpec[] = [
  stat(
    "Restricted RPC",
    "Nodes polled over a restricted RPC, which hides their peers.",
    "short",
    [{ expr: `sum(${once(node("p2p_monero_restricted"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
  stat(
    "Bootstrap daemon answers",
    "Nodes for which a bootstrap daemon answers: the values are those of the daemon.",
    "short",
    [{ expr: `sum(${once(node("p2p_monero_untrusted"))})` }],
    { steps: SOME_RED, width: 6 },
  ),
  stat(
    "Offline by option",
    "Nodes started with --offline.",
    "short",
    [{ expr: `sum(${once(node("p2p_monero_offline"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
  stat(
    "Updates available",
    "Nodes that report a newer release; always 0 if check-updates is disabled.",
    "short",
    [{ expr: `sum(${once(node("p2p_monero_update_available"))})` }],
    { steps: SOME_ORANGE, width: 6 },
  ),
  {
    kind: "table",
    title: "Nodes",
    description: "Values that each node reports. Empty cells are unknown, for example with restricted RPC.",
    unit: "none",
    height: 8,
    queries: [
      gauge("p2p_node_up", ""),
      { expr: ageOf(once(node("p2p_monero_start_timestamp_seconds"))) },
      gauge("p2p_monero_restricted", ""),
      gauge("p2p_monero_untrusted", ""),
      gauge("p2p_monero_offline", ""),
      gauge("p2p_monero_update_available", ""),
      gauge("p2p_monero_rpc_connections", ""),
      gauge("p2p_monero_free_space_bytes", ""),
      gauge("p2p_monero_database_size_bytes", ""),
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "State", words: UP_DOWN, width: 80 },
      { from: "#B", title: "Running for", unit: "s", decimals: 0, width: 115 },
      { from: "#C", title: "Restricted", words: YES_IS_BAD, width: 100 },
      { from: "#D", title: "Bootstrap", words: YES_IS_BAD, width: 100 },
      { from: "#E", title: "Offline", words: YES_IS_BAD, width: 85 },
      { from: "#F", title: "Update", words: YES_IS_BAD, width: 85 },
      { from: "#G", title: "RPC connections", decimals: 0, width: 140 },
      { from: "#H", title: "Free space", unit: "bytes", steps: FREE_SPACE, width: 110 },
      { from: "#I", title: "Database", unit: "bytes", width: 105 },
    ],
    sortBy: "Free space",
    ascending: true,
  },
];

const peers: readonly PanelSpec[] = [
  graph(
    "Peers and their limits",
    "Connected peers by direction, and the node's limit for public peers, if it has one.",
    "short",
    [
      gauge("p2p_node_peers", `${NODE_NAME} {{direction}}`),
      gauge("p2p_monero_max_peers", `${NODE_NAME} {{direction}} limit`),
    ],
    { min: 0, decimals: 0, limits: "/ limit$/" },
  ),
  graph(
    "Lists of public peers",
    "Addresses that the node has reached before (white) or only knows (gray). A short white list makes it hard to find peers.",
    "short",
    [gauge("p2p_monero_peerlist_size", `${NODE_NAME} {{list}}`)],
    { min: 0 },
  ),
  {
    kind: "bars",
    title: "Peers by pruning stripe",
    description:
      "Old blocks that the peers of all selected nodes keep: none, not pruned, all blocks; 1 to 8, one stripe. A peer of two nodes counts twice.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: `sum by (stripe) (${once(node("p2p_monero_peers_by_pruning_stripe"))})`, legend: "{{stripe}}" }],
  },
  graph(
    "Peers with public RPC",
    "Peers that report a public RPC.",
    "short",
    [gauge("p2p_monero_public_rpc_peers", NODE_NAME)],
    { min: 0 },
  ),
  graph(
    "Bans",
    "Addresses and subnets that the node has banned.",
    "short",
    [gauge("p2p_monero_bans", `${NODE_NAME} {{kind}}`)],
    { min: 0, decimals: 0, width: 24, height: 7 },
  ),
];

/** Bytes per second as a share of what the operator of the node allows. */
function shareOfLimit(direction: "receive" | "transmit"): string {
  const limit = once(node(`p2p_monero_${direction}_limit_bytes_per_second`));
  return `${once(rate(node(`p2p_node_${direction}_bytes_total`)))} / (${limit} > 0)`;
}

const longest = `topk(20, ${idle("receive")})`;

const traffic: readonly PanelSpec[] = [
  NODE_TRAFFIC,
  graph(
    "Share of the traffic limits",
    "Bytes per second as a share of the node's limits for receiving and sending. A node at its limit is slow for its peers.",
    "percentunit",
    [
      { expr: shareOfLimit("receive"), legend: `${NODE_NAME} received` },
      { expr: shareOfLimit("transmit"), legend: `${NODE_NAME} sent` },
    ],
    { min: 0, steps: NEAR_LIMIT },
  ),
  {
    kind: "table",
    title: "Most idle connections",
    description:
      "The 20 connections over which the nodes have received nothing for longest, by the clock of Prometheus, and how long ago they sent.",
    unit: "none",
    height: 9,
    queries: [{ expr: longest }, { expr: `${idle("transmit")} and ${longest}` }],
    columns: [
      { from: "peer", title: "Peer" },
      { from: "direction", title: "Direction", width: 95 },
      ...NODE_COLUMNS,
      { from: "#A", title: "Received ago", unit: "s", decimals: 0, width: 130 },
      { from: "#B", title: "Sent ago", unit: "s", decimals: 0, width: 110 },
    ],
    sortBy: "Received ago",
  },
];

const sync: readonly PanelSpec[] = [
  graph(
    "Blocks to the target of the first sync",
    "Target minus head during the first sync since the node's start; absent afterwards, even if the node falls behind.",
    "short",
    [
      {
        expr: `${once(node("p2p_monero_target_height"))} - ${once(node("p2p_node_head_height"))}`,
        legend: NODE_NAME,
      },
    ],
    { min: 0 },
  ),
  graph(
    "Download queue",
    "Blocks requested from peers, or downloaded and waiting to be added. Only while a node syncs.",
    "short",
    [gauge("p2p_monero_sync_queued_blocks", `${NODE_NAME} {{state}}`)],
    { min: 0, stack: true },
  ),
  graph(
    "Bytes waiting to be added",
    "Bytes of the downloaded blocks that wait. The queue is full if the node is slower than its peers.",
    "bytes",
    [gauge("p2p_monero_sync_queued_bytes", NODE_NAME)],
    { min: 0 },
  ),
  graph(
    "Runs of blocks in the queue",
    "Spans requested from a peer, or downloaded. Only while a node syncs.",
    "short",
    [gauge("p2p_monero_sync_spans", `${NODE_NAME} {{state}}`)],
    { min: 0 },
  ),
  graph(
    "Alternative blocks",
    "Blocks outside the main chain. A jump means a reorganisation or an attack.",
    "short",
    [gauge("p2p_monero_alternative_blocks", NODE_NAME)],
    { min: 0 },
  ),
  graph(
    "Disk",
    "Free space on the disk of the node's data, and the size of its database.",
    "bytes",
    [
      gauge("p2p_monero_free_space_bytes", `${NODE_NAME} free`),
      gauge("p2p_monero_database_size_bytes", `${NODE_NAME} database`),
    ],
    { min: 0 },
  ),
];

export const monero: DashboardSpec = {
  uid: "peer-exporter-monero",
  title: "Peers / Monero",
  description: "Metrics that only Monero nodes have.",
  tags: ["p2p", "blockchain", "monero"],
  variables: nodeVariables("all", "monero"),
  rows: [
    { title: "Nodes", panels: now },
    { title: "Peers", panels: peers },
    { title: "Traffic", panels: traffic, folded: true },
    { title: "Sync and storage", panels: sync, folded: true },
  ],
};
