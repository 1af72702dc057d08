import type { ProbeRequest } from "../../config/probe.ts";
import { withinTime } from "../../lib/abort.ts";
import { formatDuration } from "../../lib/duration.ts";
import { createQueue, createSharedWaits } from "../../lib/queue.ts";
import { inSlices } from "../../lib/slices.ts";
import { harmlessLines } from "../../lib/text/harmless.ts";
import type { Compress } from "../compress.ts";
import { acceptsHtml } from "../negotiate.ts";
import { probeSteps } from "../pages/probe.ts";
import { html } from "../pages/respond.ts";
import type { Site } from "../pages/site.ts";
import { errorResponse, type HttpResponse, type Request, text } from "../respond.ts";
import type { Route } from "../router.ts";
import { respondWithPage, wantedOf } from "./metrics.ts";
import { buildBody, type PageChunks } from "./page-body.ts";

export type ProbeOptions = {
  /** Names of the configured nodes. */
  readonly nodes: () => readonly string[];
  /** Polls the node now, or shares the result of a poll that has just ended. */
  readonly probe: (name: string) => Promise<ProbeOutcome>;
  /** The page with the samples of one node. */
  readonly pageOf: (name: string) => PageChunks;
  /** The node's last poll as text. */
  readonly traceOf: (name: string) => string;
  readonly probeTarget: ProbeTarget;
};

type ProbeRouteOptions = ProbeOptions & { readonly site: Site; readonly compressed: Compress };

/** `gone`: the exporter is stopping, or no longer polls the node. */
export type ProbeOutcome = { readonly kind: "polled" | "gone" } | ({ readonly kind: "shared" } & SharedResult);

/** The result of a poll that an earlier request started. */
type SharedResult = {
  /** Milliseconds since the poll ended. */
  readonly ageMs: number;
  /** For how many milliseconds every request gets this result. */
  readonly sharedForMs: number;
};

/**
 * Polls a target that need not be configured.
 * @param maxMs how long the client waits
 * @param gone aborts when the client no longer waits
 */
export type ProbeTarget = (request: ProbeRequest, maxMs: number, gone: AbortSignal) => Promise<TargetOutcome>;

type TargetOutcome =
  | {
      readonly kind: "polled";
      readonly page: PageChunks;
      /** The poll as text. */
      readonly trace: string;
      /** Undefined: the poll ended just now. */
      readonly shared?: SharedResult | undefined;
    }
  | { readonly kind: "bad" | "forbidden"; readonly message: string }
  | { readonly kind: "busy" }
  | { readonly kind: "stopping" };

const MAX_BUILDS = 2;

/**
 * `/probe?node=NAME` polls one configured node now; `/probe?target=URL&module=NAME` polls a target that the configuration
 * allows. Both respond with the series of that node only; with `debug=true`, after a description of the poll for people.
 */
