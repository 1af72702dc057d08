import { AVAILABILITY, LAG_SECONDS, LARGEST_SUBNET_SHARE, PEERS_AHEAD_SHARE } from "../derived.ts";
import {
  LAG,
  LAG_TIME,
  PEERS,
  PEERS_AHEAD,
  SOME_RED,
  STATE_COLORS,
  SUBNET_SHARE,
  TIME_LEFT,
  UP_DOWN,
  UP_SHARE,
  YES_NO,
} from "../looks.ts";
import { node, once, oneText, over } from "../select.ts";
import { ageOf, gauge } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Words } from "../spec.ts";
import { nodeVariables } from "../variables.ts";
import { diversity, peers, rows } from "./node-peers.ts";
import { polls } from "./node-polls.ts";

const now: readonly PanelSpec[] = [
  {
    kind: "stat",
    title: "State now",
    description: "Whether the last poll got the node's peer list.",
    unit: "none",
    queries: [gauge("p2p_node_up", "{{target}}")],
    words: UP_DOWN,
  },
  {
    kind: "stat",
    title: "Failing APIs",
    description: "The APIs that failed in the last poll, and why. The node is down if peers is one of them.",
    unit: "none",
    width: 8,
    names: true,
    queries: [gauge("p2p_node_failure_info", "{{api}}: {{reason}}")],
    steps: SOME_RED,
  },
  {
    kind: "stat",
    title: "Connected peers",
    description: "Connections to peers. Chainweb's API lists none: known peers that do not fail.",
    unit: "short",
    queries: [
      {
        expr: over("sum", ["direction"], node("p2p_node_peers", 'direction=~"inbound|outbound"')),
        legend: "connected",
      },
      { expr: once(node("p2p_node_peers", 'direction="unknown"'), "direction"), legend: "known" },
    ],
    steps: PEERS,
  },
  {
    kind: "stat",
    title: "Syncing",
    description: "Whether the node itself is syncing.",
    unit: "none",
    queries: [gauge("p2p_node_syncing", "{{target}}")],
    words: YES_NO,
  },
  {
    kind: "stat",
    title: "Age of the data",
    description: "Time since the peer list was last read.",
    plain: true,
    unit: "s",
    decimals: 0,
    queries: [{ expr: ageOf(once(node("p2p_node_last_success_timestamp_seconds"))), legend: "{{target}}" }],
  },
  {
    kind: "stat",
    title: "Head lag (blocks)",
    description: "Blocks behind the best known head. Chainweb: summed over its chains.",
    width: 3,
    unit: "none",
    queries: [gauge("p2p_node_head_lag_blocks", "{{target}}")],
    steps: LAG,
  },
  {
    kind: "stat",
    title: "Head lag (time)",
    description: "The blocks behind the best known head by the usual time between two blocks of the chain.",
    unit: "s",
    decimals: 0,
    queries: [{ expr: LAG_SECONDS, legend: "{{target}}" }],
    steps: LAG_TIME,
  },
  {
    kind: "stat",
    title: "Usual block interval",
    description: "The usual time between two blocks of the chain. Chainweb: between two steps of the cut height.",
    plain: true,
    width: 3,
    unit: "s",
    queries: [gauge("p2p_node_block_interval_seconds", "{{target}}")],
  },
  {
    kind: "stat",
    title: "Peers ahead",
    description:
      "Share of the peers that reported a higher head than the node's own. Empty if peers report no heights.",
    width: 3,
    unit: "percentunit",
    decimals: 0,
    queries: [{ expr: PEERS_AHEAD_SHARE, legend: "{{target}}" }],
    steps: PEERS_AHEAD,
  },
  {
    kind: "stat",
    title: "Peers in one subnet",
    description: "Share of the peers in the largest subnet, an IPv4 /16 or IPv6 /32. A high share is an eclipse risk.",
    unit: "percentunit",
    decimals: 0,
    queries: [{ expr: LARGEST_SUBNET_SHARE, legend: "{{target}}" }],
    steps: SUBNET_SHARE,
  },
  {
    kind: "stat",
    title: "Up in the time range",
    description: "The share of the time range in which the node was up, of the time in which it was watched.",
    unit: "percentunit",
    width: 3,
    decimals: 1,
    plain: true,
    queries: [{ expr: AVAILABILITY, legend: "{{target}}" }],
    steps: UP_SHARE,
  },
  {
    kind: "stat",
    title: "Certificate expires in",
    description: "Time until the node's certificate expires. Empty for nodes without TLS.",
    plain: true,
    unit: "s",
    decimals: 0,
    queries: [
      {
        expr: `${once(node("p2p_node_tls_certificate_expiry_timestamp_seconds"))} - time()`,
        legend: "{{target}}",
      },
    ],
    steps: TIME_LEFT,
  },
  {
    kind: "table",
    title: "Version and network",
    description: "Version, network and chain id that the node reported in the last poll.",
    unit: "none",
    width: 24,
    height: 4,
    queries: [{ expr: oneText(["version", "network", "chain_id"], node("p2p_node_info")) }],
    columns: [
      { from: "target", title: "Node" },
      { from: "chain", title: "Chain" },
      { from: "namespace", title: "Namespace" },
      { from: "version", title: "Version" },
      { from: "network", title: "Network" },
      { from: "chain_id", title: "Chain id" },
    ],
  },
];

