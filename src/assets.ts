import { readdirSync, readFileSync } from "node:fs";

/** Dashboards and rules that come with the program, beside both src/ and dist/. */

const DASHBOARDS = new URL("../grafana/dashboards/", import.meta.url);
const RULES = new URL("../prometheus/", import.meta.url);

/** The program of the thread that checks passwords; a thread runs what is built. */
export const BCRYPT_WORKER = new URL("../dist/bcrypt-worker.js", import.meta.url);

export type Assets = {
  /** Names of dashboards, without `.json`. */
  dashboards(): readonly string[];
  dashboard(name: string): string | undefined;
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
  return {
    dashboards,
    dashboard: (name) =>
      dashboards().includes(name) ? readFileSync(new URL(`${name}.json`, DASHBOARDS), "utf8") : undefined,
    // Both files are a list of groups, so the second goes on where the first ends.
    rules: () =>
      readFileSync(new URL("rules.yaml", RULES), "utf8") +
      readFileSync(new URL("alerts.yaml", RULES), "utf8").replace(/^groups:\s*$/m, ""),
  };
}
