import type { FastifyInstance } from "fastify";
import type { Assets } from "../assets.ts";
import { escapeHtml, htmlPage } from "./html.ts";

/** `/dashboards`, `/dashboards/NAME.json` and `/rules`: what Grafana and Prometheus take as it is. */
export function assetsRoutes(app: FastifyInstance, assets: Assets): void {
  app.get("/dashboards", async (_request, reply) => reply.type("text/html; charset=utf-8").send(listPage(assets)));
  app.get<{ Params: { file: string } }>("/dashboards/:file", async ({ params }, reply) => {
    const dashboard = assets.dashboard(params.file.replace(/\.json$/, ""));
    if (dashboard !== undefined && params.file.endsWith(".json")) {
      return reply.type("application/json; charset=utf-8").send(dashboard);
    }
    return reply.code(404).type("text/plain; charset=utf-8").send("404: no such dashboard; see /dashboards\n");
  });
  app.get("/rules", async (_request, reply) => reply.type("application/yaml; charset=utf-8").send(assets.rules()));
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
