import * as common from "@grafana/grafana-foundation-sdk/common";
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import type { HeatmapSpec } from "./spec.ts";

/** Bands of values over time, the brighter the more series are in them. */
export function heatmapPanel({ unit, histogram }: HeatmapSpec): heatmap.PanelBuilder {
  const panel = new heatmap.PanelBuilder()
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Turbo")
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    // An empty cell has no colour.
    .filterValues(new heatmap.FilterValueRangeBuilder().le(1e-9))
    .cellGap(1)
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit).axisPlacement(common.AxisPlacement.Left))
    .tooltip(
      new heatmap.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true).showColorScale(true),
    )
    .showLegend();
  if (histogram) return panel.calculate(false);
  return panel
    .calculate(true)
    .calculation(
      new common.HeatmapCalculationOptionsBuilder().yBuckets(
        new common.HeatmapCalculationBucketConfigBuilder()
          .mode(common.HeatmapCalculationMode.Size)
          .scale(new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(2)),
      ),
    );
}
