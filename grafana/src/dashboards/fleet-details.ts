import { INTERVALS, PEERS } from "../looks.ts";
import { NODE_NAME, node, once, perMinute, rate } from "../select.ts";
import { ageOf } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";

const direction = (name: string) => once(node("p2p_node_peers", `direction="${name}"`));

/** Every node in its own line: the second look. */
export const details: readonly PanelSpec[] = [
  {
    kind: "graph",
    title: "Inbound peers",
    description:
      "Connections that peers opened. If there are no such connections for a long time, a firewall may block them. Not available for Chainweb.",
    width: 8,
    unit: "short",
    decimals: 0,
    min: 0,
    queries: [{ expr: direction("inbound"), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Outbound peers",
    description: "Connections that the nodes opened. Not available for Chainweb.",
    width: 8,
    unit: "short",
    decimals: 0,
    min: 0,
    queries: [{ expr: direction("outbound"), legend: NODE_NAME }],
    steps: PEERS,
  },
  {
    kind: "graph",
    title: "Known peers (Chainweb)",
    description: "Known peers that currently do not fail, of nodes whose API reports no direction.",
    width: 8,
    unit: "short",
    decimals: 0,
    min: 0,
    queries: [{ expr: direction("unknown"), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Head lag",
    description:
      "Blocks behind the best known head. Chainweb: summed over its chains. Absent if there is nothing to compare with.",
    unit: "short",
    min: 0,
    queries: [{ expr: once(node("p2p_node_head_lag_blocks")), legend: NODE_NAME }],
  },
  {
    kind: "heatmap",
    title: "Durations of polls",
    description: "How long polls take: the brighter a cell, the more nodes were polled in about this time.",
    unit: "s",
    queries: [{ expr: once(node("p2p_node_poll_duration_seconds")), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Age of the data",
    description: "Time since each node's peer list was last read, in poll intervals: more than two mean failed polls.",
    unit: "short",
    decimals: 1,
    min: 0,
    queries: [
      {
        expr: `(${ageOf(once(node("p2p_node_last_success_timestamp_seconds")))}) / ${once(node("p2p_node_poll_interval_seconds"))}`,
        legend: NODE_NAME,
      },
    ],
    steps: INTERVALS,
  },
  {
    kind: "graph",
    title: "Failed polls by reason",
    description: "Polls per minute of all selected nodes that returned no peer list.",
    unit: "cpm",
    min: 0,
    stack: true,
    queries: [
      {
        expr: `${perMinute(`sum by (reason) (${once(rate(node("p2p_node_poll_failures_total")))})`)} > 0`,
        legend: "{{reason}}",
      },
    ],
    empty: "No poll failed.",
  },
];
