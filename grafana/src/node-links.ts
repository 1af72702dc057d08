import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelSpec } from "./spec.ts";

/** Links to the dashboard of a node, with the time range and the exporters of the dashboard that they are on. */

export const OPEN_NODE = "Open this node";

/** The node in the row of a table, by the columns that name it. */
export const NODE_OF_ROW = nodeUrl({ chain: "__data.fields.Chain", target: "__data.fields.Node" });

/** The node whose line or band it is. */
const NODE_OF_SERIES = nodeUrl({ chain: "__field.labels.chain", target: "__field.labels.target" });

function nodeUrl(from: Readonly<Record<"chain" | "target", string>>): string {
  return [
    `/d/peer-exporter-node?\${__url_time_range}`,
    ...["datasource", "job", "instance"].map((variable) => `\${${variable}:queryparam}`),
    ...Object.entries(from).map(([variable, value]) => `var-${variable}=\${${value}:percentencode}`),
  ].join("&");
}

/** A line or a band that is a node opens its dashboard when it is clicked. */
export function seriesLinks({ kind, queries }: PanelSpec): readonly dashboard.DashboardLinkBuilder[] {
  const isOfNodes = queries.every(({ legend = "" }) => legend.includes("{{target}}"));
  if (!isOfNodes || !["graph", "states", "bars"].includes(kind)) return [];
  return [new dashboard.DashboardLinkBuilder(OPEN_NODE).url(NODE_OF_SERIES)];
}
