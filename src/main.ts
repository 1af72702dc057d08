#!/usr/bin/env node
import { hostname } from "node:os";
import { type App, startApp } from "./app.ts";
import { type Invocation, parseArguments, type ServeFlags, type ShardFlags, type SourceFlags } from "./cli.ts";
import { formatDuration } from "./config/duration.ts";
import { ConfigError, loadConfig } from "./config/load.ts";
import type { Config, NodeConfig, Shard } from "./config/model.ts";
import { errorCode } from "./config/secret.ts";
import { describeShard, resolveShard, selectShard, shardReport } from "./config/shard.ts";
import { createLogger, type Logger } from "./log.ts";
import { keepMemorySmall } from "./memory.ts";
import { formatListenAddress } from "./server/listen-address.ts";
import { VERSION } from "./version.ts";

/** Log lines that their reader has not taken yet get this long at the end. */
const LAST_WORDS_MS = 1000;

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parseArguments(args, VERSION, { out: print, err: printError }));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printError(`${problem}\n`);
    const count = error.problems.length;
    printError(`peer-exporter: ${count} ${count === 1 ? "problem" : "problems"} in the configuration\n`);
    return 1;
  }
}

/** @throws ConfigError */
async function run(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case "none":
      return invocation.exitCode;
    case "check":
      return check(invocation);
    case "serve": {
      const config = await readConfig(invocation);
      return config === undefined ? 1 : serve(config, findShard(invocation), invocation);
    }
    case "demo": {
      const shard = findShard(invocation);
      // Not loaded otherwise: a production process holds no simulated node.
      const { startDemo } = await import("./demo/demo.ts");
      const demo = await startDemo(print);
      try {
        return await serve(demo.config, shard, invocation, demo.announce);
      } finally {
        await demo.close();
      }
    }
  }
}

/** The whole configuration: what is wrong in it is wrong for every shard. */
async function readConfig({ configFile, nodes }: SourceFlags): Promise<Config | undefined> {
  if (configFile === undefined && nodes.length === 0) {
    printError("peer-exporter: no nodes: give --config.file=PATH or --node NAME=CHAIN+URL (see --help)\n");
    return undefined;
  }
  return loadConfig({ file: configFile, nodes, env: process.env });
}

function findShard({ shard: flag }: ShardFlags): Shard | undefined {
  if (flag === undefined) return undefined;
  try {
    return resolveShard(flag, { env: process.env, hostname: hostname() });
  } catch (error) {
    throw new ConfigError([`--shard: ${error instanceof Error ? error.message : error}`]);
  }
}

async function check(flags: SourceFlags & ShardFlags): Promise<number> {
  const config = await readConfig(flags);
  if (config === undefined) return 1;
  const shard = findShard(flags);
  print(
    `${flags.configFile ?? "flags"}: good, ${config.nodes.length} ${config.nodes.length === 1 ? "node" : "nodes"}\n`,
  );
  if (shard !== undefined) print(shardReport(config, shard));
  return 0;
}

/** @param whole the configuration of all shards together */
async function serve(
  whole: Config,
  shard: Shard | undefined,
  flags: ServeFlags,
  announce: (addresses: readonly string[], config: Config) => void = () => {},
): Promise<number> {
  const config = shard === undefined ? whole : selectShard(whole, shard);
  keepMemorySmall(config.nodes.length);
  const log = await createLogger({ level: flags.logLevel, format: flags.logFormat });
  process.on("SIGHUP", () => log.warn("the configuration is read at the start only: restart to apply a change"));
  const app = await start(config, flags, log);
  if (app === undefined) return 1;
  log.info(
    { version: VERSION, nodejs: process.version, listen: app.addresses },
    `serving ${flags.telemetryPath} on ${app.addresses.join(", ")}`,
  );
  if (shard !== undefined) logShard(shard, config.nodes.length, whole.nodes.length, log);
  for (const node of [...config.nodes, ...config.references])
    log.info({ target: node.name, chain: node.chain }, describeNode(node));
  announce(app.addresses, config);
  const signal = await stopped;
  log.info({ signal }, "stopping: requests in flight may finish");
  await app.close();
  log.info("stopped");
  return 0;
}

function logShard(shard: Shard, own: number, all: number, log: Logger): void {
  const facts = { shard: shard.index, total_shards: shard.total };
  const text = describeShard(shard, own, all);
  if (own > 0) log.info(facts, text);
  else log.warn(facts, `${text}: no node falls on this shard; it runs and serves its own metrics`);
}

async function start(config: Config, flags: ServeFlags, log: Logger): Promise<App | undefined> {
  const { addresses, telemetryPath } = flags;
  try {
    return await startApp({ config, addresses, telemetryPath, log });
  } catch (error) {
    if (!isListenError(error)) throw error;
    const code = errorCode(error);
    const wanted = addresses.map(formatListenAddress).join(", ");
    log.error({ code }, `cannot listen on ${wanted} (${code}): choose another --web.listen-address`);
    return undefined;
  }
}

/** The address cannot be had, whatever the system's reason: taken, forbidden, no such host or folder. */
function isListenError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && ["listen", "getaddrinfo"].includes(String(error.syscall));
}

function describeNode({ role, url, trigger, timeoutMs }: NodeConfig): string {
  const pace = trigger.kind === "interval" ? `every ${formatDuration(trigger.intervalMs)}` : `at ${trigger.expression}`;
  return `polling ${role === "reference" ? "the reference " : ""}${url.label} ${pace}, timeout ${formatDuration(timeoutMs)}`;
}

/** Resolves at SIGTERM or SIGINT. A second signal ends the process at once, as impatient operators expect. */
function untilStopped(): Promise<NodeJS.Signals> {
  const signals = ["SIGTERM", "SIGINT"] as const;
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      for (const each of signals) process.removeListener(each, stop);
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

// A reader that went away (`--help | head`) is no reason for a stack trace, and a full disk is one for a line.
process.stdout.on("error", (error) => {
  const code = errorCode(error);
  if (code === "EPIPE") return;
  process.exitCode = 1;
  printError(`peer-exporter: cannot write to standard output (${code})\n`);
});
// Where errors cannot be told, there is nobody to tell that.
process.stderr.on("error", () => {});

// From the first moment on: a signal during the start ends the exporter as orderly as a later one.
const stopped = untilStopped();

const code = await main(process.argv.slice(2));
process.exitCode ||= code;
// A log that nobody reads must not hold the exit; what a command printed may take its time.
if (process.stdout.writableLength === 0) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
