import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import {
  type BarsSpec,
  type GraphSpec,
  type PanelSpec,
  type Query,
  refId,
  type StatesSpec,
  type StatSpec,
} from "./spec.ts";
import { tablePanel } from "./table.ts";
import { DATASOURCE, mappings, thresholds } from "./values.ts";

export type PanelBuilder =
  | bargauge.PanelBuilder
  | stat.PanelBuilder
  | statetimeline.PanelBuilder
  | timeseries.PanelBuilder
  | ReturnType<typeof tablePanel>;

export function buildPanel(spec: PanelSpec): PanelBuilder {
  const panel = bare(spec);
  panel
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .datasource(DATASOURCE)
    .targets(spec.queries.map((query, index) => target(query, refId(index), spec.kind)));
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.steps !== undefined) panel.thresholds(thresholds(spec.steps));
  if (spec.words !== undefined) panel.mappings(mappings(spec.words));
  return panel;
}

function bare(spec: PanelSpec): PanelBuilder {
  switch (spec.kind) {
    case "graph":
      return graph(spec);
    case "stat":
      return statistic(spec);
    case "bars":
      return bars(spec);
    case "states":
      return states(spec);
    case "table":
      return tablePanel(spec);
  }
}

function target({ expr, legend }: Query, letter: string, kind: PanelSpec["kind"]): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder().refId(letter).expr(expr).datasource(DATASOURCE);
  if (legend !== undefined) query.legendFormat(legend);
  if (kind === "table") return query.instant().format(prometheus.PromQueryFormat.Table);
  return kind === "bars" || kind === "stat" ? query.instant() : query.range();
}

function graph({ stack, below, steps }: GraphSpec): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(stack ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    // A gap means that the node did not answer, so it must stay visible.
    .spanNulls(false)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (stack) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (below !== undefined) panel.overrideByRegexp(below, [{ id: "custom.transform", value: "negative-Y" }]);
  if (steps !== undefined) {
    panel.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.DashedAndArea),
    );
  }
  return panel;
}

function statistic({ names }: StatSpec): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(names ? common.BigValueTextMode.Name : common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("none");
}

function bars(_: BarsSpec): bargauge.PanelBuilder {
  return new bargauge.PanelBuilder()
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .orientation(common.VizOrientation.Horizontal)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.ContinuousBlues))
    .min(0);
}

function states(_: StatesSpec): statetimeline.PanelBuilder {
  return new statetimeline.PanelBuilder()
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(false),
    )
    .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds));
}
