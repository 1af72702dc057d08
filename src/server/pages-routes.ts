import type { RecentPolls } from "../poll/recent-polls.ts";
import type { NodeStore, StoredNode } from "../poll/store.ts";
import { createCompressor } from "./compress.ts";
import { createCostlyAnswers } from "./costly-answers.ts";
import type { Markup } from "./markup.ts";
import { htmlPage } from "./pages/layout.ts";
import { type PageQuery, readPageQuery } from "./pages/links.ts";
import { isShownOfNode, NODE_PARAMETERS, nodePage } from "./pages/node.ts";
import { overviewOf } from "./pages/overview.ts";
import type { Sample } from "./pages/sample.ts";
import { STATUS_PARAMETERS, statusPage } from "./pages/status.ts";
import { heading } from "./pages/summary.ts";
import { type Answer, html, problem, type Request } from "./respond.ts";
import type { Route } from "./router.ts";

export type PagesOptions = {
  readonly version: string;
  readonly telemetryPath: string;
  readonly store: Pick<NodeStore, "all" | "get">;
  readonly recentPolls: Pick<RecentPolls, "of">;
  /** Reads the samples of some families out of a node's lines. */
  readonly readSamples: (lines: string, isWanted: (family: string) => boolean) => Iterable<Sample>;
};

const REFRESH_SECONDS = 10;

const NO_NODE = problem(404, "no node of this exporter has this name; see / for all of them");

/** `/` and `/nodes/NAME`: what is known of the nodes, for people. */
export function pagesRoutes({
  version,
  telemetryPath,
  store,
  recentPolls,
  readSamples,
}: PagesOptions): readonly Route[] {
  const overview = ({ state }: StoredNode) => overviewOf(state, recentPolls.of(state.node.name));
  const compressed = createCompressor();
  const inTurn = createCostlyAnswers();
  const page = (title: string, path: string, content: Markup, nowMs: number) =>
    html(htmlPage({ title, version, content, path, refresh: { seconds: REFRESH_SECONDS, nowMs } }));

  /** Large fleets have large pages, which browsers ask for every few seconds. */
  async function made(
    { headers, onGone }: Request,
    path: string,
    query: PageQuery,
    make: () => Answer,
  ): Promise<Answer> {
    return compressed(await inTurn(JSON.stringify([path, ...query]), make, onGone), headers);
  }

  function status(request: Request): Promise<Answer> {
    const query = readPageQuery(request.query, STATUS_PARAMETERS);
    return made(request, "/", query, () => {
      const nodes = store.all().map(overview);
      const nowMs = Date.now();
      return page(heading(nodes), "/", statusPage({ nodes, query, nowMs, telemetryPath }), nowMs);
    });
  }

  function node(request: Request): Answer | Promise<Answer> {
    const { rest } = request;
    if (store.get(rest) === undefined) return NO_NODE;
    const path = `/nodes/${encodeURIComponent(rest)}`;
    const query = readPageQuery(request.query, NODE_PARAMETERS);
    return made(request, path, query, () => {
      // A reload may have come before its turn.
      const stored = store.get(rest);
      if (stored === undefined) return NO_NODE;
      const nowMs = Date.now();
      const samples = [...readSamples(stored.lines.bytes.toString(), isShownOfNode)];
      const content = nodePage({ node: overview(stored), recentPolls: recentPolls.of(rest), samples, query, nowMs });
      return page(rest, path, content, nowMs);
    });
  }

  const nodes: Route = { path: "/nodes/*", answer: node };
  return telemetryPath === "/" ? [nodes] : [{ path: "/", answer: status }, nodes];
}
