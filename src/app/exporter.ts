import VERSION from "embedded:version";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { ADAPTERS, chains } from "../chains/index.ts";
import type { Config, NodeConfig } from "../config/model.ts";
import { describeNode } from "../config/print.ts";
import { type ConfigChanges, compareSteps, createReloader, type ReloadResult } from "../config/reload.ts";
import { withinTime } from "../lib/abort.ts";
import type { Shutdown } from "../lib/shutdown.ts";
import { eachStep, inSlices, type Steps, startInSlices } from "../lib/slices.ts";
import type { Logger } from "../logging/logger.ts";
import { createCatalogue } from "../metrics/catalogue.ts";
import { type ConnectionSettings, createConnectionSettings } from "../metrics/connection-settings.ts";
import { createNodeInfo } from "../metrics/node-info.ts";
import { createPageRenderer, type RenderedFamily, type RenderPage } from "../metrics/page.ts";
import { createNodeRenderer } from "../metrics/render-node.ts";
import { cacheRecent, createSelfMetrics, type SelfMetrics } from "../metrics/self.ts";
import { traceText } from "../poll/outcomes.ts";
import { createPoller } from "../poll/poller.ts";
import { createRecentPolls } from "../poll/recent-polls.ts";
import { openSession } from "../poll/run-poll.ts";
import { createSchedule } from "../poll/scheduler.ts";
import type { FreshNodes } from "../poll/stale.ts";
import { createStore } from "../poll/store.ts";
import { createRpcClient } from "../rpc/client.ts";
import { createConnectionSlots } from "../rpc/connection-slots.ts";
import { locationOf, type WebLocation } from "../server/location.ts";
import type { LastRead } from "../server/pages/config.ts";
import { createErrorPages } from "../server/pages/error.ts";
import type { ShowError } from "../server/respond.ts";
import type { Route } from "../server/router.ts";
import { createRoutes, type RoutesOptions } from "../server/routes/index.ts";
import { countNodes, type NodeCounts } from "../server/routes/operator.ts";
import type { PageSnapshot } from "../server/routes/page-body.ts";
import { createPageSource } from "../server/routes/page-source.ts";
import type { WebAccess } from "../server/web-config/open.ts";
import { descriptorWarning, type readDescriptors, type shareDescriptors } from "./descriptors.ts";
import { createTargetProbe } from "./target-probe.ts";

export type ExporterOptions = {
  readonly config: Config;
  /**
   * Reads the configuration again, for a reload, in slices of the event loop. The signal ends it.
   * @throws ConfigError
   */
  readonly load: (signal: AbortSignal) => Promise<Config>;
  readonly telemetryPath: string;
  /** Where clients find the pages; by default at the root of each address. */
  readonly location?: WebLocation | undefined;
  readonly log: Logger;
  /** The files of --web.config.file. */
  readonly access?: Pick<WebAccess, "reload" | "onRead"> | undefined;
  /** Called when a reload begins, and with its result. */
  readonly onReload?: ((result: ReloadResult | undefined) => void) | undefined;
  /** Lines of the log that were lost so far. */
  readonly logLinesLost?: () => number;
  /** As the process had them when it began to listen. */
  readonly descriptors: ReturnType<typeof readDescriptors>;
  readonly shares: ReturnType<typeof shareDescriptors>;
};

/** Everything behind the server. */
export type Exporter = Pick<SelfMetrics, "observeRequest" | "connectionClosed"> & {
  readonly routes: readonly Route[];
  readonly showError: ShowError;
  /** Starts to poll. */
  schedule(): Promise<void>;
  /** Applies the configuration that `load` returns and logs the result; never rejects. */
  reload(cause: string): Promise<ReloadResult>;
  nodeCounts(): NodeCounts;
  /** Adds what ends polls and schedule. */
  closeWith(shutdown: Shutdown): void;
};

/**
 * The exporter's own metrics on a page may be this old: less than the shortest usual scrape interval. When they change, so
 * does the page, and a large one takes a core a tenth of a second to compress.
 */
const SELF_METRICS_MAX_AGE_MS = 4000;

/** How long the end waits for a running reload, which may be reading a file that hangs. */
const RELOAD_END_MS = 1000;

