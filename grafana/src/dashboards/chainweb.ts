import { NODE_COLUMNS, PEERS, SOME_ORANGE, SOME_RED, TIME_LEFT } from "../looks.ts";
import { NODE_NAME, node, once, oneText, over } from "../select.ts";
import { ageOf, gauge, graph, stat } from "../shorthand.ts";
import type { DashboardSpec, PanelSpec, Words } from "../spec.ts";
import { nodeVariables } from "../variables.ts";

const REACHABLE: Words = { 0: ["no", "orange"], 1: ["yes", "green"] };

const mempool = node("p2p_chainweb_mempool_peers");
const tips = node("p2p_chainweb_chain_head_timestamp_seconds");
const tipAge = ageOf(once(tips));

const spread = (end: "max" | "min") => over(end, ["braided_chain"], node("p2p_chainweb_chain_height"));

const now: readonly PanelSpec[] = [
  stat(
    "Fewest known peers",
    "Known peers that do not fail, of the node with the fewest.",
    "short",
    [{ expr: `min(${node("p2p_node_peers", 'direction="unknown"')})` }],
    { steps: PEERS, width: 5 },
  ),
  stat(
    "Braided chains",
    "Chains in the cut of the node with the fewest: fewer than the network has while a node syncs its early blocks.",
    "short",
    [{ expr: `min(${node("p2p_chainweb_chains")})` }],
    { width: 5, plain: true },
  ),
  stat(
    "Outdated nodes",
    "Nodes older than release 3.0, the oldest that current nodes accept as a peer.",
    "short",
    [{ expr: `sum(${once(node("p2p_chainweb_outdated"))})` }],
    { steps: SOME_RED, width: 5 },
  ),
  stat(
    "First service date",
    "Time until the release of the first node stops working. Releases from 3.1 on have no such date.",
    "s",
    [{ expr: `min(${node("p2p_chainweb_service_date_timestamp_seconds")} - time())` }],
    { steps: TIME_LEFT, decimals: 0, width: 5, plain: true },
  ),
  stat(
    "Peers not asked",
    "Peers skipped because their address is not public (chainweb.probe.allow), of all selected nodes.",
    "short",
    [{ expr: `sum(${once(node("p2p_chainweb_probe_refused_peers"))})` }],
    { steps: SOME_ORANGE, width: 4 },
  ),
];

const chains: readonly PanelSpec[] = [
  graph(
    "Head lag",
    "Blocks behind the best known head, summed over the braided chains; a lower bound while a node syncs.",
    "short",
    [gauge("p2p_node_head_lag_blocks", NODE_NAME)],
    { min: 0 },
  ),
  graph(
    "Spread of heights",
    "Highest minus lowest braided chain of a node. The braid keeps it small; it grows when a chain is stuck.",
    "short",
    [
      {
        expr: `${spread("max")} - ${spread("min")}`,
        legend: NODE_NAME,
      },
    ],
    { min: 0 },
  ),
  {
    kind: "heatmap",
    title: "Ages of the newest blocks",
    description:
      "Ages of the newest blocks of all braided chains, by their miners' times: the brighter a cell, the more chains. Only with tip_age.",
    unit: "s",
    queries: [{ expr: tipAge, legend: `${NODE_NAME} chain {{braided_chain}}` }],
    empty: "No node has tip_age.",
  },
  graph(
    "Oldest of the newest blocks",
    "The age of the newest block of the braided chain that waits longest for one. Only with tip_age.",
    "s",
    [{ expr: ageOf(over("min", ["braided_chain"], tips)), legend: NODE_NAME }],
    { min: 0 },
  ),
];

const cuts: readonly PanelSpec[] = [
  graph("Cut weight", "The sum of the work in the node's cut. Nodes choose the heavier of two cuts.", "none", [
    gauge("p2p_chainweb_cut_weight", NODE_NAME),
  ]),
  graph("Cut height", "The sum of the heights of the braided chains.", "none", [
    gauge("p2p_node_head_height", NODE_NAME),
  ]),
];

