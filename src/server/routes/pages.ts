import { readSamples } from "../../lib/prometheus-text.ts";
import { inSlices, mapSteps } from "../../lib/slices.ts";
import { isSimilar } from "../../lib/suggest.ts";
import type { RecentPolls } from "../../poll/recent-polls.ts";
import type { NodeStore, StoredNode } from "../../poll/store.ts";
import type { Compress } from "../compress.ts";
import { createCostlyResponses } from "../costly-responses.ts";
import { acceptsHtml } from "../negotiate.ts";
import { nodeTitle } from "../pages/headline.ts";
import type { Markup } from "../pages/markup.ts";
import { isShownOfNode, NODE_PARAMETERS, nodePage } from "../pages/node.ts";
import { overviewOf } from "../pages/overview.ts";
import { type PageQuery, readPageQuery } from "../pages/query.ts";
import { html } from "../pages/respond.ts";
import type { Site } from "../pages/site.ts";
import { REPEATED_PARAMETERS, STATUS_PARAMETERS, statusSteps } from "../pages/status.ts";
import { errorResponse, type HttpResponse, type Request } from "../respond.ts";
import type { Route } from "../router.ts";

export type PagesOptions = {
  readonly site: Site;
  readonly telemetryPath: string;
  readonly store: Pick<NodeStore, "all" | "get">;
  readonly recentPolls: Pick<RecentPolls, "of">;
  readonly compressed: Compress;
};

const REFRESH_SECONDS = 10;

/** `/` and `/nodes/NAME`: the state of the nodes, for people. */
export function pagesRoutes(options: PagesOptions): readonly Route[] {
  const { site, telemetryPath, store, recentPolls, compressed } = options;
  const { linkPrefix } = site;
  const overview = ({ state }: StoredNode) => overviewOf(state, recentPolls.of(state.node.name));
  const makeCostly = createCostlyResponses();
  const page = (title: string, path: string, content: Markup, nowMs: number) =>
    html({
      site,
      title,
      content,
      path,
      kind: path === "/" ? "nodes" : "node",
      refresh: { seconds: REFRESH_SECONDS, nowMs },
    });

  /** Large fleets have large pages, which browsers request every few seconds. */
  async function made(
    request: Request,
    path: string,
    query: PageQuery,
    make: () => HttpResponse | Promise<HttpResponse>,
  ) {
    return compressed(await makeCostly(JSON.stringify([path, ...query]), make, request.onGone), request.headers);
  }

  function status(request: Request): Promise<HttpResponse> {
    const query = readPageQuery(request.query, STATUS_PARAMETERS, REPEATED_PARAMETERS);
    return made(request, "/", query, async () => {
      // The current one of each: a poll that ends meanwhile replaces its state together with its recent polls.
      const current = (stored: StoredNode) => store.get(stored.state.node.name) ?? stored;
      const nodes = await inSlices(mapSteps(store.all(), (stored) => overview(current(stored))));
      const nowMs = Date.now();
      const { title, content } = await inSlices(statusSteps({ nodes, query, nowMs, telemetryPath, linkPrefix }));
      return page(title, "/", content, nowMs);
    });
  }

  /** Only a browser shows the names; a fleet has thousands of them to compare. */
  function noNode(request: Request): HttpResponse | Promise<HttpResponse> {
    const { segment, headers } = request;
    if (!acceptsHtml(headers.accept)) return noNodeResponse(linkPrefix, []);
    const names = () => store.all().map(({ state }) => state.node.name);
    return makeCostly(
      JSON.stringify(["none", segment]),
      () => noNodeResponse(linkPrefix, similarNames(segment, names())),
      request.onGone,
    );
  }

  function node(request: Request): HttpResponse | Promise<HttpResponse> {
    const name = request.segment;
    if (store.get(name) === undefined) return noNode(request);
    const path = `/nodes/${encodeURIComponent(name)}`;
    const query = readPageQuery(request.query, NODE_PARAMETERS);
    return made(request, path, query, () => {
      // A reload may have removed the node while the request waited.
      const stored = store.get(name);
      if (stored === undefined) return noNodeResponse(linkPrefix, []);
      const nowMs = Date.now();
      // The peers of a node are stored only as lines of its metrics: a fleet has a hundred thousand of them.
      const samples = [...readSamples(stored.lines.bytes.toString(), isShownOfNode)];
      const polls = recentPolls.of(name);
      const shown = overview(stored);
      const content = nodePage({ node: shown, recentPolls: polls, samples, query, nowMs, linkPrefix });
      return page(nodeTitle(shown, nowMs), path, content, nowMs);
    });
  }

  const nodes: Route = { path: "/nodes/*", handle: node };
  return telemetryPath === "/" ? [nodes] : [{ path: "/", handle: status }, nodes];
}

/** Names that may have been meant: enough for a short list. */
const MAX_SIMILAR = 8;

function similarNames(wanted: string, names: readonly string[]): readonly string[] {
  const word = wanted.toLowerCase();
  const isLike = (name: string) => name.toLowerCase().includes(word) || isSimilar(word, name.toLowerCase());
  return names.filter(isLike).slice(0, MAX_SIMILAR);
}

function noNodeResponse(linkPrefix: string, similar: readonly string[]): HttpResponse {
  const links = similar.map((name) => ({ href: `${linkPrefix}/nodes/${encodeURIComponent(name)}`, text: name }));
  return errorResponse(404, `this exporter has no node of this name; see ${linkPrefix}/ for all nodes`, {}, links);
}
