import type { NodeConfig } from "../config/model.ts";
import { renderLabels, renderSample } from "./exposition.ts";
import type { RenderedFamily } from "./page.ts";

type WatchedNode = Pick<NodeConfig, "name" | "chain">;

/**
 * Which nodes this exporter watches. It is one of the exporter's own families, as the series of a node may be scraped one by one
 * (/sd), and then do not name the exporter.
 */
export function createNodeInfo(): (nodes: readonly WatchedNode[]) => RenderedFamily {
  let last: { readonly nodes: readonly WatchedNode[]; readonly text: string } | undefined;
  return (nodes) => ({
    name: "peer_exporter_node_info",
    type: "gauge",
    help: "The nodes that this exporter polls, without references; always 1.",
    samples: () => {
      // The nodes change with a reload only, and a fleet has thousands.
      if (last?.nodes !== nodes) last = { nodes, text: nodes.map(sample).join("") };
      return last.text;
    },
  });
}

function sample({ name, chain }: WatchedNode): string {
  return renderSample(
    "peer_exporter_node_info",
    renderLabels([
      ["target", name],
      ["chain", chain],
    ]),
    1,
  );
}
