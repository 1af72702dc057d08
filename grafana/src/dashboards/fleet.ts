import { ALL_PEERS, DOWN_REASON, LAG_SECONDS, PEERS_AHEAD_SHARE } from "../derived.ts";
import {
  INTERVALS,
  LAG,
  LAG_TIME,
  NODE_COLUMNS,
  PEERS_AHEAD,
  SOME_ORANGE,
  SOME_RED,
  SUBNETS,
  UP_DOWN,
  YES_NO,
} from "../looks.ts";
import { exporter, NODE, NODE_LABELS, NONE, node, once, oneText, over } from "../select.ts";
import { ageOf } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec } from "../spec.ts";
import { nodeVariables } from "../variables.ts";
import { history } from "./fleet-history.ts";

const FIRING = 'alertname=~"P2P.*|PeerExporter.*", alertstate="firing"';
const up = once(node("p2p_node_up"));
const lag = once(node("p2p_node_head_lag_blocks"));
const age = ageOf(once(node("p2p_node_last_success_timestamp_seconds")));
/** A part fails if no exporter gets it. */
const failingParts = `count without (api) (${once(node("p2p_node_api_up"))} == 0)`;
const turnsOld = `(${age}) / ${once(node("p2p_node_poll_interval_seconds"))}`;
/** Alerts have labels of their own, so nodes find theirs by name. */
const nodeAlerts = `0 * ${up} + on (${NODE_LABELS}) group_left () count by (${NODE_LABELS}) (${once(`ALERTS{${NODE}, ${FIRING}}`)})`;
/** Blocks since a node left the branch of most others. */
const forkDepth = over("max", ["reference"], node("p2p_node_fork_depth_blocks"));
/** Connections by direction, or the known peers of nodes that list no connections. */
const peers = (direction: string) => once(node("p2p_node_peers", `direction="${direction}"`), "direction");

/** Blocks on another branch than the other nodes; 0 while these are not more than in a usual reorganisation. */
const deepFork = `${forkDepth} * (${forkDepth} > bool ${once(node("p2p_node_reorg_depth_blocks"))})`;

const reference = (metric: string) => once(exporter(metric, 'chain=~"$chain"'));

/** The number of problems of a node; no part may be missing from the sum. */
const problems = [
  `(1 - ${up})`,
  `(${failingParts} or ${NONE})`,
  `((${ALL_PEERS} == bool 0) or ${NONE})`,
  `((${turnsOld} > bool 3) or ${NONE})`,
  `(${nodeAlerts} or ${NONE})`,
].join(" + ");

const glance: readonly PanelSpec[] = [
  {
    kind: "stat",
    title: "Nodes up",
    description: "Nodes whose last poll got the peer list.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(${up})` }],
    steps: [[null, "green"]],
  },
  {
    kind: "stat",
    title: "Nodes down",
    description: "Nodes whose last poll got no peer list. The table shows the reason of each.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(1 - ${up})` }],
    steps: SOME_RED,
  },
  {
    kind: "stat",
    title: "Nodes syncing",
    description: "Nodes that are syncing.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(${once(node("p2p_node_syncing"))})` }],
    steps: SOME_ORANGE,
  },
  {
    kind: "stat",
    title: "Connected peers",
    description:
      "Connections of all selected nodes to peers. Chainweb's API lists none, so its nodes are not included.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(${once(node("p2p_node_peers", 'direction=~"inbound|outbound"'))})` }],
  },
  {
    kind: "stat",
    title: "Known peers",
    description:
      "Peers in the lists of Chainweb nodes that do not fail, which need not be connected. A peer of two nodes counts twice.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(${once(node("p2p_node_peers", 'direction="unknown"'))})` }],
  },
  {
    kind: "stat",
    title: "Forked nodes",
    description: "Nodes on another branch than most others, deeper than a usual reorganisation.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(${forkDepth} > bool ${once(node("p2p_node_reorg_depth_blocks"))})` }],
    steps: SOME_RED,
  },
  {
    kind: "stat",
    title: "Oldest data",
    description: "The longest time since a node's peer list was last read. Nodes that never answered are not included.",
    unit: "s",
    width: 3,
    decimals: 0,
    queries: [{ expr: `max(${age})` }],
    steps: [
      [null, "green"],
      [60, "orange"],
      [300, "red"],
    ],
  },
  {
    kind: "stat",
    title: "References down",
    description: "Configured references whose last poll failed: without them, head lag may go unnoticed.",
    unit: "short",
    width: 3,
    queries: [{ expr: `sum(1 - ${reference("p2p_reference_up")})` }],
    steps: SOME_ORANGE,
  },
];

