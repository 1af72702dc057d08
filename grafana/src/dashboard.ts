import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { annotation, annotationsOf } from "./annotations.ts";
import { type PlacedPanel, type PlacedRow, placePanels } from "./layout.ts";
import { buildPanel, type PanelBuilder } from "./panels.ts";
import type { ColumnSpec, DashboardSpec, VariableSpec } from "./spec.ts";
import { refId } from "./spec.ts";
import { DATASOURCE } from "./values.ts";
import { ANY } from "./variables.ts";

/** Links between the dashboards use this tag. */
export const TAG = "peer-exporter";

const DOCUMENTS = "https://github.com/peer-exporter/peer-exporter/blob/main/docs";

export function buildDashboard(spec: DashboardSpec): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG, ...spec.tags])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .timezone("browser")
    .version(1)
    .variables([
      datasourceVariable(),
      ...spec.variables.map(queryVariable),
      ...(spec.searchPeers ? [peerVariable()] : []),
      ...addressVariables(spec),
    ])
    .annotations(annotationsOf(spec.variables).map(annotation))
    .link(links());
  for (const placed of placePanels(spec.rows)) {
    if (placed.kind === "row") builder.withRow(row(placed));
    else builder.withPanel(panelAt(placed));
  }
  return alwaysShown(builder.build());
}

function panelAt({ id, gridPos, panel }: PlacedPanel): PanelBuilder {
  return buildPanel(panel).id(id).gridPos(gridPos);
}

function row({ id, gridPos, title, folded, inside }: PlacedRow): dashboard.RowBuilder {
  const builder = new dashboard.RowBuilder(title).id(id).gridPos(gridPos).collapsed(folded);
  for (const placed of inside) builder.withPanel(panelAt(placed));
  return builder;
}

/** The library hides links and annotations in a menu; without a placement Grafana shows them. */
function alwaysShown(built: dashboard.Dashboard): dashboard.Dashboard {
  const shown = <T extends { placement?: unknown }>({ placement: _, ...rest }: T) => rest;
  return {
    ...built,
    annotations: { list: (built.annotations.list ?? []).map(shown) },
    links: (built.links ?? []).map(shown),
  };
}

function datasourceVariable(): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder("datasource")
    .label("Data source")
    .description("The Prometheus that scrapes the exporters.")
    .type("prometheus");
}

export function variableQuery({ selector, name }: VariableSpec): string {
  return `label_values(${selector}, ${name})`;
}

function queryVariable(spec: VariableSpec): dashboard.QueryVariableBuilder {
  const query = variableQuery(spec);
  const variable = new dashboard.QueryVariableBuilder(spec.name)
    .label(spec.label)
    .description(spec.description)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: refId(0) })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.NaturalAsc)
    .multi(spec.choice !== "one");
  if (spec.choice !== "all") return variable.includeAll(false);
  return variable
    .includeAll(true)
    .allValue(spec.all ?? ANY)
    .current({ selected: true, text: "All", value: "$__all" });
}

function peerVariable(): dashboard.TextBoxVariableBuilder {
  return new dashboard.TextBoxVariableBuilder("peer")
    .label("Peer contains")
    .description("A part of the name of a peer, or a regular expression. Empty: all peers.")
    .defaultValue("");
}

/** The addresses that links of tables begin with, as runbookBaseUrl and adviceUrl of the mixin: the places to change them. */
function addressVariables({ rows }: DashboardSpec): readonly dashboard.ConstantVariableBuilder[] {
  const columns = rows.flatMap(({ panels }) =>
    panels.flatMap((panel) => (panel.kind === "table" ? panel.columns : [])),
  );
  const opens = (link: ColumnSpec["link"]) => columns.some((column) => column.link === link);
  const runbooks = new dashboard.ConstantVariableBuilder("runbooks")
    .label("Runbooks")
    .description("Where the documents about alerts are: this, a slash, the name of the alert, .md.")
    .value(`${DOCUMENTS}/runbooks`);
  const advice = new dashboard.ConstantVariableBuilder("advice")
    .label("Advice")
    .description("The page with the advice for each failure reason: this, #, the reason.")
    .value(`${DOCUMENTS}/troubleshooting.md`);
  return [...(opens("runbook") ? [runbooks] : []), ...(opens("advice") ? [advice] : [])];
}

function links(): dashboard.DashboardLinkBuilder {
  return new dashboard.DashboardLinkBuilder("Peers of nodes")
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([TAG])
    .tooltip("The other dashboards, with the same variables and time range")
    .icon("dashboard")
    .asDropdown(false)
    .includeVars(true)
    .keepTime(true)
    .targetBlank(false);
}