export function probeRoute(options: ProbeRouteOptions): Route {
  // Many requests may wait for the same poll, and each page takes a megabyte while it is compressed.
  const wait = createSharedWaits<string, ProbeOutcome>();
  const queue = createQueue({ concurrency: MAX_BUILDS });
  const { site, compressed } = options;
  const { linkPrefix } = site;

  async function debug(request: Request, poll: DebuggedPoll): Promise<HttpResponse> {
    if (!acceptsHtml(request.headers.accept)) return debugText(poll);
    const made = await queue(() => debugPage(poll, request.query));
    return compressed(made, request.headers);
  }

  async function debugPage({ name, href, shared, trace, page }: DebuggedPoll, query: string): Promise<HttpResponse> {
    const parameters = new URLSearchParams(query);
    parameters.delete("debug");
    const notice = shared && sharedNotice(shared);
    const metricsHref = `${linkPrefix}/probe?${parameters}`;
    const content = await inSlices(probeSteps({ name, href, notice, trace, series: seriesText(page), metricsHref }));
    return html({ site, title: `Poll of ${name}`, path: "/nodes/", content }, { headers: VARY });
  }

  async function probeNode(request: Request, parameters: URLSearchParams): Promise<HttpResponse> {
    const [node = "", ...more] = parameters.getAll("node");
    if (node === "" || more.length > 0 || parameters.has("target")) {
      return errorResponse(400, "expected /probe?node=NAME, or /probe?target=URL&module=NAME");
    }
    if (!options.nodes().includes(node)) {
      return errorResponse(404, "this exporter polls no node of this name; see /sd for all nodes");
    }
    const outcome = await withinTime(
      wait(node, () => options.probe(node), request.onGone),
      scrapeTimeoutMs(request),
    );
    if (outcome === undefined) return errorResponse(504, "the poll did not end within the time of the request");
    if (outcome.kind === "gone") return STOPPING;
    const page = options.pageOf(node);
    if (isDebug(parameters)) {
      const href = `${linkPrefix}/nodes/${encodeURIComponent(node)}`;
      const shared = outcome.kind === "shared" ? outcome : undefined;
      return debug(request, { name: node, href, shared, trace: options.traceOf(node), page });
    }
    return respondWithPage(wantedOf(request.headers), (format, encoding) =>
      queue(() => buildBody(page, format, encoding)),
    );
  }

  async function probeTarget(request: Request, parameters: URLSearchParams): Promise<HttpResponse> {
    const [target = "", ...moreTargets] = parameters.getAll("target");
    const [module = "", ...moreModules] = parameters.getAll("module");
    if (target === "" || moreTargets.length + moreModules.length > 0) {
      return errorResponse(400, "expected /probe?target=URL&module=NAME, each once");
    }
    const gone = new AbortController();
    request.onGone(() => gone.abort());
    const outcome = await options.probeTarget({ target, module }, scrapeTimeoutMs(request), gone.signal);
    switch (outcome.kind) {
      case "polled":
        if (isDebug(parameters)) return debug(request, { name: "a target", href: undefined, ...outcome });
        return respondWithPage(wantedOf(request.headers), (format, encoding) =>
          buildBody(outcome.page, format, encoding),
        );
      case "bad":
        return errorResponse(400, outcome.message);
      case "forbidden":
        return errorResponse(403, outcome.message);
      case "busy":
        return BUSY;
      case "stopping":
        return STOPPING;
    }
  }

  return {
    path: "/probe",
    handle: (request) => {
      const parameters = new URLSearchParams(request.query);
      const isTarget = !parameters.has("node") && parameters.has("target");
      return isTarget ? probeTarget(request, parameters) : probeNode(request, parameters);
    },
  };
}

const STOPPING = errorResponse(503, "the exporter is stopping");

const BUSY = errorResponse(503, "the limit of probe.concurrency is reached", { "retry-after": "1" });

function isDebug(parameters: URLSearchParams): boolean {
  return parameters.get("debug") === "true";
}

/** A poll that is shown to people. */
type DebuggedPoll = {
  readonly name: string;
  /** The page of the node. */
  readonly href: string | undefined;
  readonly shared?: SharedResult | undefined;
  readonly trace: string;
  readonly page: PageChunks;
};

/** The poll as text, then its series. */
function debugText({ shared, trace, page }: DebuggedPoll): HttpResponse {
  const notice = shared === undefined ? "" : `${sharedNotice(shared)}\n\n`;
  // Terminals obey some characters, and nodes choose a part of these texts.
  return text(200, harmlessLines(notice + trace + seriesText(page)), VARY);
}

function seriesText(page: PageChunks): string {
  return Buffer.concat([...page.chunks("text", "owned")]).toString();
}

const VARY = { vary: "Accept" };

function sharedNotice({ ageMs, sharedForMs }: SharedResult): string {
  const [age, sharedFor] = [ageMs, sharedForMs].map(formatDuration);
  return `shared: the poll below ended ${age} ago; all requests share its result for ${sharedFor}, so that they cannot make the exporter poll the node more often`;
}

/** Subtracted from Prometheus' timeout, so that the response arrives before Prometheus gives up; half of a shorter one. */
const OFFSET_SECONDS = 0.5;

/** Without a header of Prometheus, the poll's own timeout is the limit; this bounds that as well. */
const MAX_SECONDS = 120;

/** How long the response to a scrape may take, in milliseconds. */
export function scrapeTimeoutMs({ headers }: Pick<Request, "headers">): number {
  const header = Number([headers["x-prometheus-scrape-timeout-seconds"] ?? []].flat()[0]);
  const seconds = header > 0 ? header - Math.min(OFFSET_SECONDS, header / 2) : MAX_SECONDS;
  return Math.max(1, Math.round(Math.min(seconds, MAX_SECONDS) * 1000));
}
