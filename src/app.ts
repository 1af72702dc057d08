import { randomBytes } from "node:crypto";
import { openAssets } from "./assets.ts";
import { chains } from "./chains/index.ts";
import type { Config, ConnectionsConfig } from "./config/model.ts";
import type { Logger } from "./log.ts";
import { createCatalogue } from "./metrics/catalogue.ts";
import { chainFamilies } from "./metrics/chain-families.ts";
import type { ConnectionSettings } from "./metrics/connections.ts";
import { createPageRenderer, type RenderedFamily } from "./metrics/page.ts";
import { type Collected, keepRecent } from "./metrics/recent.ts";
import { createNodeRenderer } from "./metrics/render-node.ts";
import { createSelfMetrics } from "./metrics/self.ts";
import { createPoller } from "./poll/poller.ts";
import { startSchedule } from "./poll/scheduler.ts";
import { openSession } from "./poll/session.ts";
import { createStore, type NodeStore } from "./poll/store.ts";
import type { NodeCounts } from "./server/health-routes.ts";
import { drain, listen } from "./server/listen.ts";
import type { ListenAddress } from "./server/listen-address.ts";
import { createPageSource, type PageView } from "./server/page-source.ts";
import { createRoutes } from "./server/routes.ts";
import { createServer, type HttpServer } from "./server/server.ts";
import { VERSION } from "./version.ts";

export type AppOptions = {
  readonly config: Config;
  readonly addresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly log: Logger;
};

export type App = {
  /** Where it listens, as URLs (or unix:PATH). */
  readonly addresses: readonly string[];
  /** Ends polls and schedule, lets requests in flight finish, closes everything. */
  close(): Promise<void>;
};

type Listener = { readonly address: ListenAddress; readonly server: HttpServer };

/** The exporter's own metrics on a page may be this old. */
const SELF_METRICS_KEPT_MS = 1000;

/** The composition root: builds every part and connects them. */
export async function startApp({ config, addresses, telemetryPath, log }: AppOptions): Promise<App> {
  const catalogue = createCatalogue(chainFamilies(Object.values(chains)));
  const settings = await connectionSettings(config.connections);
  const store = createStore();
  const self = createSelfMetrics(VERSION);
  self.configLoaded(Date.now() / 1000);
  if (config.shard !== undefined) self.sharded(config.shard);
  const render = createNodeRenderer(catalogue, ({ chain }) => chains[chain].traits, settings);
  // The store is filled before anybody can scrape, so that every node is on the first page with its up 0.
  const polled = [...config.nodes, ...config.references];
  const poller = createPoller({ nodes: polled, lag: config.lag, open: openSession, render, store, log });
  const renderPage = createPageRenderer(catalogue);
  const recent = keepRecent(self.collect, SELF_METRICS_KEPT_MS);
  const viewWith = ({ revision, value }: Collected<readonly RenderedFamily[]>): PageView => {
    const nodes = store.all();
    return {
      revision: `${store.revision()} ${revision}`,
      bytes: store.bytes(),
      chunks: (format, use) => renderPage(nodes, value, format, use),
    };
  };
  const routes = createRoutes({
    telemetryPath,
    version: VERSION,
    page: createPageSource(() => {
      const own = recent();
      return own instanceof Promise ? own.then(viewWith) : viewWith(own);
    }),
    nodeCounts: () => countNodes(store),
    probe: {
      nodes: () => config.nodes.map(({ name }) => name),
      probe: poller.probe,
      pageOf: (name) => {
        const stored = store.get(name);
        return { chunks: (format, use) => renderPage(stored === undefined ? [] : [stored], [], format, use) };
      },
    },
    assets: openAssets(),
    config: () => config,
  });
  const servers = addresses.map(
    (address): Listener => ({ address, server: createServer({ routes, log, observeRequest: self.observeRequest }) }),
  );
  const listening = await listenAll(servers, () => poller.close());
  const schedule = startSchedule(polled, { poll: poller.turn, rest: poller.rest });
  return {
    addresses: listening,
    async close() {
      await schedule.stop();
      await Promise.all([poller.close(), ...servers.map(({ server }) => drain(server))]);
    },
  };
}

function countNodes(store: NodeStore): NodeCounts {
  const states = store.all().map(({ state }) => state);
  const nodes = states.filter(({ node }) => node.role === "node");
  return {
    all: states.length,
    polled: states.filter(({ report }) => report !== undefined).length,
    nodes: nodes.length,
    up: nodes.filter(({ report }) => report?.peers.ok).length,
  };
}

/** Without a key of its own each start hashes differently, so that hashes cannot be looked up in a table. */
async function connectionSettings({ hashKey, ...rest }: ConnectionsConfig): Promise<ConnectionSettings> {
  return { ...rest, hashKey: hashKey === undefined ? randomBytes(32).toString("hex") : await hashKey.reveal() };
}

/** @throws Error of the first address that cannot be had; then none is left open */
async function listenAll(servers: readonly Listener[], cleanUp: () => Promise<void>): Promise<readonly string[]> {
  try {
    return await Promise.all(servers.map(({ server, address }) => listen(server.http, address)));
  } catch (error) {
    await Promise.all([...servers.map(({ server }) => server.close()), cleanUp()]);
    throw error;
  }
}
