import type { Journal } from "../poll/journal.ts";
import type { NodeStore, StoredNode } from "../poll/store.ts";
import { type Answer, html, problem, type Request } from "./answer.ts";
import { createCompressor } from "./compress.ts";
import type { Markup } from "./markup.ts";
import { htmlPage } from "./pages/layout.ts";
import { readPageQuery } from "./pages/links.ts";
import { isShownOfNode, NODE_PARAMETERS, nodePage } from "./pages/node.ts";
import { overviewOf } from "./pages/overview.ts";
import type { Sample } from "./pages/sample.ts";
import { STATUS_PARAMETERS, statusPage } from "./pages/status.ts";
import { heading } from "./pages/summary.ts";
import type { Route } from "./router.ts";

export type PagesOptions = {
  readonly version: string;
  readonly telemetryPath: string;
  readonly store: Pick<NodeStore, "all" | "get">;
  readonly journal: Pick<Journal, "of">;
  /** Reads the samples of some families out of a node's lines. */
  readonly readSamples: (lines: string, isWanted: (family: string) => boolean) => Iterable<Sample>;
};

const REFRESH_SECONDS = 10;

/** `/` and `/nodes/NAME`: what is known of the nodes, for people. */
export function pagesRoutes({ version, telemetryPath, store, journal, readSamples }: PagesOptions): readonly Route[] {
  const overview = ({ state }: StoredNode) => overviewOf(state, journal.of(state.node.name));
  const compressed = createCompressor();
  /** Large fleets have large pages, which browsers ask for every few seconds. */
  const page = ({ headers }: Request, title: string, path: string, content: Markup, nowMs: number) =>
    compressed(
      html(htmlPage({ title, version, content, path, refresh: { seconds: REFRESH_SECONDS, nowMs } })),
      headers,
    );

  function status(request: Request): Answer | Promise<Answer> {
    const { query } = request;
    const nodes = store.all().map(overview);
    const nowMs = Date.now();
    const given = { nodes, query: readPageQuery(query, STATUS_PARAMETERS), nowMs, telemetryPath };
    return page(request, heading(nodes), "/", statusPage(given), nowMs);
  }

  function node(request: Request): Answer | Promise<Answer> {
    const { rest, query } = request;
    const stored = store.get(rest);
    if (stored === undefined) return problem(404, "no node of this exporter has this name; see / for all of them");
    const nowMs = Date.now();
    return page(
      request,
      rest,
      `/nodes/${encodeURIComponent(rest)}`,
      nodePage({
        node: overview(stored),
        journal: journal.of(rest),
        samples: [...readSamples(stored.lines.bytes.toString(), isShownOfNode)],
        query: readPageQuery(query, NODE_PARAMETERS),
        nowMs,
      }),
      nowMs,
    );
  }

  const nodes: Route = { path: "/nodes/*", answer: node };
  return telemetryPath === "/" ? [nodes] : [{ path: "/", answer: status }, nodes];
}
