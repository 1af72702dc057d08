import type { ChainTraits } from "../chains/adapter.ts";
import type { NodeConfig } from "../config/model.ts";
import type { NodeState, RenderedNode, SeriesBefore } from "../poll/store.ts";
import { type ConnectionSettings, showConnections } from "./connections.ts";
import { cleanText, renderLabels, type SampleValue } from "./exposition.ts";
import { connectionChainSamples, type NodeFamily, type NodeView, nodeChainSamples } from "./family.ts";
import { createLinesWriter, type LinesWriter } from "./lines.ts";
import { boundFamilies, NO_BUDGET, NO_FAMILIES, openFamilies, openSeriesBudget } from "./series-budget.ts";

/**
 * Renders the state of a node as sample lines, once for each poll.
 * @param before the recent series of the node; without it new series are not limited
 * @param reusable a buffer whose content is no longer needed and which may be overwritten
 */
export type RenderNode = (state: NodeState, before?: SeriesBefore, reusable?: ArrayBufferLike) => RenderedNode;

export function createNodeRenderer(
  catalogue: readonly NodeFamily[],
  traitsOf: (node: NodeConfig) => ChainTraits,
  settings: () => ConnectionSettings,
): RenderNode {
  const write = createLinesWriter();
  const families = catalogue.map(toShape);
  const open = openFamilies(catalogue);
  return (state, before, reusable) => {
    const { report, history, node } = state;
    const budget = before === undefined ? NO_BUDGET : openSeriesBudget(before);
    const shown = report?.peers.ok
      ? showConnections(
          report.peers.value.connections,
          history.connectionStarts,
          settings(),
          budget.admitter(CONNECTIONS),
        )
      : undefined;
    const connections = shown?.connections ?? [];
    const about = node.role === "reference" ? "reference" : undefined;
    const unbounded: NodeView = {
      state,
      report,
      traits: traitsOf(node),
      shown,
      withheld: 0,
      chainSamples: nodeChainSamples(report?.chainSamples ?? []),
      connectionChainSamples: connectionChainSamples(connections),
    };
    const bounded = about === undefined ? boundFamilies(open, unbounded, budget) : NO_FAMILIES;
    const view = { ...unbounded, withheld: (shown?.withheld ?? 0) + bounded.withheld };
    const identity = nodeLabels(node);
    const lines = write((writer) => {
      writer.names(connections.map(({ labels }) => labels));
      for (const family of families) {
        if (family.about === about) {
          writer.text(renderSamples(family, bounded.samples.get(family.name) ?? family.samples(view), identity));
          writeConnections(writer, family, view, identity);
        }
        writer.endFamily();
      }
    }, reusable);
    return { lines, series: budget.memories() };
  };
}

/** The name of the budget for connections, which are in several families. */
const CONNECTIONS = "connections";

/** The properties of a family that each poll reads, in objects of one shape, which the engine reads faster. */
type FamilyShape = Pick<NodeFamily, "name" | "about" | "samples" | "connections">;

function toShape({ name, about, samples, connections }: NodeFamily): FamilyShape {
  return { name, about, samples, connections };
}

function writeConnections(lines: LinesWriter, family: FamilyShape, view: NodeView, identity: string): void {
  const { name, connections: series } = family;
  if (series === undefined || view.shown === undefined) return;
  const open = `${name}{${identity},`;
  const values = series.values(view);
  let index = 0;
  for (const connection of view.shown.connections) {
    const value = values[index] ?? Number.NaN;
    if (Number.isFinite(value)) {
      const close = series.labels === undefined ? "} " : `,${series.labels(connection, view.traits)}} `;
      lines.sample(open, index, close, value);
    }
    index += 1;
  }
}

/** The same lines as from renderSample, with the common start of all lines built once. */
function renderSamples({ name }: FamilyShape, samples: Iterable<SampleValue>, identity: string): string {
  let open = "";
  let out = "";
  for (const [labels, value] of samples) {
    if (!Number.isFinite(value)) continue;
    if (open === "") open = `${name}{${identity}`;
    out += labels === "" ? `${open}} ${value}\n` : `${open},${labels}} ${value}\n`;
  }
  return out;
}

/** The labels that every series of a node has. */
function nodeLabels({ name, chain, labels }: NodeConfig): string {
  return renderLabels([
    ["target", name],
    ["chain", chain],
    ...Object.entries(labels).map(([label, value]) => [label, cleanText(value)] as const),
  ]);
}
