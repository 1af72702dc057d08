import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { graphPanel } from "./graph.ts";
import { heatmapPanel } from "./heatmap.ts";
import { isOfNodes, LINK_OF_SERIES } from "./node-links.ts";
import { type BarsSpec, type PanelSpec, type Query, refId, type StatesSpec, type StatSpec, type Step } from "./spec.ts";
import { tablePanel } from "./table.ts";
import { hasTrend, isInstant, queriesOf } from "./trend.ts";
import { DATASOURCE, mappings, thresholds } from "./values.ts";

export type PanelBuilder =
  | bargauge.PanelBuilder
  | heatmap.PanelBuilder
  | stat.PanelBuilder
  | statetimeline.PanelBuilder
  | timeseries.PanelBuilder
  | ReturnType<typeof tablePanel>;

export function buildPanel(spec: PanelSpec): PanelBuilder {
  const panel = bare(spec);
  panel
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .targets(queriesOf(spec).map((query, index) => target(query, refId(index), spec)));
  // With a unit, texts of a table that look like numbers are numbers: the version 3.2 would be 3.20.
  if (spec.kind !== "table") panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  const steps = spec.steps ?? (spec.kind === "stat" ? PLAIN : undefined);
  if (steps !== undefined) panel.thresholds(thresholds(steps));
  if (spec.words !== undefined) panel.mappings(mappings(spec.words));
  // A table would write it into every empty cell.
  if (spec.empty !== undefined && spec.kind !== "table") panel.noValue(spec.empty);
  if (isOfNodes(spec)) panel.overrideByFieldType("number", [{ id: "links", value: [LINK_OF_SERIES] }]);
  return panel;
}

/** Without thresholds, Grafana has its own: red from 80 on. */
const PLAIN: readonly Step[] = [[null, "text"]];

function bare(spec: PanelSpec): PanelBuilder {
  switch (spec.kind) {
    case "graph":
      return graphPanel(spec);
    case "stat":
      return statistic(spec);
    case "bars":
      return bars(spec);
    case "states":
      return states(spec);
    case "heatmap":
      return heatmapPanel(spec);
    case "table":
      return tablePanel(spec);
  }
}

function target({ expr, legend }: Query, letter: string, spec: PanelSpec): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder().refId(letter).expr(expr).datasource(DATASOURCE);
  if (legend !== undefined) query.legendFormat(legend);
  if (spec.kind === "table") query.format(prometheus.PromQueryFormat.Table);
  if (spec.kind === "heatmap" && spec.histogram) query.format(prometheus.PromQueryFormat.Heatmap);
  return isInstant(spec) ? query.instant() : query.range();
}

/** So many points that the last one is not long before the end of the range: a minute in a day, 10 in a week. */
const TREND_POINTS = 1000;

function statistic(spec: StatSpec): stat.PanelBuilder {
  const panel = new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(hasTrend(spec) ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .textMode(spec.names ? common.BigValueTextMode.Name : common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("none");
  return hasTrend(spec) ? panel.maxDataPoints(TREND_POINTS) : panel;
}

function bars(_: BarsSpec): bargauge.PanelBuilder {
  return (
    new bargauge.PanelBuilder()
      .displayMode(common.BarGaugeDisplayMode.Basic)
      // In the color of its bar, a low number is dark on dark.
      .valueMode(common.BarGaugeValueMode.Text)
      .orientation(common.VizOrientation.Horizontal)
      .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
      .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.ContinuousBlues))
      .min(0)
  );
}

/** Bands of a page in a timeline: a fleet has more nodes than a panel has lines. Grafana 10 and 11 show all of them. */
const BANDS = 20;

function states(_: StatesSpec): statetimeline.PanelBuilder {
  return new statetimeline.PanelBuilder()
    .fillOpacity(80)
    .lineWidth(0)
    .rowHeight(0.8)
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .perPage(BANDS)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(false),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Single).sort(common.SortOrder.None))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds));
}
