import type { NodeConfig } from "../config/model.ts";
import { renderLabels, renderSample } from "./exposition.ts";
import type { RenderedFamily } from "./page.ts";

type WatchedNode = Pick<NodeConfig, "name" | "chain">;

/**
 * Adds the nodes that this exporter watches to its other own metrics, which may have been collected before a reload. It is one of
 * the exporter's own families, as the series of a node may be scraped one by one (/sd), and then do not name the exporter.
 * @returns a function that gives the same list until one of the two changes
 */
export function createNodeInfo(): (
  own: readonly RenderedFamily[],
  nodes: readonly WatchedNode[],
) => readonly RenderedFamily[] {
  let last: { readonly own: object; readonly all: readonly RenderedFamily[] } | undefined;
  let family: { readonly nodes: object; readonly rendered: RenderedFamily } | undefined;
  return (own, nodes) => {
    // The nodes change with a reload only, and a fleet has thousands.
    const isSame = family?.nodes === nodes;
    if (family === undefined || !isSame) family = { nodes, rendered: nodeInfo(nodes) };
    if (last === undefined || last.own !== own || !isSame) last = { own, all: [...own, family.rendered] };
    return last.all;
  };
}

function nodeInfo(nodes: readonly WatchedNode[]): RenderedFamily {
  let text: string | undefined;
  return {
    name: "peer_exporter_node_info",
    type: "gauge",
    help: "The nodes that this exporter polls, without references; always 1.",
    samples: () => {
      text ??= nodes.map(sample).join("");
      return text;
    },
  };
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
