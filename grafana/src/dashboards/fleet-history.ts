import { ALL_PEERS, DEEPLY_FORKED, LAG_SECONDS } from "../derived.ts";
import { FAILING, FORKED, LAG_TIME, STATE_COLORS, SYNCING, UP_DOWN } from "../looks.ts";
import { NODE_NAME, NONE, node, once, rate, whereOnce } from "../select.ts";
import type { PanelSpec } from "../spec.ts";

const up = once(node("p2p_node_up"));
const syncing = `(${once(node("p2p_node_syncing"))} or ${NONE})`;
const forked = `(${DEEPLY_FORKED} or ${NONE})`;

/** The fleet over time: few lines, however many nodes there are. */
export const overTime: readonly PanelSpec[] = [
  {
    kind: "graph",
    title: "Nodes by state",
    description:
      "Every node is in one state: down, else deeper on another branch than in a usual reorganisation, else syncing, else up.",
    unit: "short",
    decimals: 0,
    min: 0,
    stack: true,
    queries: [
      { expr: `sum(${up} * (1 - ${syncing}) * (1 - ${forked}))`, legend: "up" },
      { expr: `sum(${up} * ${syncing} * (1 - ${forked}))`, legend: "syncing" },
      { expr: `sum(${up} * ${forked})`, legend: "on another branch" },
      { expr: `sum(1 - ${up})`, legend: "down" },
    ],
    colors: STATE_COLORS,
  },
  {
    kind: "graph",
    title: "Head lag in time",
    description:
      "The blocks behind the best known head by the usual time between two blocks of the chain, to compare nodes of several chains. P2PNodeHeadLagging fires beyond the first line.",
    unit: "s",
    min: 0,
    queries: [{ expr: LAG_SECONDS, legend: NODE_NAME }],
    steps: LAG_TIME,
  },
  {
    kind: "graph",
    title: "Peers of each node",
    description: "The connected peers of each node; of Chainweb nodes, which list no connections, the known peers.",
    unit: "short",
    decimals: 0,
    min: 0,
    queries: [{ expr: ALL_PEERS, legend: NODE_NAME }],
  },
  {
    kind: "graph",
    title: "P2P traffic by chain",
    description:
      "Bytes per second that the nodes received and sent, sent below zero. Traffic between two of your nodes is sent by one and received by the other. Not available for Chainweb.",
    unit: "Bps",
    queries: [
      { expr: `sum by (chain) (${once(rate(node("p2p_node_receive_bytes_total")))})`, legend: "{{chain}} received" },
      { expr: `sum by (chain) (${once(rate(node("p2p_node_transmit_bytes_total")))})`, legend: "{{chain}} sent" },
    ],
    below: "/ sent$/",
  },
];

/** Only nodes that had trouble in the time range: of 200 healthy nodes, a timeline would show 200 green bands. */
export const troubles: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "Nodes that were down",
    description: "Nodes that a poll in the time range got no peer list from, and when they were up.",
    unit: "none",
    height: 7,
    queries: [{ expr: whereOnce(up, "min", 0), legend: NODE_NAME }],
    words: UP_DOWN,
    empty: "No node was down.",
  },
  {
    kind: "states",
    title: "Why APIs failed",
    description: "APIs of polls that failed, and the reason, for as long as they did.",
    unit: "none",
    height: 7,
    queries: [{ expr: once(node("p2p_node_failure_info")), legend: `${NODE_NAME} {{api}}: {{reason}}` }],
    words: FAILING,
    empty: "No API failed.",
  },
  {
    kind: "states",
    title: "Nodes that were syncing",
    description: "Nodes that reported in the time range that they sync, and when they were in sync.",
    unit: "none",
    height: 7,
    queries: [{ expr: whereOnce(once(node("p2p_node_syncing")), "max", 1), legend: NODE_NAME }],
    words: SYNCING,
    empty: "No node was syncing.",
  },
  {
    kind: "states",
    title: "Nodes that were on another branch",
    description:
      "Nodes whose block was another one than that of most others in the time range: fleet, the other nodes; configured, the references. Short forks are usual on some chains.",
    unit: "none",
    height: 7,
    queries: [{ expr: whereOnce(once(node("p2p_node_forked")), "max", 1), legend: `${NODE_NAME} {{reference}}` }],
    words: FORKED,
    empty: "No node was on another branch.",
  },
];
