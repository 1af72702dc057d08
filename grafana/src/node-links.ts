import type { PanelSpec } from "./spec.ts";

/** Links to the dashboard of a node, with the time range and the exporters of the dashboard that they are on. */

const OPEN_NODE = "Open this node";

/** The node in the row of a table, by the columns that name it. */
export const LINK_OF_ROW = {
  title: OPEN_NODE,
  url: nodeUrl({ chain: "__data.fields.Chain", target: "__data.fields.Node" }),
};

function nodeUrl(from: Readonly<Record<"chain" | "target", string>>): string {
  return [
    `/d/peer-exporter-node?\${__url_time_range}`,
    ...["datasource", "job", "instance"].map((variable) => `\${${variable}:queryparam}`),
    ...Object.entries(from).map(([variable, value]) => `var-${variable}=\${${value}:percentencode}`),
  ].join("&");
}

/** The node whose line or band it is. */
export const LINK_OF_SERIES = {
  title: OPEN_NODE,
  url: nodeUrl({ chain: "__field.labels.chain", target: "__field.labels.target" }),
};

/** Whether every line, band or bar of a panel is a node's, whose dashboard opens when it is clicked. */
export function isOfNodes({ kind, queries }: PanelSpec): boolean {
  const hasSeries = ["graph", "states", "bars"].includes(kind);
  return hasSeries && queries.every(({ legend = "" }) => legend.includes("{{target}}"));
}
