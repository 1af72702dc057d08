import { BYTES } from "../looks.ts";
import { CONNECTION_INFO, NODE_NAME, once, over, rate } from "../select.ts";
import { ageOf, graph, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec } from "../spec.ts";
import { nodeVariables } from "../variables.ts";
import { CONNECTION, of } from "./peers-select.ts";
import { connections, topPeers } from "./peers-tables.ts";

const open = once(of("p2p_connection_info"), ...CONNECTION_INFO);
const age = ageOf(once(of("p2p_connection_start_timestamp_seconds")));
const latency = once(of("p2p_connection_latency_seconds"));
const speed = (direction: "receive" | "transmit") => once(rate(of(`p2p_connection_${direction}_bytes_total`)));

const glance: readonly PanelSpec[] = [
  stat("Open connections", "Connections with series of their own; those that share a name count once.", "short", [
    { expr: `count(${open})` },
  ]),
  stat("Inbound", "Connections that the peer opened.", "short", [
    { expr: `count(${once(of("p2p_connection_info", 'direction="inbound"'), ...CONNECTION_INFO)})` },
  ]),
  stat("Outbound", "Connections that the node opened.", "short", [
    { expr: `count(${once(of("p2p_connection_info", 'direction="outbound"'), ...CONNECTION_INFO)})` },
  ]),
  stat("Receiving", "Bytes per second that arrive over the connections.", "Bps", [
    { expr: `sum(${speed("receive")})` },
  ]),
  stat("Sending", "Bytes per second that leave over the connections.", "Bps", [{ expr: `sum(${speed("transmit")})` }]),
  stat(
    "Median round trip",
    "Half of the measured round trips are shorter. Only the Bitcoin family, and Wire with its prometheus_plugin, measure them.",
    "s",
    [{ expr: `quantile(0.5, ${latency})` }],
  ),
];

const quality: readonly PanelSpec[] = [
  {
    kind: "heatmap",
    title: "Round trips of peers",
    description:
      "How long the round trips to peers are, measured by the node: the brighter a cell, the more connections are in it. Only the Bitcoin family, and Wire with its prometheus_plugin.",
    unit: "s",
    queries: [{ expr: latency, legend: CONNECTION }],
    empty: "No node measures round trips.",
  },
  {
    kind: "heatmap",
    title: "Ages of connections",
    description:
      "How long connections have been open. A band that rises is a group of peers that stay; one that is always low, peers that come and go.",
    unit: "s",
    queries: [{ expr: age, legend: CONNECTION }],
  },
  graph(
    "Slowest round trips",
    "The 10 connections with the longest round trip at each point in time. Only the Bitcoin family, and Wire with its prometheus_plugin.",
    "s",
    [{ expr: `topk(10, ${latency})`, legend: CONNECTION }],
    { min: 0, empty: "No node measures round trips." },
  ),
  graph(
    "Age of connections",
    "Age of the open connections: median, youngest and oldest.",
    "s",
    [
      { expr: `quantile(0.5, ${age})`, legend: "median" },
      { expr: `min(${age})`, legend: "youngest" },
      { expr: `max(${age})`, legend: "oldest" },
    ],
    { min: 0 },
  ),
];

const traffic: readonly PanelSpec[] = [
  graph(
    "Fastest receiving connections",
    "The 10 connections with the most received bytes per second, at each point in time.",
    "Bps",
    [{ expr: `topk(10, ${speed("receive")})`, legend: CONNECTION }],
    { min: 0 },
  ),
  graph(
    "Fastest sending connections",
    "The 10 connections with the most sent bytes per second, at each point in time.",
    "Bps",
    [{ expr: `topk(10, ${speed("transmit")})`, legend: CONNECTION }],
    { min: 0 },
  ),
  graph(
    "All connections",
    "Bytes per second of the connections together, sent below zero.",
    "Bps",
    [
      { expr: `sum(${speed("receive")})`, legend: "received" },
      { expr: `sum(${speed("transmit")})`, legend: "sent" },
    ],
    { below: "/^sent$/", colors: BYTES },
  ),
  graph(
    "Syncing connections",
    "Connections that transfer blocks. Download: the node syncs from the peer; upload: the peer syncs from the node.",
    "short",
    [{ expr: over("sum", ["direction", "peer"], of("p2p_connection_syncing")), legend: `${NODE_NAME} {{flow}}` }],
    { min: 0, decimals: 0 },
  ),
];

export const peers: DashboardSpec = {
  uid: "peer-exporter-peers",
  title: "Peers / Connections",
  description: "The connections of the selected nodes, one by one. Empty if connections.series is off.",
  tags: ["p2p", "blockchain"],
  variables: nodeVariables("many"),
  searchPeers: true,
  rows: [
    { title: "Connections", panels: [...glance, connections] },
    { title: "Top peers", panels: [topPeers] },
    { title: "Round trips and ages", panels: quality },
    { title: "Traffic over time", panels: traffic, folded: true },
  ],
};
