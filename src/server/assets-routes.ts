import type { Assets } from "../assets.ts";
import { answer, html, json, problem } from "./answer.ts";
import { escapeHtml, htmlPage } from "./html.ts";
import type { Route } from "./router.ts";

/** `/dashboards`, `/dashboards/NAME.json` and `/rules`: what Grafana and Prometheus take as it is. */
export function assetsRoutes(assets: Assets): readonly Route[] {
  return [
    { path: "/dashboards", answer: () => html(listPage(assets)) },
    {
      path: "/dashboards/*",
      answer: ({ rest }) => {
        const dashboard = rest.endsWith(".json") ? assets.dashboard(rest.slice(0, -".json".length)) : undefined;
        return dashboard === undefined ? problem(404, "no such dashboard; see /dashboards") : json(dashboard);
      },
    },
    { path: "/rules", answer: () => answer(200, "application/yaml; charset=utf-8", assets.rules()) },
  ];
}

function listPage(assets: Assets): string {
  const items = assets.dashboards().map((name) => {
    const path = `/dashboards/${escapeHtml(name)}.json`;
    return `<li><a href="${path}" download>${escapeHtml(name)}.json</a></li>`;
  });
  return htmlPage(
    "Dashboards",
    `<p>Import these files into Grafana, or provision them. <a href="/">Back</a></p>
<ul>
${items.join("\n")}
</ul>`,
  );
}
