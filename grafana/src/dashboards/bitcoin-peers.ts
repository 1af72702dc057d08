import { NODE_COLUMNS, SOME_ORANGE, TRUE_FALSE, YES_NO } from "../looks.ts";
import { NODE_NAME, node, once, oneText, over, rate } from "../select.ts";
import { ageOf, gauge, graph, NODE_TRAFFIC } from "../shorthand.ts";
import type { GraphSpec, PanelSpec, Step, Words } from "../spec.ts";

/** An area for each kind of peer, of all selected nodes. */
function areas(title: string, description: string, label: string, selector: string): GraphSpec {
  const queries = [{ expr: `sum by (${label}) (${once(selector)})`, legend: `{{${label}}}` }];
  return graph(title, `${description} A peer of two nodes counts twice.`, "short", queries, {
    min: 0,
    decimals: 0,
    stack: true,
  });
}

/** The networks of getnetworkinfo; a column of the table for each. */
const NETWORKS: readonly (readonly [name: string, title: string])[] = [
  ["ipv4", "IPv4"],
  ["ipv6", "IPv6"],
  ["onion", "Onion"],
  ["i2p", "I2P"],
  ["cjdns", "CJDNS"],
];

const reachable = (network: string) =>
  over("max", ["peer_network"], node("p2p_bitcoin_network_reachable", `peer_network="${network}"`));

/** Nodes refuse blocks from two hours ahead; well-kept clocks differ by seconds. */
const OFFSET: readonly Step[] = [
  [null, "orange"],
  [-60, "text"],
  [60, "orange"],
];

const OFF_IS_BAD: Words = { 0: ["off", "red"], 1: ["on", "green"] };

export const peers: readonly PanelSpec[] = [
  areas(
    "Peers by direction",
    "Connected peers of all selected nodes.",
    "direction",
    node("p2p_node_peers", 'direction=~"inbound|outbound"'),
  ),
  areas(
    "Peers by connection type",
    "Connected peers of all selected nodes by what the connection is for. From release 0.21 on.",
    "connection_type",
    node("p2p_bitcoin_peers_by_connection_type"),
  ),
  areas(
    "Outbound peers by network",
    "Outbound peers of all selected nodes by network. With all of them on one network, its operators can isolate a node.",
    "peer_network",
    node("p2p_bitcoin_peers_by_network", 'direction="outbound"'),
  ),
  areas(
    "Inbound peers by network",
    "Inbound peers of all selected nodes by network.",
    "peer_network",
    node("p2p_bitcoin_peers_by_network", 'direction="inbound"'),
  ),
  areas(
    "Peers by transport",
    "Connected peers of all selected nodes by transport: v2 is encrypted (BIP 324), v1 is not. From release 26 on.",
    "transport",
    node("p2p_bitcoin_peers_by_transport"),
  ),
  graph(
    "What peers exchange",
    "Connected peers that want transactions, that exchange addresses of nodes, and that have permissions of their own.",
    "short",
    [
      gauge("p2p_bitcoin_transaction_relay_peers", `${NODE_NAME} transactions`),
      gauge("p2p_bitcoin_address_relay_peers", `${NODE_NAME} addresses`),
      gauge("p2p_bitcoin_permitted_peers", `${NODE_NAME} permitted`),
    ],
    { min: 0, decimals: 0 },
  ),
  graph(
    "Peers that wait on a ping",
    "Connected peers that have left a ping without an answer for more than a minute. The node drops them after 20 minutes.",
    "short",
    [gauge("p2p_bitcoin_ping_waiting_peers", NODE_NAME)],
    { min: 0, decimals: 0, width: 24, height: 7 },
  ),
  {
    kind: "table",
    title: "Networks, addresses and bans",
    description:
      "Networks that each node can reach, addresses that it tells its peers, their clocks against its own, nodes of addnode, and bans of the operator.",
    unit: "none",
    height: 8,
    queries: [
      gauge("p2p_bitcoin_network_active", ""),
      ...NETWORKS.map(([name]) => ({ expr: reachable(name) })),
      gauge("p2p_bitcoin_local_addresses", ""),
      gauge("p2p_bitcoin_time_offset_seconds", ""),
      { expr: over("max", ["state"], node("p2p_bitcoin_added_nodes", 'state="connected"')) },
      { expr: over("max", ["state"], node("p2p_bitcoin_added_nodes", 'state="away"')) },
      { expr: over("max", ["kind"], node("p2p_bitcoin_bans", 'kind="address"')) },
      { expr: over("max", ["kind"], node("p2p_bitcoin_bans", 'kind="subnet"')) },
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "P2P network", words: OFF_IS_BAD, width: 95 },
      ...NETWORKS.map(([, title], index) => ({
        from: `#${String.fromCharCode("B".charCodeAt(0) + index)}`,
        title,
        words: YES_NO,
        width: 60,
      })),
      { from: "#G", title: "Own addresses", decimals: 0, width: 115 },
      { from: "#H", title: "Time offset", unit: "s", decimals: 0, steps: OFFSET, width: 95 },
      { from: "#I", title: "Added", decimals: 0, width: 65 },
      { from: "#J", title: "Added, away", decimals: 0, steps: SOME_ORANGE, width: 105, sum: true },
      { from: "#K", title: "Banned addresses", decimals: 0, width: 135 },
      { from: "#L", title: "Banned subnets", decimals: 0, width: 115 },
    ],
    sortBy: "Added, away",
  },
];

