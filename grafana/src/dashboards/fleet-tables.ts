import { ALL_PEERS, AVAILABILITY, LAG_SECONDS, PEERS_AHEAD_SHARE } from "../derived.ts";
import { LAG_TIME, NODE_COLUMNS, PEERS, PEERS_AHEAD, SEVERITIES, SUBNETS, UP_DOWN, UP_SHARE } from "../looks.ts";
import { exporter, increase, NODE_LABELS, node, once, oneText, over } from "../select.ts";
import type { PanelSpec } from "../spec.ts";

export const FIRING = 'alertname=~"P2P.*|PeerExporter.*", alertstate="firing"';

export const reference = (metric: string) => once(exporter(metric, 'chain=~"$chain"'));

export const failures: PanelSpec = {
  kind: "table",
  title: "Failing APIs",
  description:
    "The APIs that failed in the last poll of a node, and why: click a reason for what to do. A node is down if peers is one of them.",
  unit: "none",
  width: 10,
  height: 7,
  queries: [{ expr: once(node("p2p_node_failure_info")) }],
  columns: [
    ...NODE_COLUMNS,
    { from: "api", title: "API", width: 110 },
    { from: "reason", title: "Reason", width: 150, link: "advice" },
  ],
  sortBy: "Node",
  ascending: true,
};

/** Alerts also of chains, networks and exporters, which have no node, and of rules over all exporters, which have no job. */
const SELECTED = 'job=~"$job|", instance=~"$instance|", chain=~"$chain|", target=~"$target|"';

/** Firing alerts by how bad they are, which the table is sorted by. */
function firing(matcher: string): string {
  const ranked = (rank: number, severity: string) =>
    `${rank} * ALERTS{${SELECTED}, ${matcher}, severity${severity}, ${FIRING}}`;
  return [ranked(3, '="critical"'), ranked(2, '="warning"'), ranked(1, '!~"critical|warning"')].join(" or ");
}

export const alerts: PanelSpec = {
  kind: "table",
  title: "Active alerts",
  description:
    "Firing alerts of the exporter's rules. Click an alert for what to do, or a node for its dashboard. Also empty if the rules are not loaded.",
  unit: "none",
  width: 14,
  height: 7,
  queries: [
    {
      // Those of nodes once for each node; those of exporters, which have no target, once for each exporter.
      expr: `max by (alertname, severity, ${NODE_LABELS}) (${firing('target!=""')}) or max by (alertname, severity, chain, network, instance) (${firing('target=""')})`,
    },
  ],
  columns: [
    { from: "#A", title: "Severity", width: 90, words: SEVERITIES },
    { from: "alertname", title: "Alert", width: 230, link: "runbook" },
    ...NODE_COLUMNS,
    { from: "network", title: "Network", width: 120 },
    { from: "instance", title: "Exporter", width: 170 },
  ],
  sortBy: "Severity",
};

export const versions: PanelSpec = {
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
    { from: "#A", title: "Nodes", decimals: 0, width: 90, sum: true },
  ],
  sortBy: "Chain",
  ascending: true,
};

export const references: PanelSpec = {
  kind: "table",
  title: "References",
  description: "The configured references, polled only for the heads of their networks, and their heads.",
  unit: "none",
  height: 6,
  queries: [{ expr: reference("p2p_reference_up") }, { expr: reference("p2p_reference_head_height") }],
  columns: [
    { from: "target", title: "Reference" },
    { from: "chain", title: "Chain", width: 100 },
    { from: "#A", title: "State", words: UP_DOWN, width: 80 },
    { from: "#B", title: "Head", unit: "locale", decimals: 0 },
  ],
  sortBy: "Reference",
  ascending: true,
};

const furthest = `topk(10, ${LAG_SECONDS} > 0)`;
const leastUp = `bottomk(10, ${AVAILABILITY} < 1)`;
const fewest = `bottomk(10, ${ALL_PEERS})`;
const bytes = (direction: "receive" | "transmit") => once(increase(node(`p2p_node_${direction}_bytes_total`)));
const busiest = `topk(10, ${bytes("receive")} + ${bytes("transmit")})`;

/** The ten nodes to look at first, of however many there are. */
export const topNodes: readonly PanelSpec[] = [
  {
    kind: "table",
    title: "Furthest behind",
    description:
      "The 10 nodes that lag most behind the best known head, in time, so that chains can be compared. Empty if no node is behind.",
    unit: "none",
    width: 12,
    height: 8,
    queries: [
      { expr: furthest },
      { expr: `${once(node("p2p_node_head_lag_blocks"))} and ${furthest}` },
      { expr: `${PEERS_AHEAD_SHARE} and ${furthest}` },
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "Lag", unit: "s", decimals: 0, steps: LAG_TIME, width: 80 },
      { from: "#B", title: "Blocks", unit: "locale", decimals: 0, width: 80 },
      { from: "#C", title: "Peers ahead", unit: "percentunit", decimals: 0, steps: PEERS_AHEAD, width: 110 },
    ],
    sortBy: "Lag",
  },
  {
    kind: "table",
    title: "Fewest peers",
    description: "The 10 nodes with the fewest peers, and in how many subnets these are. Chainweb: the known peers.",
    unit: "none",
    width: 12,
    height: 8,
    queries: [{ expr: fewest }, { expr: `${once(node("p2p_node_peer_subnets"))} and ${fewest}` }],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "Peers", decimals: 0, steps: PEERS, width: 80 },
      { from: "#B", title: "Subnets", decimals: 0, steps: SUBNETS, width: 90 },
    ],
    sortBy: "Peers",
    ascending: true,
  },
  {
    kind: "table",
    title: "Most traffic",
    description:
      "The 10 nodes that moved most bytes in the time range of the dashboard. Not available for Chainweb, and for Wire only with prometheus_url.",
    unit: "none",
    width: 12,
    height: 8,
    queries: [
      { expr: busiest },
      { expr: `${bytes("receive")} and ${busiest}` },
      { expr: `${bytes("transmit")} and ${busiest}` },
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "Together", unit: "bytes", bar: true },
      { from: "#B", title: "Received", unit: "bytes", width: 95 },
      { from: "#C", title: "Sent", unit: "bytes", width: 95 },
    ],
    sortBy: "Together",
  },
  {
    kind: "table",
    title: "Least available",
    description:
      "The 10 nodes that were up in the smallest share of the time range, of those that were down in it, and how many of their polls failed. Empty if none was down.",
    unit: "none",
    width: 12,
    height: 8,
    queries: [
      { expr: leastUp },
      { expr: `${over("sum", ["reason"], increase(node("p2p_node_poll_failures_total")))} and ${leastUp}` },
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "#A", title: "Up", unit: "percentunit", decimals: 1, steps: UP_SHARE, width: 90 },
      { from: "#B", title: "Failed polls", unit: "short", decimals: 0, width: 110 },
    ],
    sortBy: "Up",
    ascending: true,
  },
];
