import { ADAPTERS, chains } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import type { ConnectionSettings } from "../../src/metrics/connection-settings.ts";
import type { Format } from "../../src/metrics/exposition.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { createPageRenderer, type RenderedFamily } from "../../src/metrics/page.ts";
import { createNodeRenderer, type RenderNode } from "../../src/metrics/render-node.ts";
import type { NodeState, StoredNode } from "../../src/poll/store.ts";
import { type Page, parseOpenMetrics, parseText } from "../support/exposition-parser.ts";

/** The families of all chains, as the program puts them together. */
export const catalogue = createCatalogue(ADAPTERS);

export const SETTINGS: ConnectionSettings = {
  series: true,
  maxPerNode: 250,
  maxNewPerHour: 2000,
  address: "full",
  hashKey: "a key of some length",
};

/** Renders nodes as the program does. */
export function createRenderer(settings: Partial<ConnectionSettings> = {}): RenderNode {
  return createNodeRenderer(
    catalogue,
    ({ chain }) => chains[chain].traits,
    () => ({ ...SETTINGS, ...settings }),
  );
}

/** The page of these nodes. */
export function render(
  states: readonly NodeState[],
  format: Format,
  settings: Partial<ConnectionSettings> = {},
  own: readonly RenderedFamily[] = [],
): string {
  const renderNode = createRenderer(settings);
  const stored = states.map((state) => ({ state, ...renderNode(state) }));
  return renderPage(stored, own, format);
}

/** The whole page as one text. */
export function renderPage(
  stored: readonly StoredNode[],
  own: readonly RenderedFamily[],
  format: Format,
  families: readonly NodeFamily[] = catalogue,
): string {
  return Buffer.concat([...createPageRenderer(families)(stored, own, format, "owned")]).toString();
}

/** Read strictly, as bytes: what Prometheus gets. */
export function read(page: string, format: Format): Page {
  return format === "text" ? parseText(Buffer.from(page)) : parseOpenMetrics(Buffer.from(page));
}

/** The page of these nodes in the text format, read. */
export function readPage(states: readonly NodeState[], settings: Partial<ConnectionSettings> = {}): Page {
  return read(render(states, "text", settings), "text");
}

/** The names of all families on the page. */
export function names(page: Page): readonly string[] {
  return page.families.map(({ name }) => name);
}