/** Bytes per second of the ten types of message with most bytes in the time range; the others would hide them. */
function byMessage(direction: "receive" | "transmit"): string {
  const bytes = node(`p2p_bitcoin_message_${direction}_bytes_total`);
  const sum = (expr: string) => `sum by (message) (${once(expr)})`;
  return `${sum(rate(bytes))} and topk(10, ${sum(`increase(${bytes}[$__range] @ end())`)})`;
}

const MESSAGES =
  "per second of all selected nodes, of the ten types with most bytes in the time range of the dashboard.";

export const traffic: readonly PanelSpec[] = [
  NODE_TRAFFIC,
  graph(
    "Left of the upload target",
    "Bytes that each node may still send in its period of 24 hours (maxuploadtarget). With none left, it serves no old blocks.",
    "bytes",
    [gauge("p2p_bitcoin_upload_target_left_bytes", NODE_NAME)],
    { min: 0, empty: "No node has an upload target." },
  ),
  graph(
    "Received by type of message",
    `Bytes received ${MESSAGES}`,
    "Bps",
    [{ expr: byMessage("receive"), legend: "{{message}}" }],
    { min: 0, stack: true },
  ),
  graph(
    "Sent by type of message",
    `Bytes sent ${MESSAGES}`,
    "Bps",
    [{ expr: byMessage("transmit"), legend: "{{message}}" }],
    { min: 0, stack: true },
  ),
];

function table(title: string, meaning: string, name: "tried" | "new"): GraphSpec {
  const addresses = once(node("p2p_bitcoin_address_manager_size", `table="${name}"`));
  return graph(
    title,
    `Addresses of other nodes that the selected nodes keep, by network: ${meaning}. From release 26 on.`,
    "short",
    [{ expr: `sum by (peer_network) (${addresses})`, legend: "{{peer_network}}" }],
    { min: 0, decimals: 0, stack: true },
  );
}

export const addresses: readonly PanelSpec[] = [
  table("Addresses that were tried", "those with which they were connected before", "tried"),
  table("Addresses that are new", "those that they know from others and have not tried", "new"),
];

const LINK = "{{peer}} {{direction}} ({{target}})";

const INFO = ["connection_type", "transport", "permitted"] as const;

const since = (what: string) => ({
  expr: ageOf(once(node(`p2p_bitcoin_connection_last_${what}_timestamp_seconds`))),
});

export const connections: readonly PanelSpec[] = [
  {
    kind: "table",
    title: "Types, round trips and blocks of connections",
    description:
      "What each connection is for, and how long ago its peer sent something, a new block and a transaction that the node took. Headers and blocks are the highest that the node knows it has in common with the peer. Connections that share a name have one row.",
    unit: "none",
    height: 14,
    queries: [
      { expr: oneText(INFO, node("p2p_bitcoin_connection_info")) },
      { expr: once(node("p2p_connection_latency_seconds")) },
      since("receive"),
      since("block"),
      since("transaction"),
      { expr: once(node("p2p_connection_head_height")) },
      { expr: once(node("p2p_bitcoin_connection_synced_blocks_height")) },
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "peer", title: "Peer" },
      { from: "direction", title: "Direction", width: 80 },
      { from: "connection_type", title: "Type", width: 140 },
      { from: "transport", title: "Transport", width: 80 },
      { from: "permitted", title: "Permitted", words: TRUE_FALSE, width: 80 },
      { from: "#B", title: "Round trip", unit: "s", width: 85 },
      { from: "#C", title: "Received ago", unit: "s", decimals: 0, width: 105 },
      { from: "#D", title: "Block ago", unit: "s", decimals: 0, width: 85 },
      { from: "#E", title: "Transaction ago", unit: "s", decimals: 0, width: 120 },
      { from: "#F", title: "Headers", unit: "locale", decimals: 0, width: 85 },
      { from: "#G", title: "Blocks", unit: "locale", decimals: 0, width: 85 },
    ],
    sortBy: "Received ago",
  },
  {
    kind: "heatmap",
    title: "Round trips of connections",
    description:
      "How long the round trips to peers are, by their pings: the brighter a cell, the more connections are in it.",
    unit: "s",
    width: 24,
    queries: [{ expr: once(node("p2p_connection_latency_seconds")), legend: LINK }],
  },
];
