import { LAG_SECONDS } from "../derived.ts";
import { FAILING, PEERS, UP_DOWN } from "../looks.ts";
import { NODE_NAME, node, once, rate } from "../select.ts";
import { ageOf } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";

export const history: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "Up",
    description: "Whether polls got the peer list.",
    unit: "none",
    queries: [{ expr: once(node("p2p_node_up")), legend: NODE_NAME }],
    words: UP_DOWN,
  },
  {
    kind: "states",
    title: "Why APIs failed",
    description: "APIs of the last polls that failed, and the reason, for as long as they did. Empty if none failed.",
    unit: "none",
    queries: [{ expr: once(node("p2p_node_failure_info")), legend: `${NODE_NAME} {{api}}: {{reason}}` }],
    words: FAILING,
  },
  {
    kind: "graph",
    title: "Head lag",
    description:
      "Blocks behind the best known head. Chainweb: summed over its chains. Absent if there is nothing to compare with.",
    unit: "short",
    width: 12,
    min: 0,
    queries: [{ expr: once(node("p2p_node_head_lag_blocks")), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Head lag in time",
    description:
      "The same blocks by the usual time between two blocks of the chain, to compare nodes of several chains.",
    unit: "s",
    width: 12,
    min: 0,
    queries: [{ expr: LAG_SECONDS, legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Inbound peers",
    description:
      "Connections that peers opened. If there are no such connections for a long time, a firewall may block them. Not available for Chainweb.",
    unit: "short",
    min: 0,
    queries: [{ expr: once(node("p2p_node_peers", 'direction="inbound"')), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Outbound peers",
    description: "Connections that the nodes opened. Not available for Chainweb.",
    unit: "short",
    min: 0,
    queries: [{ expr: once(node("p2p_node_peers", 'direction="outbound"')), legend: NODE_NAME }],
    steps: PEERS,
  },
  {
    kind: "graph",
    title: "Known peers (Chainweb)",
    description: "Known peers that currently do not fail, of nodes whose API reports no direction.",
    unit: "short",
    min: 0,
    queries: [{ expr: once(node("p2p_node_peers", 'direction="unknown"')), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "P2P traffic by chain",
    description: "Bytes per second that the nodes received and sent, sent below zero. Not available for Chainweb.",
    unit: "Bps",
    queries: [
      { expr: `sum by (chain) (${once(rate(node("p2p_node_receive_bytes_total")))})`, legend: "{{chain}} received" },
      { expr: `sum by (chain) (${once(rate(node("p2p_node_transmit_bytes_total")))})`, legend: "{{chain}} sent" },
    ],
    below: "/ sent$/",
  },
  {
    kind: "graph",
    title: "Age of the data",
    description: "Time since each node's peer list was last read.",
    unit: "s",
    min: 0,
    queries: [{ expr: ageOf(once(node("p2p_node_last_success_timestamp_seconds"))), legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "Failed polls by reason",
    description: "Polls per second of all selected nodes that returned no peer list.",
    unit: "cps",
    min: 0,
    stack: true,
    queries: [
      { expr: `sum by (reason) (${once(rate(node("p2p_node_poll_failures_total")))}) > 0`, legend: "{{reason}}" },
    ],
  },
];
