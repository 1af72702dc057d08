import { flag, labelled, one, type SharedFamily } from "../family.ts";

/** The node's head, and how far it is behind. */
export const headFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_head_height",
    type: "gauge",
    help: "Height of the node's head, from the last poll (head_block_num; get_info height, top block + 1; cut height, the sum over the chains).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
  {
    name: "p2p_node_head_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the node's head block, from the last poll (head_block_time; get_last_block_header timestamp).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.timestampSeconds : undefined),
  },
  {
    name: "p2p_node_final_height",
    type: "gauge",
    help: "Last irreversible block of the node, from the last poll (last_irreversible_block_num).",
    labels: [],
    samples: ({ report }) => one(report?.head.ok ? report.head.value.finalHeight : undefined),
  },
  {
    name: "p2p_node_reference_height",
    type: "gauge",
    help: "Best known head at the last poll: peers, the highest that enough peers of the node support (lag.min_support); fleet, the highest of the other configured nodes on the same network; configured, the highest of the configured references.",
    source: "computed",
    labels: ["reference"],
    samples: ({ state }) => labelled("reference", state.lag.references),
  },
  {
    name: "p2p_node_head_lag_blocks",
    type: "gauge",
    help: "Blocks that the node's head is behind the best reference, from the last poll, never below 0. Chainweb: summed over the chains.",
    source: "computed",
    labels: [],
    samples: ({ state }) => one(state.lag.blocks),
  },
  {
    name: "p2p_node_syncing",
    type: "gauge",
    help: "1 while the node is catching up, from the last poll (Monero: its flags and peer states; other chains: far behind and gaining).",
    labels: [],
    samples: ({ state }) => flag(state.syncing),
  },
];
