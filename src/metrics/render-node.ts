import type { ChainTraits } from "../chains/chain.ts";
import type { NodeConfig } from "../config/model.ts";
import type { NodeLines, NodeState } from "../poll/store.ts";
import { type ConnectionSettings, showConnections } from "./connections.ts";
import { cleanText, renderLabels } from "./exposition.ts";
import { factSamples } from "./facts.ts";
import type { NodeFamily, NodeView } from "./family.ts";
import { createLinesEncoder } from "./lines.ts";

/** Turns the state of a node into its sample lines; runs once for each poll. */
export type RenderNode = (state: NodeState) => NodeLines;

export function createNodeRenderer(
  catalogue: readonly NodeFamily[],
  traitsOf: (node: NodeConfig) => ChainTraits,
  settings: () => ConnectionSettings,
): RenderNode {
  const encode = createLinesEncoder();
  return (state) => {
    const { report, history, node } = state;
    const shown = report?.peers.ok
      ? showConnections(report.peers.value.connections, history.connectionStarts, settings())
      : undefined;
    const facts = factSamples(report?.facts ?? [], shown?.connections ?? []);
    const view: NodeView = { state, report, traits: traitsOf(node), shown, facts };
    const identity = nodeLabels(node);
    const about = node.role === "reference" ? "reference" : undefined;
    return encode(catalogue.map((family) => (family.about === about ? renderFamily(family, view, identity) : "")));
  };
}

/** As renderSample would write each line; what all begin with is put together once, as there may be thousands. */
function renderFamily({ name, samples }: NodeFamily, view: NodeView, identity: string): string {
  let open = "";
  let out = "";
  for (const [labels, value] of samples(view)) {
    if (!Number.isFinite(value)) continue;
    if (open === "") open = flat(`${name}{${identity}`);
    out += labels === "" ? `${open}} ${value}\n` : `${open},${labels}} ${value}\n`;
  }
  return out;
}

/** The engine keeps a joined text as a tree until one of its characters is asked for, and would walk it for each line. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** The labels of every series of a node. */
function nodeLabels({ name, chain, labels }: NodeConfig): string {
  return renderLabels([
    ["target", name],
    ["chain", chain],
    ...Object.entries(labels).map(([label, value]) => [label, cleanText(value)] as const),
  ]);
}
