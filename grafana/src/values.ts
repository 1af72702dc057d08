import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type { Step, Words } from "./spec.ts";

/** The Prometheus selected by the variable. */
export const DATASOURCE = { type: "prometheus", uid: `\${datasource}` };

export function thresholds(steps: readonly Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(thresholdSteps(steps));
}

export function thresholdSteps(steps: readonly Step[]): dashboard.Threshold[] {
  return steps.map(([value, color]) => ({ value, color }));
}

export function mappings(words: Words): dashboard.ValueMapping[] {
  const options = Object.entries(words).map(
    ([value, [text, color]], index) => [value, { text, color, index }] as const,
  );
  return [{ type: dashboard.MappingType.ValueToText, options: Object.fromEntries(options) }];
}
