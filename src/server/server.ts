import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Assets } from "../assets.ts";
import type { Logger } from "../log.ts";
import type { Format } from "../metrics/exposition.ts";
import { assetsRoutes } from "./assets-routes.ts";
import { landingPage } from "./landing.ts";
import { metricsRoute } from "./metrics-route.ts";
import { type ProbeOptions, probeRoute } from "./probe-route.ts";
import { sdRoute } from "./sd-route.ts";

export type ServerOptions = {
  readonly telemetryPath: string;
  readonly version: string;
  readonly log: Logger;
  readonly renderPage: (format: Format) => Promise<string>;
  readonly nodeCounts: () => NodeCounts;
  readonly probe: ProbeOptions;
  readonly assets: Assets;
  readonly observeRequest: (handler: string, code: number, seconds: number) => void;
};

export type NodeCounts = {
  readonly nodes: number;
  /** Nodes whose last poll got the peer list. */
  readonly up: number;
  /** Nodes and references. */
  readonly all: number;
  /** Of all, those that were polled at least once. */
  readonly polled: number;
};

/** A peer of ours has no business sending more than a request line and headers. */
const MAX_BODY_BYTES = 1024;

/** Slow or silent clients must not hold a socket for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP server, not yet listening. It reads what was polled and never polls. */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: true,
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end("400: the path cannot be read\n");
    },
  });
  app.addHook("onResponse", async (request, reply) => {
    const handler = request.routeOptions.url ?? "none";
    options.observeRequest(handler, reply.statusCode, reply.elapsedTime / 1000);
    options.log.debug(
      { handler, method: request.method, code: reply.statusCode, type: reply.getHeader("content-type") },
      "answered",
    );
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
  });
  finishAnswersBeforeClose(app);
  answerUnknown(app, options.log);
  metricsRoute(app, options.telemetryPath, options.renderPage);
  probeRoute(app, options.probe);
  sdRoute(app, options.probe.nodes);
  assetsRoutes(app, options.assets);
  app.get("/-/healthy", async (_request, reply) =>
    reply.type("text/plain; charset=utf-8").send("peer-exporter is healthy.\n"),
  );
  app.get("/-/ready", async (_request, reply) => {
    const { polled, all } = options.nodeCounts();
    const isReady = polled === all;
    const text = isReady
      ? "peer-exporter is ready.\n"
      : `peer-exporter is not ready: ${polled} of ${all} nodes polled.\n`;
    return reply
      .code(isReady ? 200 : 503)
      .type("text/plain; charset=utf-8")
      .send(text);
  });
  if (options.telemetryPath !== "/")
    app.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(home(options)));
  return app;
}

function home({ version, telemetryPath, nodeCounts }: ServerOptions): string {
  const { up, nodes } = nodeCounts();
  return landingPage({ version, telemetryPath, nodes, nodesUp: up });
}

/**
 * To Node a connection is idle once its answer was written, though most of it may still wait for a slow reader; closing
 * the server would cut it off. So the close waits until the answers are sent, or their connections gone.
 */
function finishAnswersBeforeClose(app: FastifyInstance): void {
  const unsent = new Set<Promise<void>>();
  app.addHook("onRequest", async (_request, { raw }) => {
    const sent = new Promise<void>((resolve) => {
      raw.once("finish", resolve);
      raw.once("close", resolve);
    });
    unsent.add(sent);
    void sent.then(() => unsent.delete(sent));
  });
  app.addHook("preClose", async () => {
    await Promise.all(unsent);
  });
}

/** 405 for a known path with another method, 404 for the rest, and never a stack trace. Called before there are routes. */
function answerUnknown(app: FastifyInstance, log: Logger): void {
  // Not hasRoute(): it reads a path as a route's pattern, and throws when a stranger's path is a broken one.
  const paths = new Set<string>();
  app.addHook("onRoute", ({ url }) => {
    paths.add(url);
  });
  const unknown = (request: FastifyRequest, reply: FastifyReply) => {
    reply.type("text/plain; charset=utf-8");
    if (paths.has(pathOf(request))) {
      return reply.code(405).header("allow", "GET, HEAD").send("405: only GET and HEAD here\n");
    }
    return reply.code(404).send("404: no such page; see /\n");
  };
  app.setNotFoundHandler(async (request, reply) => unknown(request, reply));
  app.setErrorHandler(async (error, request, reply) => {
    const status = statusOf(error);
    // Where no page takes a body, one that is too large or broken is not what is wrong.
    if (status < 500 && request.is404) return unknown(request, reply);
    if (status >= 500) log.error({ err: error }, "a request ended in an unexpected error");
    return reply.code(status).type("text/plain; charset=utf-8").send(`${status}: the request cannot be answered\n`);
  });
}

function statusOf(error: unknown): number {
  const hasStatus = error instanceof Error && "statusCode" in error && typeof error.statusCode === "number";
  return hasStatus ? Number(error.statusCode) : 500;
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?")[0] ?? url;
}
