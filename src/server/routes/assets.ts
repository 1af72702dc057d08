import type { Assets } from "../../documents/assets.ts";
import { documentUrl } from "../../documents/pointers.ts";
import { acceptsHtml } from "../negotiate.ts";
import { type Markup, markup } from "../pages/markup.ts";
import { html } from "../pages/respond.ts";
import { errorResponse, type HttpResponse, json, respond } from "../respond.ts";
import type { Route } from "../router.ts";

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

/** Browsers would save YAML to a file instead of showing it. */
function rulesResponse(rules: string, accept: string | string[] | undefined): HttpResponse {
  const type = acceptsHtml(accept) ? "text/plain; charset=utf-8" : "application/yaml; charset=utf-8";
  return respond(200, type, rules, { vary: "Accept" });
}

function listPage(assets: Assets, linkPrefix: string): Markup {
  const items = assets.dashboards().map(
    (
      name,
    ) => markup`<li><a href="${linkPrefix}/dashboards/import/${name}.json" download>${name}.json</a>, <a href="${linkPrefix}/dashboards/${name}.json" download>for provisioning</a><br>
${assets.description(name)}</li>
`,
  );
  return markup`<h1>Dashboards</h1>
<p>Import these files into Grafana, which asks for the data source, or provision the others: <a href="${documentUrl(linkPrefix, "grafana")}">instructions</a>.</p>
<ul>
${items}</ul>`;
}
