import pino from "pino";
import { listen } from "../../../src/server/listen.ts";
import { locationOf } from "../../../src/server/location.ts";
import { createErrorPages } from "../../../src/server/pages/error.ts";
import { createRoutes, type RoutesOptions } from "../../../src/server/routes/index.ts";
import { createServer } from "../../../src/server/server.ts";
import { type Fleet, type MadeFleet, makeFleet } from "./fleet.ts";

/**
 * The pages of the exporter with made-up fleets, to look at: npm run gallery. Each fleet has an address of its own; the pages stay as they
 * are, as if the exporter had polled them for the last time when the gallery started.
 */

/** Nodes and peers choose such texts. */
export const HOSTILE_TEXTS: readonly string[] = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(2)>',
  "\u202egnp.exe\u2066\u200b\ufeff",
  "a-name-as-long-as-people-make-them.".repeat(6),
  "\u540d\u524d\u306e\u9577\u3044\u30ce\u30fc\u30c9 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \ud83d\udc27",
  "{{constructor}} #{7*7} %s \\u0000",
];

const FLEETS: Readonly<Record<string, Omit<Fleet, "nowMs">>> = {
  "one node": { nodes: 1, minutes: 60, story: "well" },
  "10 nodes": { nodes: 10, minutes: 60 },
  "200 nodes": { nodes: 200, minutes: 60 },
  "1000 nodes": { nodes: 1000, minutes: 60 },
  "200 nodes, all well": { nodes: 200, minutes: 60, story: "well" },
  "200 nodes, all restricted": { nodes: 200, minutes: 60, story: "restricted" },
  "50 nodes with hostile texts": { nodes: 50, minutes: 60, hostile: HOSTILE_TEXTS },
  "10 nodes, first minute": { nodes: 10, minutes: 0 },
  "10 nodes, 5 minutes": { nodes: 10, minutes: 5 },
  "no nodes": { nodes: 0, minutes: 0 },
};

/** Serves one fleet. @returns its address, and what ends it */
export async function serveFleet({ store, recentPolls }: MadeFleet): Promise<{ url: string; close(): Promise<void> }> {
  const location = locationOf();
  const site = { version: "0.2.0", host: "monitoring-1", shard: { index: 1, total: 3 }, linkPrefix: "" };
  const count = store.all().length;
  const routes = createRoutes({
    telemetryPath: "/metrics",
    location,
    site,
    page: () => ({ kind: "whole", chunks: [], bytes: 0 }),
    probe: NO_PROBE,
    nodes: { store, recentPolls },
    reload: async () => ({ ok: true, summary: "nothing to reload" }),
    config: () => ({ ...EMPTY_CONFIG, nodes: store.all().map(({ state }) => state.node) }),
    nodeCounts: () => ({ nodes: count, up: count, all: count, polled: count }),
  });
  const server = createServer({
    routes,
    location,
    log: pino({ level: "silent" }),
    observeRequest: () => {},
    showError: createErrorPages(site),
  });
  return { url: await listen(server.http, { kind: "tcp", host: "127.0.0.1", port: 0 }), close: server.close };
}

const EMPTY_CONFIG: ReturnType<RoutesOptions["config"]> = {
  connections: { series: true, maxPerNode: 250, maxNewPerHour: 2000, address: "full", hashKey: undefined },
  lag: { minSupport: 2, reorgDepth: {} },
  probe: { allow: [], modules: new Map(), concurrency: 10 },
  nodes: [],
  references: [],
};

const NO_PROBE: RoutesOptions["probe"] = {
  nodes: () => [],
  probe: async () => ({ kind: "polled" }),
  pageOf: () => ({ chunks: () => [] }),
  traceOf: () => "",
  probeTarget: async () => ({ kind: "forbidden", message: "the gallery polls nothing" }),
};

/** Serves every fleet until the process ends. */
export async function serveGallery(print: (line: string) => void): Promise<void> {
  for (const [name, fleet] of Object.entries(FLEETS).sort(([, a], [, b]) => a.nodes - b.nodes)) {
    const { url } = await serveFleet(makeFleet({ ...fleet, nowMs: Date.now() }));
    print(`${name.padEnd(30)} ${url}/`);
  }
}
