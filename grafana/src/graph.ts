import * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { sizeOf } from "./layout.ts";
import type { GraphSpec } from "./spec.ts";

/** Lines over time, with a table of what they are. */
export function graphPanel(spec: GraphSpec): timeseries.PanelBuilder {
  const { stack, below, limits, colors = {}, steps } = spec;
  const panel = new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(stack ? 30 : 8)
    .gradientMode(stack ? common.GraphGradientMode.None : common.GraphGradientMode.Opacity)
    .showPoints(common.VisibilityMode.Never)
    // A gap means that the node did not answer, so it must stay visible.
    .spanNulls(false)
    .legend(legend(spec))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (stack) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (below !== undefined) panel.overrideByRegexp(below, [{ id: "custom.transform", value: "negative-Y" }]);
  if (limits !== undefined) panel.overrideByRegexp(limits, LIMIT);
  for (const [name, color] of Object.entries(colors)) {
    panel.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor: color } }]);
  }
  if (steps !== undefined) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  return panel;
}

const LIMIT: dashboard.DynamicConfigValue[] = [
  { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
  { id: "custom.fillOpacity", value: 0 },
];

const WIDE = 12;

/** Grafana gives a table below a graph a third of its height at most, and one to the right as much as it has; both scroll. */
function legend(spec: GraphSpec): common.VizLegendOptionsBuilder {
  const table = new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.Table)
    .showLegend(true)
    .calcs(["last", "min", "max"])
    .sortBy("Last")
    .sortDesc(true);
  if (sizeOf(spec).w < WIDE) return table.placement(common.LegendPlacement.Bottom);
  return table.placement(common.LegendPlacement.Right).width(360);
}
