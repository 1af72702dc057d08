import { isObject } from "../lib/json.ts";
import { importVariant } from "./import-variant.ts";

/** Dashboards and rules that the program contains. */
export type Assets = {
  /** Names of dashboards, without `.json`. */
  dashboards(): readonly string[];
  /** The JSON of a dashboard, to provision it. */
  dashboard(name: string): string | undefined;
  /** The JSON of a dashboard that asks for the data source when a person imports it. */
  dashboardToImport(name: string): string | undefined;
  /** The dashboard's title in Grafana; its name without one. */
  title(name: string): string;
  /** What the dashboard shows, in a sentence. */
  description(name: string): string;
  /** Ready for `rule_files`; by default recording rules and alerts in one file. */
  rules(kind?: RulesKind): string;
};

export const RULES_KINDS = ["recording", "alerts"] as const;

export type RulesKind = (typeof RULES_KINDS)[number];

/** Loads the texts when they are needed: most processes never need them. */
export async function loadAssets(): Promise<Assets> {
  const [{ default: dashboards }, { default: recording }, { default: alerts }] = await Promise.all([
    import("embedded:dashboards"),
    import("../../prometheus/rules.yaml?text"),
    import("../../prometheus/alerts.yaml?text"),
  ]);
  const byName = new Map(Object.entries(dashboards));
  const rules = { recording, alerts };
  // A text of a tenth of a megabyte is parsed for two words of it.
  const parsed = new Map<string, Readonly<Record<string, unknown>>>();
  const textOf = (name: string, key: string): string | undefined => {
    const known = parsed.get(name) ?? headOf(byName.get(name));
    parsed.set(name, known);
    const value = known[key];
    return typeof value === "string" ? value : undefined;
  };
  return {
    dashboards: () => [...byName.keys()],
    dashboard: (name) => byName.get(name),
    dashboardToImport(name) {
      const text = byName.get(name);
      return text === undefined ? undefined : importVariant(text);
    },
    title: (name) => textOf(name, "title") ?? name,
    description: (name) => textOf(name, "description") ?? "",
    rules: (kind) => (kind === undefined ? joinRules(recording, alerts) : rules[kind]),
  };
}

/** What is kept of a dashboard. */
function headOf(json = "null"): Readonly<Record<string, unknown>> {
  const dashboard: unknown = JSON.parse(json);
  return isObject(dashboard) ? { title: dashboard.title, description: dashboard.description } : {};
}

/** Each file is a list of groups: the alerts continue the list of the recording rules. */
export function joinRules(recording: string, alerts: string): string {
  return recording + alerts.replace(/^groups:\s*$/m, "");
}
