import { isObject } from "../../lib/json.ts";
import { type Markup, markup } from "../pages/markup.ts";
import { documentLink, html } from "../pages/respond.ts";
import { errorResponse, type HttpResponse, json, respond } from "../respond.ts";
import type { Route } from "../router.ts";

/** Dashboards and rules that the program carries. */
export type Assets = {
  /** Names of dashboards, without `.json`. */
  dashboards(): readonly string[];
  /** The JSON of a dashboard. */
  dashboard(name: string): string | undefined;
  /** What the dashboard shows, in a sentence. */
  description(name: string): string;
  /** Recording rules and alerts in one file, ready for `rule_files`. */
  rules(): string;
};

type AssetsOptions = {
  readonly load: () => Promise<Assets>;
  readonly version: string;
  /** What the paths of links begin with. */
  readonly linkPrefix: string;
};

/** `/dashboards`, `/dashboards/NAME.json` and `/rules`: files for Grafana and Prometheus. */
export function assetsRoutes({ load, version, linkPrefix }: AssetsOptions): readonly Route[] {
  return [
    {
      path: "/dashboards",
      handle: async () => {
        const content = listPage(await load(), linkPrefix);
        return html({ title: "Dashboards", version, linkPrefix, path: "/dashboards", content });
      },
    },
    {
      path: "/dashboards/*",
      handle: async ({ segment }) => {
        const assets = await load();
        const dashboard = segment.endsWith(".json") ? assets.dashboard(segment.slice(0, -".json".length)) : undefined;
        return dashboard === undefined
          ? errorResponse(404, `no such dashboard; see ${linkPrefix}/dashboards`)
          : json(dashboard);
      },
    },
    { path: "/rules", handle: async ({ headers }) => rulesResponse((await load()).rules(), headers.accept) },
  ];
}

/** Loads the texts at the first request: most processes never need them. */
export async function loadAssets(): Promise<Assets> {
  const [{ default: dashboards }, { default: rules }, { default: alerts }] = await Promise.all([
    import("embedded:dashboards"),
    import("../../../prometheus/rules.yaml?text"),
    import("../../../prometheus/alerts.yaml?text"),
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

/** Each file is a list of groups: the alerts continue the list of the rules. */
export function joinRules(rules: string, alerts: string): string {
  return rules + alerts.replace(/^groups:\s*$/m, "");
}

/** Browsers would save YAML to a file instead of showing it. */
function rulesResponse(rules: string, accept: string | string[] | undefined): HttpResponse {
  const isBrowser = String(accept).includes("text/html");
  const type = isBrowser ? "text/plain; charset=utf-8" : "application/yaml; charset=utf-8";
  return respond(200, type, rules, { vary: "Accept" });
}

function listPage(assets: Assets, linkPrefix: string): Markup {
  const items = assets.dashboards().map(
    (name) => markup`<li><a href="${linkPrefix}/dashboards/${name}.json" download>${name}.json</a><br>
${assets.description(name)}</li>
`,
  );
  return markup`<h1>Dashboards</h1>
<p>Import these files into Grafana or provision them: ${documentLink("grafana.md", "instructions")}.</p>
<ul>
${items}</ul>`;
}
