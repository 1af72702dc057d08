import { isObject } from "../lib/json.ts";

/** Dashboards and rules that come with the program. */
export type Assets = {
  /** Names of dashboards, without `.json`. */
  dashboards(): readonly string[];
  /** The JSON of a dashboard. */
  dashboard(name: string): string | undefined;
  /** What it shows, in a sentence. */
  description(name: string): string;
  /** Recording rules and alerts in one file, ready for `rule_files`. */
  rules(): string;
};

/** Their text is loaded at the first request: most processes never need it. */
export async function loadAssets(): Promise<Assets> {
  const [{ default: dashboards }, { default: rules }, { default: alerts }] = await Promise.all([
    import("embedded:dashboards"),
    import("../../prometheus/rules.yaml?text"),
    import("../../prometheus/alerts.yaml?text"),
  ]);
  const byName = new Map(Object.entries(dashboards));
  return {
    dashboards: () => [...byName.keys()],
    dashboard: (name) => byName.get(name),
    description(name) {
      const parsed: unknown = JSON.parse(byName.get(name) ?? "null");
      return isObject(parsed) && typeof parsed.description === "string" ? parsed.description : "";
    },
    rules: () => joinRules(rules, alerts),
  };
}

/** Both files are a list of groups, so the second continues the list of the first. */
export function joinRules(rules: string, alerts: string): string {
  return rules + alerts.replace(/^groups:\s*$/m, "");
}
