import BUILD from "embedded:build";
import VERSION from "embedded:version";
import { resolve } from "node:path";
import { type App, type AppOptions, startApp } from "../../app/app.ts";
import { keepMemorySmall } from "../../app/memory-flags.ts";
import { openReloadSocket, reloadSocketPath } from "../../app/reload-socket.ts";
import { openSystemdService } from "../../app/systemd-service.ts";
import type { Loading } from "../../config/load.ts";
import type { Config, Shard } from "../../config/model.ts";
import { describeNode, describePolling } from "../../config/print.ts";
import { secretWarnings } from "../../config/secret-warnings.ts";
import { describeShard, shardSteps } from "../../config/shard.ts";
import type { SecretWarning } from "../../config/short-secrets.ts";
import { watchFiles } from "../../lib/files/watch.ts";
import type { Redact } from "../../lib/safe-error.ts";
import { createShutdown } from "../../lib/shutdown.ts";
import { inSlices, runToEnd, withoutSteps } from "../../lib/slices.ts";
import { createLogger, defaultFormat, type Logger } from "../../logging/logger.ts";
import { createThreadReader } from "../../schema/yaml-thread.ts";
import { ListenError } from "../../server/listen.ts";
import { formatListenAddress } from "../../server/listen-address.ts";
import { SystemdSocketError, takeSystemdSockets, unusableSocket } from "../../server/systemd-sockets.ts";
import { createThreadCompare } from "../../server/web-config/compare-queue.ts";
import type { WebAccess } from "../../server/web-config/open.ts";
import type { Context } from "../context.ts";
import type { ServeFlags, ShardFlags, WebConfigFlags } from "../invocation.ts";
import { findShard } from "../source.ts";

/** Where the configuration comes from. */
export type ConfigSource = {
  /**
   * Reads the configuration of all shards together.
   * @throws ConfigError
   */
  readonly load: (loading?: Loading) => Promise<Config>;
  /** The file that is read for it: a change of its contents reloads the configuration. */
  readonly file: string | undefined;
  /** Whether no flag names that file. */
  readonly isDefaultFile: boolean;
};

/** With more nodes than this, the start logs one line for all of them. */
const MANY_NODES = 20;

/** Whatever has not ended within this time after a signal is abandoned. The documentation promises five seconds. */
const STOP_MS = 3500;

/**
 * Serves until a signal comes.
 * @throws ConfigError
 */
export async function serve(
  source: ConfigSource,
  flags: ShardFlags & ServeFlags,
  { stopped, endsItself, redactor, crash }: Context,
  onServing: (addresses: readonly string[], config: Config) => void = () => {},
): Promise<number> {
  const trigger = createReloadTrigger();
  process.on("SIGHUP", () => void trigger.reload("SIGHUP"));
  // Starts before the files are read, so that no change is missed.
  const watch = watchFiles({
    paths: () => (source.file === undefined ? [] : [source.file]),
    onChange: async () => void (await trigger.reload("file changed")),
  });
  const shard = findShard(flags);
  const whole = await source.load();
  const ownPart = (all: Config) => (shard === undefined ? withoutSteps(all) : shardSteps(all, shard));
  const config = runToEnd(ownPart(whole));
  const { log, logLinesLost } = await openLog(flags, redactor.redact);
  crash.logTo(log);
  const systemd = openSystemdService(process.env, log);
  logDefaultFile(source, log);
  const access = await openAccess(flags, log);
  const { telemetryPath, location, allowedHosts } = flags;
  const addresses = addressesOf(flags, log);
  if (addresses === undefined) return 1;
  const warnOfSecrets = createSecretWarnings(log);
  const read = createThreadReader();
  const load = async (signal: AbortSignal) => {
    const next = await inSlices(ownPart(await source.load({ read, signal })), signal);
    keepMemorySmall(next.nodes.length);
    void warnOfSecrets(next);
    return next;
  };
  await endsItself({ waitMs: STOP_MS });
  const app = await start({
    config,
    load,
    addresses,
    telemetryPath,
    location,
    allowedHosts,
    log,
    access,
    onReload: systemd.onReload,
    logLinesLost,
    onListening: (listen) =>
      log.info(
        { version: VERSION, revision: BUILD.revision, nodejs: process.version, listen },
        `serving ${location.routePrefix}${telemetryPath} on ${listen.join(", ")}`,
      ),
    // Not before: with other flags than it was built with, Node.js compiles each of its modules instead of taking it from its
    // cache.
    onLoaded: () => keepMemorySmall(config.nodes.length),
  });
  if (app === undefined) return 1;
  trigger.connect(app.reload);
  if (shard !== undefined) logShard(shard, config.nodes.length, whole.nodes.length, log);
  logNodes(config, log);
  if (isWithoutWork(whole)) log.warn(`the configuration has no nodes: ${adviceFor(source)}`);
  // The start does not wait for it, as it reads files.
  void warnOfSecrets(config);
  const closeReloadSocket = await openReloadSocket(reloadSocketPath(process.env), app.reload, log);
  systemd.ready(app.nodeCounts);
  onServing(
    app.addresses.map((address) => address + location.routePrefix),
    config,
  );
  const signal = await stopped;
  log.info({ signal }, "stopping: requests in flight may finish");
  const shutdown = createShutdown();
  shutdown.add(app.close);
  shutdown.add(closeReloadSocket);
  if (access !== undefined) shutdown.add(access.stop);
  shutdown.add(() => watch.stop());
  shutdown.addSlow(systemd.stopping);
  await shutdown.run();
  log.info("stopped");
  return 0;
}

