import { isObject } from "../lib/json.ts";

/** Grafana puts what was chosen in the place of this. */
const INPUT = "DS_PROMETHEUS";

/** Dashboards use nothing that came later. */
const GRAFANA = "10.0.0";

/** What Grafana calls its kinds of panels, where this is not the id with a capital letter. */
const PANEL_NAMES: Readonly<Record<string, string>> = {
  bargauge: "Bar gauge",
  barchart: "Bar chart",
  piechart: "Pie chart",
  "state-timeline": "State timeline",
  "status-history": "Status history",
  timeseries: "Time series",
};

/**
 * A dashboard for Grafana's page "Import" and for grafana.com: it asks for the data source, which the variable `datasource` then
 * has, and may be changed in Grafana. All else is as in the dashboard for provisioning.
 */
export function importVariant(text: string): string {
  const dashboard: unknown = JSON.parse(text);
  if (!isObject(dashboard)) throw new Error(`a dashboard must be a JSON object, but it is ${typeof dashboard}`);
  const { templating, panels } = dashboard;
  const variables = isObject(templating) && Array.isArray(templating.list) ? templating.list : [];
  const inputs = {
    name: INPUT,
    label: "Prometheus",
    description: "The Prometheus that scrapes the exporters.",
    type: "datasource",
    pluginId: "prometheus",
    pluginName: "Prometheus",
  };
  const variant = {
    __inputs: [inputs],
    __elements: {},
    __requires: [
      { type: "grafana", id: "grafana", name: "Grafana", version: GRAFANA },
      { type: "datasource", id: "prometheus", name: "Prometheus", version: "1.0.0" },
      ...panelTypes(panels).map((id) => ({ type: "panel", id, name: panelName(id), version: "" })),
    ],
    id: null,
    ...dashboard,
    editable: true,
    templating: { list: variables.map((variable: unknown) => withInput(variable)) },
  };
  return `${JSON.stringify(variant, null, 2)}\n`;
}

function withInput(variable: unknown): unknown {
  if (!isObject(variable) || variable.type !== "datasource") return variable;
  const chosen = `\${${INPUT}}`;
  return { ...variable, current: { selected: true, text: chosen, value: chosen } };
}

/** The kinds of panels, also of those in rows that are folded. */
function panelTypes(panels: unknown): readonly string[] {
  const outer = objects(panels);
  const all = [...outer, ...outer.flatMap((panel) => objects(panel.panels))];
  const types = all.map(({ type }) => type).filter((type) => typeof type === "string");
  return [...new Set(types)].filter((type) => type !== "row").sort();
}

function objects(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function panelName(id: string): string {
  return PANEL_NAMES[id] ?? `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;
}
