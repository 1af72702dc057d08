import { NODE_COLUMNS, SOME_ORANGE, SOME_RED, UP_DOWN, YES_IS_BAD, YES_NO } from "../looks.ts";
import { NODE_NAME, node, once, oneText } from "../select.ts";
import { ageOf, gauge, graph, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Words } from "../spec.ts";
import { nodeVariables } from "../variables.ts";
import { addresses, connections, peers, traffic } from "./bitcoin-peers.ts";

const head = once(node("p2p_node_head_height"));
const headers = once(node("p2p_bitcoin_headers_height"));

/** A node that starts answers no call, so it has no word on its download. */
const START: Words = {
  0: ["ready", "green"],
  1: ["initial download", "blue"],
  2: ["starting", "orange"],
};

const now: readonly PanelSpec[] = [
  stat(
    "Starting nodes",
    "Nodes that load their blocks and answer no call yet (error -28).",
    "short",
    [{ expr: `sum(${once(node("p2p_bitcoin_warming_up"))})` }],
    { steps: SOME_ORANGE },
  ),
  stat(
    "In their initial download",
    "Nodes that have not yet come near the head of their chain since they started.",
    "short",
    [{ expr: `sum(${once(node("p2p_bitcoin_initial_block_download"))})` }],
    { steps: SOME_ORANGE },
  ),
  stat(
    "Added nodes away",
    "Nodes added with addnode that are not connected, of all selected nodes.",
    "short",
    [{ expr: `sum(${once(node("p2p_bitcoin_added_nodes", 'state="away"'))})` }],
    { steps: SOME_ORANGE },
  ),
  stat(
    "Networks switched off",
    "Nodes whose operator has switched their P2P network off (setnetworkactive).",
    "short",
    [{ expr: `sum(1 - ${once(node("p2p_bitcoin_network_active"))})` }],
    { steps: SOME_RED },
  ),
  stat(
    "Peers silent for a minute",
    "Peers that have left a ping without an answer for more than a minute, of all selected nodes.",
    "short",
    [{ expr: `sum(${once(node("p2p_bitcoin_ping_waiting_peers"))})` }],
    { steps: SOME_ORANGE },
  ),
  stat(
    "Warnings",
    "Warnings of all selected nodes; a release before 28 counts as one at most. The node's getblockchaininfo has their texts.",
    "short",
    [{ expr: `sum(${once(node("p2p_bitcoin_warnings"))})` }],
    { steps: SOME_ORANGE },
  ),
  {
    kind: "table",
    title: "Nodes",
    description:
      "Values that each node reports. Empty cells are unknown: a node that starts answers nothing, and other software of the family has not every value.",
    unit: "none",
    height: 8,
    queries: [
      gauge("p2p_node_up", ""),
      { expr: oneText(["version", "network", "chain_id"], node("p2p_node_info")) },
      { expr: ageOf(once(node("p2p_bitcoin_start_timestamp_seconds"))) },
      gauge("p2p_bitcoin_warming_up", ""),
      gauge("p2p_bitcoin_initial_block_download", ""),
      gauge("p2p_bitcoin_verification_progress_ratio", ""),
      { expr: `${headers} - ${head}` },
      gauge("p2p_bitcoin_size_on_disk_bytes", ""),
      gauge("p2p_bitcoin_pruned", ""),
      gauge("p2p_bitcoin_prune_height", ""),
      gauge("p2p_bitcoin_warnings", ""),
      gauge("p2p_node_clock_skew_seconds", ""),
    ],
    columns: [
      ...NODE_COLUMNS,
      { from: "version", title: "Version", width: 170 },
      { from: "network", title: "Network", width: 85 },
      { from: "#A", title: "State", words: UP_DOWN, width: 70 },
      { from: "#C", title: "Running for", unit: "s", decimals: 0, width: 105 },
      { from: "#D", title: "Starting", words: YES_IS_BAD, width: 80 },
      { from: "#E", title: "Download", words: YES_NO, width: 95 },
      { from: "#F", title: "Progress", unit: "percentunit", decimals: 2, width: 90 },
      { from: "#G", title: "Behind headers", unit: "locale", decimals: 0, width: 125 },
      { from: "#H", title: "On disk", unit: "bytes", width: 90 },
      { from: "#I", title: "Pruned", words: YES_NO, width: 75 },
      { from: "#J", title: "First block", unit: "locale", decimals: 0, width: 100 },
      { from: "#K", title: "Warnings", decimals: 0, steps: SOME_ORANGE, width: 90 },
      { from: "#L", title: "Clock skew", unit: "s", decimals: 1, width: 100 },
    ],
    sortBy: "Behind headers",
  },
];