/** A reload that is requested during the start runs after it, as the file may have been read already. */
function createReloadTrigger() {
  let requestedBy: string | undefined;
  let reload = async (cause: string): Promise<unknown> => {
    requestedBy ??= cause;
    return undefined;
  };
  return {
    reload: (cause: string) => reload(cause),
    /** Called when the exporter has started. */
    connect(start: App["reload"]): void {
      reload = start;
      if (requestedBy !== undefined) void start(requestedBy);
    },
  };
}

async function openLog({ logLevel: level, logFormat }: ServeFlags, redact: Redact) {
  let lost = 0;
  const onLost = () => {
    lost += 1;
  };
  const log = await createLogger({ level, format: logFormat ?? defaultFormat(process.stderr), redact, onLost });
  return { log, logLinesLost: () => lost };
}

function logDefaultFile({ file, isDefaultFile }: ConfigSource, log: Logger): void {
  if (file === undefined || !isDefaultFile) return;
  const path = resolve(file);
  log.info({ file: path }, `no --config.file and no --node: the configuration is ${path}`);
}

/** One line for each node, or one for all of them if there are many. */
function logNodes(config: Config, log: Logger): void {
  const polled = [...config.nodes, ...config.references];
  if (polled.length > 1) log.info(describePolling(config));
  const level = polled.length > MANY_NODES ? "debug" : "info";
  for (const node of polled) log[level]({ target: node.name, chain: node.chain }, describeNode(node));
}

/** Whether there is nothing to poll, for any shard, and no request can name something. */
function isWithoutWork({ nodes, references, probe }: Config): boolean {
  return nodes.length === 0 && references.length === 0 && probe.modules.size === 0;
}

function adviceFor({ file }: ConfigSource): string {
  const how = "peer-exporter discover ADDRESS prints the entry of a node";
  return file === undefined ? how : `add them to ${file}, which is read again when it changes; ${how}`;
}

/** Warns once about each doubtful secret of a node, until it changes. */
function createSecretWarnings(log: Logger): (config: Config) => Promise<void> {
  let alreadyLogged: ReadonlySet<string> = new Set();
  return async (config) => {
    const found = await secretWarnings(config);
    const keyOf = ({ where, message }: SecretWarning) => `${where}: ${message}`;
    for (const one of found) if (!alreadyLogged.has(keyOf(one))) log.warn({ target: one.where }, one.message);
    alreadyLogged = new Set(found.map(keyOf));
  };
}

function logShard(shard: Shard, own: number, all: number, log: Logger): void {
  const fields = { shard: shard.index, total_shards: shard.total };
  const text = describeShard(shard, own, all);
  if (own > 0) log.info(fields, text);
  else log.warn(fields, `${text}: no node belongs to this shard; it only serves its own metrics`);
}

async function openAccess({ webConfigFile: file }: WebConfigFlags, log: Logger): Promise<WebAccess | undefined> {
  if (file === undefined) return undefined;
  // Loaded on demand: it takes longer than the rest of the start.
  const { openWebAccess } = await import("../../server/web-config/open.ts");
  return openWebAccess({ file, compare: createThreadCompare(), log });
}

/** Where to listen; undefined, with a line in the log, when systemd has passed no socket. */
function addressesOf({ isSystemdSocket, addresses }: ServeFlags, log: Logger): AppOptions["addresses"] | undefined {
  if (!isSystemdSocket) return addresses;
  try {
    return takeSystemdSockets(process.env, process.pid);
  } catch (error) {
    if (!(error instanceof SystemdSocketError)) throw error;
    log.error(`cannot serve with --web.systemd-socket: ${error.message}`);
    return undefined;
  }
}

async function start(options: AppOptions): Promise<App | undefined> {
  const { log } = options;
  try {
    return await startApp(options);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const { code, address } = error;
    log.error(
      { code },
      address.kind === "inherited"
        ? `cannot serve with --web.systemd-socket: ${unusableSocket(address, code)}`
        : `cannot listen on ${formatListenAddress(address)} (${code}): choose another --web.listen-address`,
    );
    return undefined;
  }
}

/** Serves metrics of simulated nodes until a signal comes. */
export async function demo(flags: ShardFlags & ServeFlags, context: Context): Promise<number> {
  const { startDemo } = await import("../../demo/demo.ts");
  // A closed terminal ends the demo, which has no configuration file to reload.
  process.on("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
  const simulated = await startDemo(context.print);
  context.redactor.addSecrets(simulated.config);
  try {
    return await serve(
      { load: async () => simulated.config, file: undefined, isDefaultFile: false },
      flags,
      context,
      simulated.printGuide,
    );
  } finally {
    await simulated.close();
  }
}
