import { FORK_REFERENCES } from "../../poll/blocks.ts";
import type { NodeView, SharedFamily } from "../family.ts";
import { labelled, one } from "../family.ts";

/**
 * Whether the node is on the branch of the others. Experimental: how a fork is recognised and how deep it is said to be may change
 * once operators have seen real ones.
 */
export const forkFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_node_forked",
    type: "gauge",
    help: "1 if the node has another block than most others at the highest height that they have in common, from the last poll, else 0. The others are on its network: fleet, the other configured nodes; configured, the configured references. Forks of a few blocks are usual. Absent without a height in common.",
    source: "computed",
    needsHistory: true,
    stability: "experimental",
    labels: ["reference"],
    values: { reference: FORK_REFERENCES },
    samples: ({ state }) =>
      labelled(
        "reference",
        mapDepths(state, (depth) => (depth > 0 ? 1 : 0)),
      ),
  },
  {
    name: "p2p_node_fork_depth_blocks",
    type: "gauge",
    help: "Lower bound of the node's blocks since its branch left that of most others, from the last poll; 0 if it has not left. More than p2p_node_reorg_depth_blocks only if these blocks were already too deep for a usual reorganisation when they were reported. Chainweb: of the chain with the deepest fork.",
    source: "computed",
    needsHistory: true,
    stability: "experimental",
    labels: ["reference"],
    values: { reference: FORK_REFERENCES },
    samples: ({ state }) =>
      labelled(
        "reference",
        mapDepths(state, (depth) => depth),
      ),
  },
  {
    name: "p2p_node_reorg_depth_blocks",
    type: "gauge",
    help: "Blocks that a usual reorganisation of the node's chain replaces, at most (lag.reorg_depth), from the last poll; absent where p2p_node_forked is.",
    source: "the configuration",
    needsHistory: true,
    stability: "experimental",
    labels: [],
    samples: ({ state }) => one(state.forks.reorgDepth),
  },
];

function mapDepths({ forks }: NodeView["state"], show: (depth: number) => number): [string, number][] {
  return [...forks.depths].map(([reference, depth]) => [reference, show(depth)]);
}
