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
    help: "1 if, as of the last poll, the node's block at the highest height that it and others of its network have both reported is another one than that of most of them, else 0: fleet, the other configured nodes; configured, the configured references. Forks of a few blocks are usual. Absent without such a height.",
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
    help: "Blocks of the node since its branch left that of most others, at least, as of the last poll; 0 if it has not. More than p2p_node_reorg_depth_blocks only if these blocks were already too deep for a usual reorganisation when they were reported. Chainweb: of the chain where it is most.",
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
    help: "Reorganisations of up to this many blocks are usual on the node's chain (lag.reorg_depth). As of the last poll; absent where p2p_node_forked is.",
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