/** Builds every part that makes pages and polls nodes, and connects them. */
export async function createExporter(options: ExporterOptions): Promise<Exporter> {
  const { config, load, location = locationOf(), log, access, shares, descriptors } = options;
  const self = createSelfMetrics(VERSION, options.logLinesLost);
  const { lastRead, loaded, read } = createLastRead(self);
  if (config.shard !== undefined) self.sharded(config.shard);
  const warnOfDescriptors = (polled: number) => {
    const warning = descriptorWarning(polled, shares, descriptors);
    if (warning !== undefined) log.warn(warning);
  };
  const current = await createCurrentConfig(config);
  const polling = createPolling(current, shares.nodes, log);
  const { poller, targetProbe, schedule } = polling;
  const reloader = createReloader({
    load,
    apply: (next, signal) => applyConfig(next, { current, polling, warnOfDescriptors, log }, signal),
    reloadOtherFiles: access?.reload,
    loaded,
    onReload: options.onReload,
    observe: read,
    log,
  });
  access?.onRead(reloader.otherFilesRead);
  const site = { version: VERSION, host: hostname(), shard: config.shard, linkPrefix: location.linkPrefix };
  const routes = routesOf({
    telemetryPath: options.telemetryPath,
    location,
    site,
    lastRead,
    polling,
    current,
    collectOwn: self.collect,
    reload: () => reloader.reload("POST /-/reload"),
  });
  return {
    routes,
    showError: createErrorPages(site),
    observeRequest: self.observeRequest,
    connectionClosed: self.connectionClosed,
    reload: reloader.reload,
    nodeCounts: () => countNodes(polling.nodes),
    async schedule() {
      warnOfDescriptors(polledNodes(config).length);
      await inSlices(schedule.plan(polledNodes(config)));
    },
    closeWith(shutdown) {
      shutdown.addSlow(poller.close);
      shutdown.addSlow(targetProbe.close);
      shutdown.add(schedule.stop);
      shutdown.add(async () => void (await withinTime(reloader.stop(), RELOAD_END_MS)));
    },
  };
}

/** Notes how the configuration was last read, for pages and metrics. The first one was valid. */
function createLastRead(self: Pick<SelfMetrics, "configLoaded" | "configRead">) {
  let last: LastRead = { isValid: true, loadedMs: Date.now() };
  const loaded = () => {
    last = { ...last, loadedMs: Date.now() };
    self.configLoaded(last.loadedMs / 1000);
  };
  const read = (isValid: boolean) => {
    last = { ...last, isValid };
    self.configRead(isValid);
  };
  loaded();
  read(true);
  return { lastRead: () => last, loaded, read };
}

/** The current configuration; a reload replaces it as a whole. */
type CurrentConfig = {
  config(): Config;
  /** How the connections of a node become series. */
  settings(node: NodeConfig): ConnectionSettings;
  /** Reads the files that the settings of a configuration need. @returns makes the configuration the current one */
  prepare(next: Config, asRead: Config): Promise<() => void>;
};

async function createCurrentConfig(first: Config): Promise<CurrentConfig> {
  // Without a configured key, each start hashes differently, so that hashes cannot be looked up in a table.
  const settings = createConnectionSettings(randomBytes(32).toString("hex"));
  let current = first;
  (await settings.prepare(first))();
  return {
    config: () => current,
    settings: settings.of,
    async prepare(next, asRead) {
      const use = await settings.prepare(next, asRead);
      return () => {
        use();
        current = next;
      };
    },
  };
}

type Polling = ReturnType<typeof createPolling>;

/** What polls the nodes, and where the results of the polls are stored. */
function createPolling({ config, settings }: CurrentConfig, maxConnections: number, log: Logger) {
  const catalogue = createCatalogue(ADAPTERS);
  const store = createStore();
  const recentPolls = createRecentPolls();
  const slots = createConnectionSlots(maxConnections);
  const open = (node: NodeConfig) => openSession(node, (client) => createRpcClient({ ...client, slots }));
  const render = createNodeRenderer(catalogue, ({ chain }) => chains[chain].traits, settings);
  // The store is filled before the first scrape, so that every node is on the first page, with up 0.
  const nodes = polledNodes(config());
  const poller = createPoller({ nodes, lag: () => config().lag, open, render, store, recentPolls, log });
  const targetProbe = createTargetProbe({ open, config, connections: settings, log });
  const schedule = createSchedule(poller.scheduledPoll);
  return { nodes: poller.nodes, recentPolls, poller, targetProbe, schedule, renderPage: createPageRenderer(catalogue) };
}

