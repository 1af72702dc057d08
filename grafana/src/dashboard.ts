import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { placePanels } from "./layout.ts";
import { buildPanel } from "./panels.ts";
import { once } from "./select.ts";
import type { DashboardSpec, VariableSpec } from "./spec.ts";
import { refId } from "./spec.ts";
import { DATASOURCE } from "./values.ts";
import { ANY } from "./variables.ts";

/** Links between the dashboards use this tag. */
export const TAG = "peer-exporter";

/** Firing alerts of the exporter's rules, once for each node. */
export const ALERTS_EXPR = once('ALERTS{alertname=~"P2P.*|PeerExporter.*", alertstate="firing"}');

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
    .variables([datasourceVariable(), ...spec.variables.map(queryVariable)])
    .annotation(alertAnnotation())
    .link(links());
  for (const placed of placePanels(spec.rows)) {
    const { id, gridPos } = placed;
    if (placed.kind === "row") builder.withRow(new dashboard.RowBuilder(placed.title).id(id).gridPos(gridPos));
    else builder.withPanel(buildPanel(placed.panel).id(id).gridPos(gridPos));
  }
  return alwaysShown(builder.build());
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

function alertAnnotation(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name("Alerts")
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor("red")
    .expr(ALERTS_EXPR)
    .target(new prometheus.DataqueryBuilder().refId("Alerts").expr(ALERTS_EXPR).range())
    .titleFormat("{{alertname}}")
    .textFormat("{{severity}} {{chain}} {{target}}")
    .tagKeys("severity,chain,target")
    .step("30s");
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
