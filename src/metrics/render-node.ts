import { type ChainTraits, listsConnections } from "../chains/adapter.ts";
import { ADAPTERS, chains } from "../chains/index.ts";
import type { NodeConfig } from "../config/model.ts";
import {
  NO_SERIES,
  type NodeLines,
  type NodeState,
  type RenderedNode,
  type SeriesBefore,
  type SeriesMemory,
  type StoredState,
} from "../poll/store.ts";
import { createProbeCatalogue } from "./catalogue.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { showConnections } from "./connections.ts";
import { cleanText, type Format, renderLabels, type SampleValue } from "./exposition.ts";
import { peerRows } from "./families/rows.ts";
import { connectionChainSamples, labelEnd, type NodeFamily, type NodeView, nodeChainSamples } from "./family.ts";
import { createLinesWriter, type LinesWriter } from "./lines.ts";
import { type ChunkUse, createPageRenderer } from "./page.ts";
import { boundFamilies, NO_BUDGET, NO_FAMILIES, openFamilies, openSeriesBudget } from "./series-budget.ts";
import type { RowScope } from "./shown-connection.ts";

/**
 * Renders the state of a node as sample lines, once for each poll.
 * @param before the recent series of the node; without it new series are not limited
 * @param reusable a buffer whose content is no longer needed and which may be overwritten
 */
export type RenderNode = (state: NodeState, before?: SeriesBefore, reusable?: ArrayBufferLike) => RenderedNode;

/**
 * @param catalogue the families, in the order of the lines
 * @param settings called in each poll, as a reload may change them
 */
export function createNodeRenderer(
  catalogue: readonly NodeFamily[],
  traitsOf: (node: NodeConfig) => ChainTraits,
  settings: (node: NodeConfig) => ConnectionSettings,
): RenderNode {
  const write = createLinesWriter();
  const families = catalogue.map(toShape);
  const open = openFamilies(catalogue);
  return (state, before, reusable) => {
    const { report, history, node } = state;
    const series = before?.series ?? NO_SERIES;
    const budget = before === undefined ? NO_BUDGET : openSeriesBudget(series.names, before.nowMs);
    const traits = traitsOf(node);
    const scope = rowScope(traits);
    const shown = report?.peers.ok
      ? showConnections(
          { list: report.peers.value, history, scope, bytes: series.bytes },
          settings(node),
          budget.admitter(CONNECTIONS),
        )
      : undefined;
    const connections = shown?.connections ?? [];
    const about = node.role === "reference" ? "reference" : undefined;
    const unbounded: NodeView = {
      state,
      report,
      traits,
      peers: peerRows(report),
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
          const samples = bounded.samples.get(family.name) ?? family.samples(view);
          if (family.type === "counter") writeCounters(writer, family.name, samples, identity);
          else writer.text(renderSamples(family.name, samples, identity));
          if (family.connections?.scope === scope) writeConnections(writer, family, view, identity);
        }
        writer.endFamily();
      }
    }, reusable);
    return { lines, series: nextSeries(series, budget.memories(), shown?.bytes ?? series.bytes) };
  };
}

/** The name of the budget for connections, which are in several families. */
const CONNECTIONS = "connections";

/** The properties of a family that each poll reads, in objects of one shape, which the engine reads faster. */
type FamilyShape = Pick<NodeFamily, "name" | "type" | "about" | "samples" | "connections">;

function toShape({ name, type, about, samples, connections }: NodeFamily): FamilyShape {
  return { name, type, about, samples, connections };
}

function nextSeries(before: SeriesMemory, names: SeriesMemory["names"], bytes: SeriesMemory["bytes"]): SeriesMemory {
  return names === before.names && bytes === before.bytes ? before : { names, bytes };
}

function rowScope(traits: ChainTraits): RowScope {
  return listsConnections(traits) ? "connection" : "peer";
}

function writeConnections(lines: LinesWriter, family: FamilyShape, view: NodeView, identity: string): void {
  const { name, connections: series } = family;
  if (series === undefined || view.shown === undefined) return;
  const open = `${name}{${identity}`;
  const { connections } = view.shown;
  let index = 0;
  if ("facts" in series) {
    for (const connection of connections) {
      for (const end of series.facts(connection)) lines.sample(open, index, end, 1);
      index += 1;
    }
    return;
  }
  const values = series.values(view);
  const created = series.created?.(view);
  for (const connection of connections) {
    const value = values[index] ?? Number.NaN;
    if (Number.isFinite(value)) {
      const close = series.labels === undefined ? "} " : labelEnd(series.labels(connection, view.traits));
      lines.sample(open, index, close, value);
      if (created !== undefined) lines.created(created[index] ?? Number.NaN);
    }
    index += 1;
  }
}

/** The same lines as from renderSample, with the common start of all lines built once. */
function renderSamples(name: string, samples: Iterable<SampleValue>, identity: string): string {
  let open = "";
  let out = "";
  for (const [labels, value] of samples) {
    if (!Number.isFinite(value)) continue;
    if (open === "") open = `${name}{${identity}`;
    out += labels === "" ? `${open}} ${value}\n` : `${open},${labels}} ${value}\n`;
  }
  return out;
}

function writeCounters(lines: LinesWriter, name: string, samples: Iterable<SampleValue>, identity: string): void {
  const known = [...samples].filter(([, value]) => Number.isFinite(value));
  lines.text(renderSamples(name, known, identity));
  for (const [, , created = Number.NaN] of known) lines.created(created);
}

/** The labels that every series of a node has. */
function nodeLabels({ name, chain, labels }: NodeConfig): string {
  return renderLabels([
    ["target", name],
    ["chain", chain],
    ...Object.entries(labels).map(([label, value]) => [label, cleanText(value)] as const),
  ]);
}

/** Renders a node that is polled only once, for /probe?target= and for the command `probe`. */
type OnceRenderer = {
  /** The lines of the node after its only poll. */
  renderNode(state: NodeState): NodeLines;
  /** The page that has only these lines, as chunks. */
  renderPage(state: StoredState, lines: NodeLines, format: Format, use: ChunkUse): Iterable<Buffer>;
};

/** @param settings called for each node, as a reload may change them */
export function createOnceRenderer(settings: (node: NodeConfig) => ConnectionSettings): OnceRenderer {
  const catalogue = createProbeCatalogue(ADAPTERS);
  const renderNode = createNodeRenderer(catalogue, ({ chain }) => chains[chain].traits, settings);
  const renderPage = createPageRenderer(catalogue);
  return {
    renderNode: (state) => renderNode(withoutSums(state)).lines,
    renderPage: (state, lines, format, use) => renderPage([{ state, lines }], [], format, use),
  };
}

/** Without bytes added up between polls, which would always be 0. The node's own counters remain. */
function withoutSums(state: NodeState): NodeState {
  const { history } = state;
  return history.totals?.source === "connections" ? { ...state, history: { ...history, totals: undefined } } : state;
}
