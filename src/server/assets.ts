import { readdirSync, readFileSync } from "node:fs";
import { isObject } from "../lib/json.ts";

/** Dashboards and rules that come with the program, beside both src/ and dist/. */

const DASHBOARDS = new URL("../../grafana/dashboards/", import.meta.url);
const RULES = new URL("../../prometheus/", import.meta.url);

/** The program of the thread that checks passwords; a thread runs what is built. */
export const BCRYPT_WORKER = new URL("../../dist/bcrypt-worker.js", import.meta.url);

/** The program of the thread that parses a large configuration file. */
export const YAML_WORKER = new URL("../../dist/yaml-worker.js", import.meta.url);

export type Assets = {
  /** Names of dashboards, without `.json`. */
  dashboards(): readonly string[];
  dashboard(name: string): string | undefined;
  /** What it shows, in a sentence. */
  description(name: string): string;
  /** Recording rules and alerts in one file, ready for `rule_files`. */
  rules(): string;
};

/** Files are read when they are asked for: most processes never need them. */
export function openAssets(): Assets {
  const dashboards = () =>
    readdirSync(DASHBOARDS)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .sort();
  const dashboard = (name: string) =>
    dashboards().includes(name) ? readFileSync(new URL(`${name}.json`, DASHBOARDS), "utf8") : undefined;
  return {
    dashboards,
    dashboard,
    description(name) {
      const parsed: unknown = JSON.parse(dashboard(name) ?? "null");
      return isObject(parsed) && typeof parsed.description === "string" ? parsed.description : "";
    },
    // Both files are a list of groups, so the second goes on where the first ends.
    rules: () =>
      readFileSync(new URL("rules.yaml", RULES), "utf8") +
      readFileSync(new URL("alerts.yaml", RULES), "utf8").replace(/^groups:\s*$/m, ""),
  };
}