type ApplyContext = {
  readonly current: CurrentConfig;
  readonly polling: Polling;
  readonly warnOfDescriptors: (polled: number) => void;
  readonly log: Logger;
};

/** Makes a valid configuration the current one. @returns the changes in one line */
async function applyConfig(next: Config, context: ApplyContext, signal: AbortSignal): Promise<string> {
  const { current, polling, warnOfDescriptors, log } = context;
  const { poller, schedule } = polling;
  const changes = await inSlices(compareSteps(current.config(), next), signal);
  // Unchanged nodes keep their objects; the redactor knows the secrets of those that were read.
  const replace = await current.prepare(changes.config, next);
  const polled = polledNodes(changes.config);
  const change = await inSlices(poller.prepare(polled), signal);
  // In one step, so that polls, pages and logs agree.
  const stops = change.commit();
  replace();
  await inSlices(schedule.keep(polled));
  const ends: Promise<void>[] = [];
  await startInSlices(stops.map((stop) => () => ends.push(stop())));
  await inSlices(schedule.plan(polled));
  await Promise.all(ends);
  if (changes.added.length > 0) warnOfDescriptors(polled.length);
  return inSlices(logChanges(changes, log));
}

type PageContext = Pick<RoutesOptions, "telemetryPath" | "location" | "site" | "lastRead"> & {
  readonly polling: Polling;
  readonly current: CurrentConfig;
  /** Collects the exporter's own metrics. */
  readonly collectOwn: () => Promise<readonly RenderedFamily[]>;
  readonly reload: () => Promise<ReloadResult>;
};

function routesOf(context: PageContext): readonly Route[] {
  const { polling, current, collectOwn, ...further } = context;
  const { nodes, recentPolls, poller, targetProbe, renderPage } = polling;
  const recent = cacheRecent(collectOwn, SELF_METRICS_MAX_AGE_MS);
  const withNodeInfo = createNodeInfo();
  const snapshotWith = createSnapshots(nodes, renderPage);
  const snapshotOf = (own: readonly RenderedFamily[]) => snapshotWith(withNodeInfo(own, current.config().nodes));
  const snapshot = () => {
    const own = recent();
    return own instanceof Promise ? own.then(snapshotOf) : snapshotOf(own);
  };
  return createRoutes({
    ...further,
    page: createPageSource(() => nodes.settle()?.then(snapshot) ?? snapshot()),
    nodeCounts: () => countNodes(nodes),
    probe: {
      nodes: () => current.config().nodes.map(({ name }) => name),
      probe: poller.probe,
      probeTarget: targetProbe.probe,
      traceOf: (name) => traceText(nodes.get(name)?.state, recentPolls.of(name).lastTrace?.calls ?? []),
      pageOf: (name) => {
        const own = () => {
          const stored = nodes.get(name);
          return stored === undefined ? [] : [stored];
        };
        return { chunks: (format, use) => nodes.read(() => renderPage(own(), [], format, use)) };
      },
    },
    nodes: { store: nodes, recentPolls },
    config: current.config,
  });
}

/** Gives the page of all nodes with the exporter's own metrics: the same object until one of the two changes. */
function createSnapshots(stored: FreshNodes, renderPage: RenderPage): (own: readonly RenderedFamily[]) => PageSnapshot {
  let last: { readonly own: object; readonly revision: number; readonly snapshot: PageSnapshot } | undefined;
  return (own) => {
    const revision = stored.revision();
    if (last?.own !== own || last.revision !== revision) {
      // It reads the nodes only when its chunks are read: a held snapshot must not hold the lines of past polls.
      const snapshot: PageSnapshot = {
        bytes: stored.bytes(),
        chunks: (format, use) => stored.read((nodes) => renderPage(nodes, own, format, use)),
      };
      last = { own, revision, snapshot };
    }
    return last.snapshot;
  };
}

function polledNodes({ nodes, references }: Config): readonly NodeConfig[] {
  return [...nodes, ...references];
}

/** @returns the changes in one line */
function* logChanges({ added, changed, removed, unchanged }: ConfigChanges, log: Logger): Steps<string> {
  yield* eachStep([...added, ...changed], (node) =>
    log.info({ target: node.name, chain: node.chain }, describeNode(node)),
  );
  yield* eachStep(removed, ({ name, chain }) => log.info({ target: name, chain }, "no longer polled"));
  return `nodes: ${added.length} added, ${changed.length} changed, ${removed.length} removed, ${unchanged.length} unchanged`;
}
