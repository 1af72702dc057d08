import { ALL_PEERS, DEEPLY_FORKED, DOWN_REASON, FORK_DEPTH, LAG_SECONDS, PEERS_AHEAD_SHARE } from "../derived.ts";
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
import { NODE, NODE_LABELS, NONE, node, once } from "../select.ts";
import { ageOf } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec } from "../spec.ts";
import { nodeVariables } from "../variables.ts";
import { details } from "./fleet-details.ts";
import { overTime, troubles } from "./fleet-history.ts";
import { alerts, FIRING, failures, reference, references, topNodes, versions } from "./fleet-tables.ts";

const up = once(node("p2p_node_up"));
const lag = once(node("p2p_node_head_lag_blocks"));
const age = ageOf(once(node("p2p_node_last_success_timestamp_seconds")));
/** A part fails if no exporter gets it. */
const failingParts = `count without (api) (${once(node("p2p_node_api_up"))} == 0)`;
const turnsOld = `(${age}) / ${once(node("p2p_node_poll_interval_seconds"))}`;
/** Alerts have labels of their own, so nodes find theirs by name. */
const nodeAlerts = `0 * ${up} + on (${NODE_LABELS}) group_left () count by (${NODE_LABELS}) (${once(`ALERTS{${NODE}, ${FIRING}}`)})`;
/** Connections by direction, or the known peers of nodes that list no connections. */
const peers = (direction: string) => once(node("p2p_node_peers", `direction="${direction}"`), "direction");

/** Blocks on another branch than the other nodes; 0 while these are not more than in a usual reorganisation. */
const deepFork = `${FORK_DEPTH} * ${DEEPLY_FORKED}`;

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
    steps: [
      [null, "green"],
      [1, "blue"],
    ],
  },
  {
    kind: "stat",
    title: "Connected peers",
    description:
      "Connections of all selected nodes to peers; one between two of them counts at both. Chainweb's API lists none.",
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
    queries: [{ expr: `sum(${DEEPLY_FORKED})` }],
    steps: SOME_RED,
  },
  {
    kind: "stat",
    title: "Oldest data",
    description: "The longest time since a node's peer list was last read. Nodes that never answered are not included.",
    unit: "s",
    width: 3,
    decimals: 0,
    plain: true,
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
    "Problems counts: node down, failing parts of its API, no peers, data older than three polls, firing alerts. Fork is the number of blocks on another branch than the other nodes, where it is more than usual; In, Out and Known are peers. Peers ahead is the share of its peers that reported a higher head. Empty cells are unknown. Click a node for its details.",
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
    { from: "#A", title: "Problems", steps: SOME_RED, width: 85 },
    ...NODE_COLUMNS,
    { from: "#B", title: "State", words: UP_DOWN, width: 60 },
    { from: "reason", title: "Down because", width: 120, link: "advice" },
    { from: "#K", title: "Alerts", steps: SOME_RED, width: 65 },
    { from: "#J", title: "Failing APIs", steps: SOME_RED, width: 100 },
    { from: "#C", title: "Lag (blocks)", unit: "locale", decimals: 0, steps: LAG, width: 100 },
    { from: "#N", title: "Lag (time)", unit: "s", decimals: 0, steps: LAG_TIME, width: 85 },
    { from: "#O", title: "Peers ahead", unit: "percentunit", decimals: 0, steps: PEERS_AHEAD, width: 100 },
    { from: "#D", title: "Syncing", words: YES_NO, width: 75 },
    { from: "#L", title: "Fork", decimals: 0, steps: SOME_RED, width: 55 },
    { from: "#E", title: "In", decimals: 0, width: 55, sum: true },
    { from: "#F", title: "Out", decimals: 0, width: 55, sum: true },
    { from: "#G", title: "Known", decimals: 0, width: 65, sum: true },
    { from: "#H", title: "Subnets", steps: SUBNETS, width: 75 },
    { from: "#I", title: "Age (polls)", decimals: 1, steps: INTERVALS, width: 90 },
  ],
  sortBy: "Problems",
};

export const fleet: DashboardSpec = {
  uid: "peer-exporter-fleet",
  title: "Peers / Fleet",
  description: "Overview of all nodes: down, behind, without peers or without data.",
  tags: ["p2p", "blockchain"],
  variables: nodeVariables("all"),
  rows: [
    { title: "Overview", panels: [...glance, worstFirst, alerts, failures] },
    { title: "Over time", panels: overTime },
    { title: "Troubles in the time range", panels: troubles },
    { title: "Top nodes", panels: topNodes },
    { title: "Each node over time", panels: details, folded: true },
    { title: "Software and references", panels: [versions, references], folded: true },
  ],
};