const worstFirst: PanelSpec = {
  kind: "table",
  title: "Nodes, unhealthy first",
  description:
    "Problems counts: node down, failing parts of its API, no peers, data older than three polls, firing alerts. Fork is the number of blocks on another branch than the other nodes, where it is more than usual. Peers ahead is the share of its peers that reported a higher head. Empty cells are unknown. Click a node for its details.",
  unit: "none",
  height: 12,
  queries: [
    { expr: problems },
    { expr: up },
    { expr: lag },
    { expr: once(node("p2p_node_syncing")) },
    { expr: peers("inbound") },
    { expr: peers("outbound") },
    { expr: peers("unknown") },
    { expr: once(node("p2p_node_peer_subnets")) },
    { expr: turnsOld },
    { expr: failingParts },
    { expr: nodeAlerts },
    { expr: deepFork },
    { expr: DOWN_REASON },
    { expr: LAG_SECONDS },
    { expr: PEERS_AHEAD_SHARE },
  ],
  columns: [
    { from: "#A", title: "Problems", steps: SOME_RED, width: 90 },
    ...NODE_COLUMNS,
    { from: "#B", title: "State", words: UP_DOWN },
    { from: "reason", title: "Down because" },
    { from: "#C", title: "Lag (blocks)", steps: LAG },
    { from: "#N", title: "Lag (time)", unit: "s", decimals: 0, steps: LAG_TIME },
    { from: "#O", title: "Peers ahead", unit: "percentunit", decimals: 0, steps: PEERS_AHEAD },
    { from: "#D", title: "Syncing", words: YES_NO },
    { from: "#L", title: "Fork (blocks)", steps: SOME_RED },
    { from: "#E", title: "Inbound" },
    { from: "#F", title: "Outbound" },
    { from: "#G", title: "Known" },
    { from: "#H", title: "Subnets", steps: SUBNETS },
    { from: "#I", title: "Age (polls)", decimals: 1, steps: INTERVALS },
    { from: "#J", title: "Failing APIs", steps: SOME_RED },
    { from: "#K", title: "Alerts", steps: SOME_RED },
  ],
  sortBy: "Problems",
};

const failures: PanelSpec = {
  kind: "table",
  title: "Failing APIs",
  description: "The APIs that failed in the last poll of a node, and why. A node is down if peers is one of them.",
  unit: "none",
  width: 12,
  height: 6,
  queries: [{ expr: once(node("p2p_node_failure_info")) }],
  columns: [
    ...NODE_COLUMNS,
    { from: "api", title: "API", width: 110 },
    { from: "reason", title: "Reason", width: 150 },
  ],
  sortBy: "Node",
  ascending: true,
};

const alerts: PanelSpec = {
  kind: "table",
  title: "Active alerts",
  description: "Firing alerts of the exporter's rules. Also empty if the rules are not loaded.",
  unit: "none",
  width: 12,
  height: 6,
  queries: [
    {
      // Those of nodes once for each node; those of exporters, which have no target, once for each exporter.
      expr: `max by (alertname, severity, ${NODE_LABELS}) (${exporter("ALERTS", `target!="", ${FIRING}`)}) or max by (alertname, severity, instance) (${exporter("ALERTS", `target="", ${FIRING}`)})`,
    },
  ],
  columns: [
    { from: "severity", title: "Severity", width: 110 },
    { from: "alertname", title: "Alert" },
    ...NODE_COLUMNS,
    { from: "instance", title: "Exporter", width: 170 },
  ],
  sortBy: "Severity",
  ascending: true,
};

const versions: PanelSpec = {
  kind: "table",
  title: "Software and networks",
  description: "Versions and networks that the nodes report, to find nodes that differ.",
  unit: "none",
  height: 8,
  queries: [
    {
      expr: `count by (chain, network, chain_id, version) (${oneText(["network", "chain_id", "version"], node("p2p_node_info"))})`,
    },
  ],
  columns: [
    { from: "chain", title: "Chain", width: 100 },
    { from: "network", title: "Network", width: 130 },
    { from: "version", title: "Version" },
    { from: "chain_id", title: "Chain id" },
    { from: "#A", title: "Nodes", width: 80 },
  ],
  sortBy: "Chain",
  ascending: true,
};

const references: PanelSpec = {
  kind: "table",
  title: "References",
  description: "The configured references, polled only for the heads of their networks, and their heads.",
  unit: "none",
  height: 6,
  queries: [{ expr: reference("p2p_reference_up") }, { expr: reference("p2p_reference_head_height") }],
  columns: [
    { from: "target", title: "Reference" },
    { from: "chain", title: "Chain", width: 100 },
    { from: "#A", title: "State", words: UP_DOWN },
    { from: "#B", title: "Head" },
  ],
  sortBy: "Reference",
  ascending: true,
};

export const fleet: DashboardSpec = {
  uid: "peer-exporter-fleet",
  title: "Peers / Fleet",
  description: "Overview of all nodes: down, behind, without peers or without data.",
  tags: ["p2p", "blockchain"],
  variables: nodeVariables("all"),
  rows: [
    { title: "Overview", panels: [...glance, worstFirst, failures, alerts] },
    { title: "History", panels: history },
    { title: "Software and references", panels: [versions, references] },
  ],
};
