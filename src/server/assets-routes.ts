import type { Assets } from "./assets.ts";
import { type Markup, markup } from "./markup.ts";
import { documentLink, htmlPage } from "./pages/layout.ts";
import { type Answer, answer, html, json, problem } from "./respond.ts";
import type { Route } from "./router.ts";

/** `/dashboards`, `/dashboards/NAME.json` and `/rules`: what Grafana and Prometheus take as it is. */
export function assetsRoutes(loadAssets: () => Promise<Assets>, version: string): readonly Route[] {
  return [
    {
      path: "/dashboards",
      answer: async () =>
        html(htmlPage({ title: "Dashboards", version, path: "/dashboards", content: listPage(await loadAssets()) })),
    },
    {
      path: "/dashboards/*",
      answer: async ({ rest }) => {
        const assets = await loadAssets();
        const dashboard = rest.endsWith(".json") ? assets.dashboard(rest.slice(0, -".json".length)) : undefined;
        return dashboard === undefined ? problem(404, "no such dashboard; see /dashboards") : json(dashboard);
      },
    },
    { path: "/rules", answer: async ({ headers }) => rulesAnswer((await loadAssets()).rules(), headers.accept) },
  ];
}

/** A browser would save YAML to a file, where somebody only wants to look at it. */
function rulesAnswer(rules: string, accept: string | string[] | undefined): Answer {
  const isBrowser = String(accept).includes("text/html");
  const type = isBrowser ? "text/plain; charset=utf-8" : "application/yaml; charset=utf-8";
  return answer(200, type, rules, { vary: "Accept" });
}

function listPage(assets: Assets): Markup {
  const items = assets.dashboards().map(
    (name) => markup`<li><a href="/dashboards/${name}.json" download>${name}.json</a><br>
${assets.description(name)}</li>
`,
  );
  return markup`<h1>Dashboards</h1>
<p>Import these files into Grafana, or provision them: ${documentLink("grafana.md", "how")}.</p>
<ul>
${items}</ul>`;
}
