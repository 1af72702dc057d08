import type { ChainTraits } from "../chains/chain.ts";
import type { NodeConfig } from "../config/model.ts";
import type { NodeLines, NodeState } from "../poll/store.ts";
import { type ConnectionSettings, showConnections } from "./connections.ts";
import { cleanText, joinLabels, renderLabels, renderSample } from "./exposition.ts";
import { factSamples } from "./facts.ts";
import type { NodeFamily, NodeView } from "./family.ts";

/** Turns the state of a node into its sample lines; runs once for each poll. */
export type RenderNode = (state: NodeState) => NodeLines;

export function createNodeRenderer(
  catalogue: readonly NodeFamily[],
  traitsOf: (node: NodeConfig) => ChainTraits,
  settings: ConnectionSettings,
): RenderNode {
  return (state) => {
    const { report, history, node } = state;
    const shown = report?.peers.ok
      ? showConnections(report.peers.value.connections, history.connectionStarts, settings)
      : undefined;
    const facts = factSamples(report?.facts ?? [], shown?.connections ?? []);
    const view: NodeView = { state, report, traits: traitsOf(node), shown, facts };
    const identity = nodeLabels(node);
    const about = node.role === "reference" ? "reference" : undefined;
    return nodeLines(catalogue.map((family) => (family.about === about ? renderFamily(family, view, identity) : "")));
  };
}

/** @param texts the lines of each family */
export function nodeLines(texts: readonly string[]): NodeLines {
  const text = texts.join("");
  const bytes = Buffer.from(text);
  // Nearly always every character is one byte, and nothing needs to be counted anew.
  const bytesOf =
    bytes.length === text.length ? ({ length }: string) => length : (each: string) => Buffer.byteLength(each);
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, each] of texts.entries()) {
    end += bytesOf(each);
    ends[index] = end;
  }
  return { bytes, ends };
}

function renderFamily({ name, samples }: NodeFamily, view: NodeView, identity: string): string {
  let out = "";
  for (const [labels, value] of samples(view)) out += renderSample(name, joinLabels(identity, labels), value);
  return out;
}

/** The labels of every series of a node. */
function nodeLabels({ name, chain, labels }: NodeConfig): string {
  return renderLabels([
    ["target", name],
    ["chain", chain],
    ...Object.entries(labels).map(([label, value]) => [label, cleanText(value)] as const),
  ]);
}
