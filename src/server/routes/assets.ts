import type { Assets } from "../../documents/assets.ts";
import type { Documents } from "../../documents/documents.ts";
import { inSlices } from "../../lib/slices.ts";
import type { Compress } from "../compress.ts";
import { createCostlyResponses } from "../costly-responses.ts";
import { wantsPage } from "../negotiate.ts";
import { dashboardsPage } from "../pages/dashboards.ts";
import { FAVICON } from "../pages/frame.ts";
import { html } from "../pages/respond.ts";
import { rulesSteps } from "../pages/rules.ts";
import type { Site } from "../pages/site.ts";
import { errorResponse, type HttpResponse, json, type Request, respond } from "../respond.ts";
import type { Route } from "../router.ts";

type AssetsOptions = {
  readonly load: () => Promise<Assets>;
  readonly loadDocuments: () => Promise<Documents>;
  readonly site: Site;
  readonly compressed: Compress;
};

/** `/dashboards`, `/dashboards/NAME.json` and `/rules`: files for Grafana and Prometheus; and the icon of the pages. */
export function assetsRoutes({ load, loadDocuments, site, compressed }: AssetsOptions): readonly Route[] {
  const makeCostly = createCostlyResponses();
  const { linkPrefix } = site;
  const noDashboard = errorResponse(404, `no such dashboard; see ${linkPrefix}/dashboards`, {}, [
    { href: `${linkPrefix}/dashboards`, text: "All dashboards" },
  ]);

  async function rulesPage(): Promise<HttpResponse> {
    const [assets, documents] = await Promise.all([load(), loadDocuments()]);
    const meaningOf = (alert: string) => documents.get(`runbooks/${alert}`)?.summary;
    const content = await inSlices(rulesSteps({ yaml: assets.rules(), meaningOf, linkPrefix }));
    return html({ site, title: "Rules", path: "/rules", content }, { headers: VARY });
  }

  async function rules(request: Request): Promise<HttpResponse> {
    if (!wantsPage(request)) {
      return respond(200, "application/yaml; charset=utf-8", (await load()).rules(), VARY);
    }
    return compressed(await makeCostly("rules", rulesPage, request.onGone), request.headers);
  }

  async function dashboards(request: Request): Promise<HttpResponse> {
    const content = dashboardsPage(await load(), linkPrefix);
    return compressed(html({ site, title: "Dashboards", path: "/dashboards", content }), request.headers);
  }

  /** Those to import are for people: Grafana asks them for the data source. */
  const dashboard = (kind: "dashboard" | "dashboardToImport") => ({
    handle: async ({ segment }: Request): Promise<HttpResponse> => {
      const assets = await load();
      const found = segment.endsWith(".json") ? assets[kind](segment.slice(0, -".json".length)) : undefined;
      return found === undefined ? noDashboard : json(found);
    },
  });

  return [
    { path: "/dashboards", handle: dashboards },
    { path: "/dashboards/*", ...dashboard("dashboard") },
    { path: "/dashboards/import/*", ...dashboard("dashboardToImport") },
    { path: "/rules", handle: rules },
    ...["/favicon.svg", "/favicon.ico"].map((path) => ({ path, handle: () => ICON })),
  ];
}

const VARY = { vary: "Accept" };

/**
 * Browsers also ask for `/favicon.ico`, for responses that are no pages; they take the type from the header. It changes only
 * with the program, and a login may be needed to get it.
 */
const ICON = respond(200, "image/svg+xml", FAVICON, { "cache-control": "private, max-age=86400" });