const peers: readonly PanelSpec[] = [
  graph(
    "Known peers",
    "Known peers of the cut network that currently do not fail: the API lists no connections and no direction.",
    "short",
    [gauge("p2p_node_peers", NODE_NAME)],
    { min: 0 },
  ),
  {
    kind: "bars",
    title: "Peers by identity",
    description:
      "How a peer is verified: pinned, the id of its certificate; ca, a certificate of an authority. A peer that two nodes know counts twice.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: `sum by (identity) (${once(node("p2p_chainweb_peers_by_identity"))})`, legend: "{{identity}}" }],
  },
  graph(
    "Mempool peers of braided chains",
    "Known mempool peers that do not fail, of the braided chains of a node with the most and with the fewest. A chain without peers receives no transactions. Only with mempool_peers.",
    "short",
    [
      { expr: over("max", ["braided_chain"], mempool), legend: `${NODE_NAME} most` },
      { expr: over("min", ["braided_chain"], mempool), legend: `${NODE_NAME} fewest` },
    ],
    { min: 0, decimals: 0 },
  ),
  graph(
    "Probed and reachable peers",
    "Peers that the exporter asked for their cut, and those that answered. Only with probe.",
    "short",
    [
      gauge("p2p_chainweb_probed_peers", `${NODE_NAME} asked`),
      gauge("p2p_chainweb_reachable_peers", `${NODE_NAME} answered`),
    ],
    { min: 0 },
  ),
  {
    kind: "bars",
    title: "Reachable peers by release",
    description:
      "Peers of all selected nodes that answered, by their release. A peer of two nodes counts twice. Only with probe.",
    unit: "short",
    decimals: 0,
    queries: [
      {
        expr: `sort_desc(sum by (version) (${once(node("p2p_chainweb_reachable_peers_by_version"))}))`,
        legend: "{{version}}",
      },
    ],
  },
  {
    kind: "bars",
    title: "Braided chains with the fewest mempool peers",
    description: "The 10 braided chains with the fewest known mempool peers that do not fail. Only with mempool_peers.",
    unit: "short",
    decimals: 0,
    queries: [{ expr: `sort(bottomk(10, ${once(mempool)}))`, legend: `${NODE_NAME} chain {{braided_chain}}` }],
  },
];

const addressBook: PanelSpec = {
  kind: "table",
  title: "Address book",
  description:
    "The peers that each node knows, which need not be connected. Reachable and height are those of peers that the exporter asked for their cut (probe); the height is summed over the braided chains.",
  unit: "none",
  height: 14,
  queries: [
    { expr: oneText(["address_type", "identity"], node("p2p_chainweb_peer_info")) },
    { expr: once(node("p2p_chainweb_peer_reachable")) },
    { expr: once(node("p2p_chainweb_peer_cut_height")) },
  ],
  columns: [
    { from: "peer", title: "Peer", width: 260 },
    { from: "address_type", title: "Address", width: 90 },
    { from: "identity", title: "Identity", width: 95 },
    { from: "#B", title: "Reachable", words: REACHABLE, width: 100 },
    { from: "#C", title: "Cut height", unit: "locale", decimals: 0, width: 120 },
    ...NODE_COLUMNS,
  ],
  sortBy: "Peer",
  ascending: true,
};

export const chainweb: DashboardSpec = {
  uid: "peer-exporter-chainweb",
  title: "Peers / Chainweb",
  description: "Metrics that only Kadena's Chainweb nodes have.",
  tags: ["p2p", "blockchain", "kadena"],
  variables: nodeVariables("all", "chainweb"),
  rows: [
    { title: "Nodes", panels: now },
    { title: "Peers", panels: [...peers, addressBook] },
    { title: "Braided chains", panels: [...chains, ...cuts], folded: true },
  ],
};
