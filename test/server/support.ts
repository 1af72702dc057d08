import type { Server } from "node:http";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import type { Format } from "../../src/metrics/exposition.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore } from "../../src/poll/store.ts";
import { listen as listenAt } from "../../src/server/listen.ts";
import { locationOf } from "../../src/server/location.ts";
import { createErrorPages } from "../../src/server/pages/error.ts";
import { createRoutes, type RoutesOptions } from "../../src/server/routes/index.ts";
import { buildBody } from "../../src/server/routes/page-body.ts";
import { createServer } from "../../src/server/server.ts";
import { logSink } from "../poll/support.ts";
import { ask } from "../support/ask.ts";

export type Observed = { readonly handler: string; readonly code: number; readonly seconds: number };

export type Overrides = Partial<RoutesOptions> & {
  readonly renderPage?: (format: Format) => Promise<string>;
  readonly allowedHosts?: readonly string[] | undefined;
};

/** Knows no node and allows no target. */
export const NO_PROBE: RoutesOptions["probe"] = {
  nodes: () => [],
  probe: async () => ({ kind: "polled" }),
  pageOf: () => ({ chunks: () => [] }),
  traceOf: () => "",
  probeTarget: async () => ({ kind: "forbidden", message: "no target" }),
};

/** A server that serves small pages, and what it logged and measured. */
export function setUp(given: Overrides = {}) {
  const {
    renderPage = async (format) => `page ${format}\n`,
    allowedHosts,
    location = locationOf(),
    ...overrides
  } = given;
  const { log, lines } = logSink("debug");
  const observed: Observed[] = [];
  const site = { version: "1.2.3", host: "host-1", linkPrefix: location.linkPrefix, ...overrides.site };
  const routes = createRoutes({
    telemetryPath: "/metrics",
    location,
    page: async (format, encoding) => {
      const page = Buffer.from(await renderPage(format));
      return buildBody({ chunks: () => [page] }, format, encoding);
    },
    probe: NO_PROBE,
    nodes: { store: createStore(), recentPolls: createRecentPolls() },
    reload: async () => ({ ok: true, summary: "all good" }),
    config: () => ({
      connections: { series: true, maxPerNode: 250, maxNewPerHour: 2000, address: "full", hashKey: undefined },
      lag: { minSupport: 2, reorgDepth: {} },
      probe: { allow: [], modules: new Map(), concurrency: 10 },
      nodes: [],
      references: [],
    }),
    loadAssets: async () => ({
      dashboards: () => [],
      dashboard: () => undefined,
      title: (name) => name,
      dashboardToImport: () => undefined,
      description: () => "",
      rules: () => "groups:\n",
    }),
    nodeCounts: () => ({ nodes: 2, up: 1, all: 2, polled: 2 }),
    ...overrides,
    site,
  });
  const observeRequest = (handler: string, code: number, seconds: number) =>
    void observed.push({ handler, code, seconds });
  const { http, close } = createServer({
    routes,
    location,
    log,
    observeRequest,
    allowedHosts,
    showError: createErrorPages(site),
  });
  const server = { http, close, inject: (sent: Sent | string) => inject(http, sent) };
  onTestFinished(close);
  return { server, lines, observed, codes: () => observed.map(({ handler, code }) => `${handler} ${code}`) };
}

type Sent = {
  readonly url: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string;
};

/** Sends one request on a connection of its own, and gives the whole answer. */
async function inject(http: Server, sent: Sent | string) {
  const { url, method = "GET", headers = {}, payload }: Sent = typeof sent === "string" ? { url: sent } : sent;
  const base = http.listening
    ? `http://127.0.0.1:${Object(http.address()).port}`
    : await listenAt(http, { kind: "tcp", host: "127.0.0.1", port: 0 });
  const sentBody = payload === undefined ? {} : { body: payload };
  const { statusCode, headers: received, body, text } = await ask(base, { path: url, method, headers, ...sentBody });
  return { statusCode, headers: received, rawPayload: body, body: text, json: () => JSON.parse(text) };
}

/** The same, listening on 127.0.0.1. */
export async function listen(overrides: Overrides = {}) {
  const parts = setUp(overrides);
  const url = await listenAt(parts.server.http, { kind: "tcp", host: "127.0.0.1", port: 0 });
  return { ...parts, url, port: Number(new URL(url).port) };
}

/** Sends bytes and gives all that comes back until the server closes the connection. */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    // A server that answers before it has read everything may reset the connection afterwards.
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(bytes, "latin1");
  });
}