/** Numbers of states that are no other's, so that one panel can have all bands, each with its own words. */
const STATES: Words = {
  ...UP_DOWN,
  2: ["in sync", "green"],
  3: ["syncing", STATE_COLORS.syncing],
  4: ["with most", "green"],
  5: ["on another branch", STATE_COLORS["on another branch"]],
};

const overTime: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "State",
    description:
      "Whether polls got the peer list, whether the node was syncing, and whether its block was another one than that of most others at the highest height that both reported: fleet, the other nodes; configured, the references.",
    unit: "none",
    height: 6,
    queries: [
      gauge("p2p_node_up", "up"),
      { expr: `2 + ${once(node("p2p_node_syncing"))}`, legend: "syncing" },
      { expr: `4 + ${once(node("p2p_node_forked"))}`, legend: "branch ({{reference}})" },
    ],
    words: STATES,
  },
  {
    kind: "states",
    title: "Parts of the API",
    description: "Whether each part of a poll succeeded. A failed part does not affect the others.",
    unit: "none",
    height: 6,
    queries: [{ expr: once(node("p2p_node_api_up")), legend: "{{api}}" }],
    words: UP_DOWN,
  },
];

const head: readonly PanelSpec[] = [
  {
    kind: "graph",
    title: "Heads",
    description:
      "The node's head, its last irreversible block if the chain has one, and the best heads of its peers, of other nodes and of references.",
    unit: "none",
    queries: [
      gauge("p2p_node_head_height", "head"),
      gauge("p2p_node_final_height", "irreversible"),
      {
        expr: once(node("p2p_node_reference_height")),
        legend: "best of {{reference}}",
      },
    ],
  },
  {
    kind: "graph",
    title: "Head lag",
    description: "Blocks behind the best of the references. Chainweb: summed over its chains.",
    unit: "short",
    min: 0,
    queries: [gauge("p2p_node_head_lag_blocks", "blocks behind")],
  },
  {
    kind: "graph",
    title: "Head lag in time",
    description:
      "The same blocks by the usual time between two blocks of the chain. P2PNodeHeadLagging fires beyond the first line.",
    unit: "s",
    min: 0,
    queries: [{ expr: LAG_SECONDS, legend: "behind" }],
    steps: LAG_TIME,
  },
  {
    kind: "graph",
    title: "Age of the head block",
    description:
      "Time since the head block was created, by the clock of Prometheus. It increases with the time between polls.",
    unit: "s",
    width: 12,
    queries: [{ expr: ageOf(once(node("p2p_node_head_timestamp_seconds"))), legend: "age" }],
  },
  {
    kind: "graph",
    title: "Peers by head",
    description:
      "Peers whose last reported head is higher than the node's own, equal or lower. Wire: heights in handshakes are old, so all that are not higher are unknown. Not available for Chainweb.",
    unit: "short",
    width: 12,
    min: 0,
    stack: true,
    queries: [gauge("p2p_node_peers_by_head", "{{position}}")],
  },
  {
    kind: "graph",
    title: "Depth of the fork",
    description:
      "Blocks since the node left the branch of most others. Up to the usual depth, forks are usual on its chain.",
    unit: "short",
    width: 12,
    min: 0,
    queries: [
      gauge("p2p_node_fork_depth_blocks", "{{reference}}"),
      gauge("p2p_node_reorg_depth_blocks", "usual reorganisation"),
    ],
    limits: "/^usual/",
  },
];

export const nodeInDepth: DashboardSpec = {
  uid: "peer-exporter-node",
  title: "Peers / Node",
  description: "Details of one node: peers, head, traffic, diversity and polls.",
  tags: ["p2p", "blockchain"],
  variables: nodeVariables("one"),
  rows: [
    { title: "Now", panels: [...now, ...overTime] },
    { title: "Peers", panels: peers },
    { title: "Head", panels: head },
    { title: "Diversity of peers", panels: diversity, folded: true },
    { title: "Polls", panels: polls, folded: true },
    { title: "Rows of the peer list", panels: rows, folded: true },
  ],
};
