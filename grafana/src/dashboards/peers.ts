import { CONNECTION_STATE } from "../derived.ts";
import { NODE_COLUMNS } from "../looks.ts";
import { CONNECTION_INFO, increase, NODE_NAME, node, once, oneText, over, rate, stillOpen } from "../select.ts";
import { ageOf, graph } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Words } from "../spec.ts";
import { nodeVariables } from "../variables.ts";

const CONNECTION = "{{peer}} {{direction}} ({{target}})";

const STATES: Words = {
  connected: ["connected", "green"],
  handshaking: ["handshaking", "blue"],
  dialing: ["dialing", "orange"],
  disconnected: ["disconnected", "red"],
};

const connections: PanelSpec = {
  kind: "table",
  title: "Connections",
  description:
    "Connections that share a name, as inbound ones from one host do by default, have one row: bytes added up, the highest head, the oldest start, and connected if one of them is. Bytes are for the time range of the dashboard. Chainweb lists no connections.",
  unit: "none",
  height: 16,
  queries: [
    { expr: oneText(CONNECTION_INFO, node("p2p_connection_info")) },
    { expr: ageOf(once(node("p2p_connection_start_timestamp_seconds"))) },
    { expr: once(node("p2p_connection_head_height")) },
    { expr: stillOpen(once(rate(node("p2p_connection_receive_bytes_total")))) },
    { expr: stillOpen(once(rate(node("p2p_connection_transmit_bytes_total")))) },
    { expr: stillOpen(once(increase(node("p2p_connection_receive_bytes_total")))) },
    { expr: stillOpen(once(increase(node("p2p_connection_transmit_bytes_total")))) },
    { expr: once(node("p2p_connection_latency_seconds")) },
    { expr: once(node("p2p_connection_syncing", 'flow="download"'), "flow") },
    { expr: once(node("p2p_connection_syncing", 'flow="upload"'), "flow") },
    { expr: CONNECTION_STATE },
  ],
  columns: [
    { from: "peer", title: "Peer" },
    { from: "direction", title: "Direction", width: 100 },
    { from: "state", title: "State", width: 110, words: STATES },
    { from: "agent", title: "Software" },
    { from: "address_type", title: "Address", width: 90 },
    { from: "#B", title: "Open for", unit: "s", decimals: 0 },
    { from: "#C", title: "Head" },
    { from: "#D", title: "Receiving", unit: "Bps" },
    { from: "#E", title: "Sending", unit: "Bps" },
    { from: "#F", title: "Received", unit: "bytes" },
    { from: "#G", title: "Sent", unit: "bytes" },
    { from: "#H", title: "Round trip", unit: "s" },
    { from: "#I", title: "We sync from it", words: { 0: ["", "text"], 1: ["yes", "blue"] } },
    { from: "#J", title: "It syncs from us", words: { 0: ["", "text"], 1: ["yes", "blue"] } },
    ...NODE_COLUMNS,
  ],
  sortBy: "Received",
};

function topTalkers(title: string, description: string, metric: string): PanelSpec {
  return {
    kind: "bars",
    title,
    description: `${description} Includes connections that have closed since.`,
    unit: "bytes",
    width: 12,
    height: 10,
    queries: [{ expr: `sort_desc(topk(15, ${once(increase(node(metric)))} > 0))`, legend: CONNECTION }],
  };
}

const traffic: readonly PanelSpec[] = [
  topTalkers(
    "Most bytes received",
    "The 15 connections from which the node received most in the time range.",
    "p2p_connection_receive_bytes_total",
  ),
  topTalkers(
    "Most sent to",
    "The 15 connections to which the node sent most in the time range.",
    "p2p_connection_transmit_bytes_total",
  ),
  graph(
    "Fastest receiving connections",
    "The 10 connections with the most received bytes per second, at each point in time.",
    "Bps",
    [{ expr: `topk(10, ${once(rate(node("p2p_connection_receive_bytes_total")))})`, legend: CONNECTION }],
    { width: 12 },
  ),
  graph(
    "Fastest sending connections",
    "The 10 connections with the most sent bytes per second, at each point in time.",
    "Bps",
    [{ expr: `topk(10, ${once(rate(node("p2p_connection_transmit_bytes_total")))})`, legend: CONNECTION }],
    { width: 12 },
  ),
];

const quality: readonly PanelSpec[] = [
  graph(
    "Slowest round trips",
    "The 10 connections with the longest round trip, measured by the node. Only Wire with its prometheus_plugin.",
    "s",
    [{ expr: `topk(10, ${once(node("p2p_connection_latency_seconds"))})`, legend: CONNECTION }],
    { min: 0 },
  ),
  graph(
    "Age of connections",
    "Age of the open connections: median, youngest and oldest.",
    "s",
    [
      { expr: `quantile(0.5, ${ageOf(once(node("p2p_connection_start_timestamp_seconds")))})`, legend: "median" },
      { expr: `min(${ageOf(node("p2p_connection_start_timestamp_seconds"))})`, legend: "youngest" },
      { expr: `max(${ageOf(node("p2p_connection_start_timestamp_seconds"))})`, legend: "oldest" },
    ],
    { min: 0 },
  ),
  graph(
    "Syncing connections",
    "Connections that transfer blocks. Download: the node syncs from the peer; upload: the peer syncs from the node.",
    "short",
    [{ expr: over("sum", ["direction", "peer"], node("p2p_connection_syncing")), legend: `${NODE_NAME} {{flow}}` }],
    { min: 0 },
  ),
];

export const peers: DashboardSpec = {
  uid: "peer-exporter-peers",
  title: "Peers / Connections",
  description: "The connections of the selected nodes, one by one. Empty if connections.series is off.",
  tags: ["p2p", "blockchain"],
  variables: nodeVariables("many"),
  rows: [
    { title: "Connections", panels: [connections] },
    { title: "Traffic", panels: traffic },
    { title: "Quality", panels: quality },
  ],
};
