import type { PanelSpec, Query } from "./spec.ts";

// A stat with a line below its number asks for a range. Grafana then takes the last number that a series had in the range, also
// if the series ended long ago: a node that is down would show its last peers as if it had them now.

/** Whether a panel shows one number over its past. */
export function hasTrend(panel: PanelSpec): boolean {
  return panel.kind === "stat" && !panel.names && !panel.plain && panel.words === undefined;
}

/** Whether Grafana asks for one point in time, the end of the time range. */
export function isInstant(panel: PanelSpec): boolean {
  return panel.kind === "table" || panel.kind === "bars" || (panel.kind === "stat" && !hasTrend(panel));
}

/** The queries of a panel as Grafana asks them. A number without labels is called what the panel is. */
export function queriesOf(panel: PanelSpec): readonly Query[] {
  if (panel.kind !== "stat") return panel.queries;
  const keep = hasTrend(panel) ? stillThere : (expr: string) => expr;
  return panel.queries.map(({ expr, legend = panel.title }) => ({ expr: keep(expr), legend }));
}

const SELECTOR = /\{[^{}]*\}(?:\[[^\]]*\])?/g;

/** Only the series of an expression that also have a value at the end of the time range. */
function stillThere(expr: string): string {
  return `(${expr}) and (${expr.replace(SELECTOR, (selector) => `${selector} @ end()`)})`;
}