const sync: readonly PanelSpec[] = [
  {
    kind: "states",
    title: "Starts and initial downloads",
    description: "Whether each node answers calls, and whether it is in its initial download. A gap: it was down.",
    unit: "short",
    queries: [
      {
        expr: `${once(node("p2p_bitcoin_initial_block_download"))} or 2 * ${once(node("p2p_bitcoin_warming_up"))}`,
        legend: NODE_NAME,
      },
    ],
    words: START,
  },
  graph(
    "Verification progress",
    "The share of all transactions up to now that each node has verified, as it estimates it.",
    "percentunit",
    [gauge("p2p_bitcoin_verification_progress_ratio", NODE_NAME)],
    { min: 0, max: 1 },
  ),
  graph(
    "Blocks behind the headers",
    "Headers that the node has without their blocks. It grows while the node gets headers, and falls while it fetches blocks.",
    "short",
    [{ expr: `${headers} - ${head}`, legend: NODE_NAME }],
    { min: 0 },
  ),
  graph(
    "Head lag",
    "Blocks behind the best known head: of the peers, the other nodes and the references.",
    "short",
    [gauge("p2p_node_head_lag_blocks", NODE_NAME)],
    { min: 0 },
  ),
  graph(
    "Headers and blocks",
    "The node's best header and its head. The two are the same in a node that is in sync.",
    "none",
    [gauge("p2p_bitcoin_headers_height", `${NODE_NAME} headers`), gauge("p2p_node_head_height", `${NODE_NAME} blocks`)],
  ),
  graph(
    "Headers checked before any is kept",
    "How far the node has come in the first part of its first sync, in which it checks the work of all headers. From release 24 on.",
    "none",
    [gauge("p2p_bitcoin_presynced_headers_height", NODE_NAME)],
    { empty: "No node is in the first part of its first sync." },
  ),
  graph(
    "Blocks in flight",
    "Blocks that the node has asked its peers for: at most 16 of each peer while it syncs, else the newest one.",
    "short",
    [gauge("p2p_bitcoin_blocks_in_flight", NODE_NAME)],
    { min: 0, decimals: 0 },
  ),
  graph(
    "Blocks on disk",
    "Size of the blocks and undo files of each node. It stays below the limit of a pruned node.",
    "bytes",
    [gauge("p2p_bitcoin_size_on_disk_bytes", NODE_NAME)],
    { min: 0 },
  ),
];

/** By how many blocks the highest end of a branch is above the node's own. */
const ahead = `clamp_min(${once(node("p2p_bitcoin_chain_tip_height", 'status!="active"'))} - ignoring (status) group_left ${head}, 0)`;

const forks: readonly PanelSpec[] = [
  graph(
    "Ends of branches",
    "Branches that the node knows, without its own: valid-fork, left or never followed; valid-headers, checked in part; headers-only, no blocks; invalid, refused. Old ones stay for ever.",
    "short",
    [{ expr: once(node("p2p_bitcoin_chain_tips", 'status!="active"')), legend: `${NODE_NAME} {{status}}` }],
    { min: 0, decimals: 0 },
  ),
  graph(
    "Branches above the head",
    "Blocks by which the highest end of a branch is above the node's own: headers-only while it syncs; invalid if others follow a chain that the node refuses.",
    "short",
    [{ expr: ahead, legend: `${NODE_NAME} {{status}}` }],
    { min: 0, decimals: 0, empty: "No node knows another branch." },
  ),
  graph(
    "Longest fork",
    "Blocks of the longest branch that the node left or never followed within its last 100 blocks, and how deep reorganisations of the chain usually are.",
    "short",
    [
      gauge("p2p_bitcoin_longest_fork_blocks", NODE_NAME),
      gauge("p2p_node_reorg_depth_blocks", `${NODE_NAME} usual limit`),
    ],
    { min: 0, decimals: 0, limits: "/ limit$/" },
  ),
  graph(
    "Depth on another branch",
    "Blocks since a node left the branch of most others, as the exporter sees it from their hashes.",
    "short",
    [{ expr: once(node("p2p_node_fork_depth_blocks")), legend: `${NODE_NAME} {{reference}}` }],
    { min: 0, decimals: 0 },
  ),
];

export const bitcoin: DashboardSpec = {
  uid: "peer-exporter-bitcoin",
  title: "Peers / Bitcoin",
  description: "Metrics that only nodes of Bitcoin and of the coins with its API have.",
  tags: ["p2p", "blockchain", "bitcoin"],
  variables: nodeVariables("all", "bitcoin|litecoin|dogecoin|bitcoincash|dash|zcash"),
  rows: [
    { title: "Nodes", panels: now },
    { title: "Health and sync", panels: sync },
    { title: "Forks", panels: forks, folded: true },
    { title: "Peers", panels: peers },
    { title: "Traffic", panels: traffic, folded: true },
    { title: "Address manager", panels: addresses, folded: true },
    { title: "Connections", panels: connections, folded: true },
  ],
};
