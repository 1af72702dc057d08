import { ADAPTERS, chains } from "../chains/index.ts";
import type { NodeLines, NodeState, StoredState } from "../poll/store.ts";
import { createProbeCatalogue } from "./catalogue.ts";
import type { ConnectionSettings } from "./connections.ts";
import type { Format } from "./exposition.ts";
import { type ChunkUse, createPageRenderer } from "./page.ts";
import { createNodeRenderer } from "./render-node.ts";

/** Renders a node that is polled only once, for /probe?target= and for the command `probe`. */
type OnceRenderer = {
  /** The lines of the node after its only poll. */
  renderNode(state: NodeState): NodeLines;
  /** The page that has only these lines, as chunks. */
  renderPage(state: StoredState, lines: NodeLines, format: Format, use: ChunkUse): Iterable<Buffer>;
};

/** @param settings called for each node, as a reload may change them */
export function createOnceRenderer(settings: () => ConnectionSettings): OnceRenderer {
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
