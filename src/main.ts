#!/usr/bin/env node
import { hostname } from "node:os";
import { type App, type AppOptions, startApp } from "./app.ts";
import { BCRYPT_WORKER } from "./assets.ts";
import {
  type Invocation,
  parseArguments,
  type ServeFlags,
  type ShardFlags,
  type SourceFlags,
  type WebConfigFlags,
} from "./cli.ts";
import { describeNode } from "./config/describe.ts";
import { ConfigError, loadConfig } from "./config/load.ts";
import type { Config, Shard } from "./config/model.ts";
import { createRedactor } from "./config/redact.ts";
import { errorCode } from "./config/secret.ts";
import { describeShard, resolveShard, selectShard, shardReport } from "./config/shard.ts";
import { exitOnDefect } from "./crash.ts";
import { argumentsOfProcess1, checkHealth } from "./healthcheck.ts";
import { createLogger, type Logger } from "./log.ts";
import { keepMemorySmall } from "./memory.ts";
import { formatListenAddress } from "./server/listen-address.ts";
import { createThreadCompare } from "./server/web-config/bcrypt.ts";
import { describeWebConfig, loadWebConfig } from "./server/web-config/load.ts";
import { openWebAccess } from "./server/web-config/open.ts";
import { VERSION } from "./version.ts";
import { watchFiles } from "./watch.ts";

const redactor = createRedactor();

/** Log lines that their reader has not taken yet get this long at the end. */
const LAST_WORDS_MS = 1000;

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

// Before anything can go wrong.
const crash = exitOnDefect(redactor.redact, printError);

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
    case "hash-password":
      return printHash();
    case "serve": {
      const files = invocation.configFile === undefined ? [] : [invocation.configFile];
      return serve({ load: () => readConfig(invocation), files }, invocation);
    }
    case "healthcheck": {
      const { healthy, message } = await checkHealth(invocation.addresses ?? servedAddresses());
      print(message);
      return healthy ? 0 : 1;
    }
    case "demo": {
      // A closed terminal ends the demo: it has nothing to reload.
      process.on("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
      // Not loaded otherwise: a production process holds no simulated node.
      const { startDemo } = await import("./demo/demo.ts");
      const demo = await startDemo(print);
      redactor.learn(demo.config);
      try {
        return await serve({ load: async () => demo.config, files: [] }, invocation, demo.announce);
      } finally {
        await demo.close();
      }
    }
  }
}

/** Where the exporter of this container listens; outside of one, where an exporter does by itself. */
function servedAddresses(): ServeFlags["addresses"] {
  const parse = (args: readonly string[]) => parseArguments(args, VERSION, { out: () => {}, err: () => {} });
  const running = [parse(argumentsOfProcess1(process.argv[1] ?? "") ?? []), parse([])];
  return running.find((one) => one.command === "serve" || one.command === "demo")?.addresses ?? [];
}

/** Where the configuration comes from. */
type ConfigSource = {
  /**
   * Reads the configuration of all shards together: what is wrong in it is wrong for every shard.
   * @throws ConfigError
   */
  readonly load: () => Promise<Config>;
  /** What is read for it: a change of their contents is a reason to load it anew. */
  readonly files: readonly string[];
};

/** @throws ConfigError */
async function readConfig({ configFile, nodes }: SourceFlags): Promise<Config> {
  if (configFile === undefined && nodes.length === 0)
    throw new ConfigError(["no nodes: give --config.file=PATH or --node NAME=CHAIN+URL (see --help)"]);
  const config = await loadConfig({ file: configFile, nodes, env: process.env });
  redactor.learn(config);
  return config;
}

function findShard({ shard: flag }: ShardFlags): Shard | undefined {
  if (flag === undefined) return undefined;
  try {
    return resolveShard(flag, { env: process.env, hostname: hostname() });
  } catch (error) {
    throw new ConfigError([`--shard: ${error instanceof Error ? error.message : error}`]);
  }
}

async function check(flags: SourceFlags & ShardFlags & WebConfigFlags): Promise<number> {
  const { configFile, nodes, webConfigFile } = flags;
  if (webConfigFile !== undefined) {
    print(`${webConfigFile}: good, ${describeWebConfig(await loadWebConfig(webConfigFile))}\n`);
    if (configFile === undefined && nodes.length === 0) return 0;
  }
  const config = await readConfig(flags);
  const shard = findShard(flags);
  print(
    `${flags.configFile ?? "flags"}: good, ${config.nodes.length} ${config.nodes.length === 1 ? "node" : "nodes"}\n`,
  );
  if (shard !== undefined) print(shardReport(config, shard));
  return 0;
}

async function printHash(): Promise<number> {
  const { hashPassword, readPassword } = await import("./server/web-config/hash-password.ts");
  try {
    print(`${await hashPassword(await readPassword(process.stdin, printError))}\n`);
    return 0;
  } catch (error) {
    printError(`peer-exporter: ${error instanceof Error ? error.message : "cannot hash"}\n`);
    return 1;
  }
}

async function serve(
  source: ConfigSource,
  flags: ShardFlags & ServeFlags,
  announce: (addresses: readonly string[], config: Config) => void = () => {},
): Promise<number> {
  let reload: (cause: string) => Promise<unknown> = async () => undefined;
  process.on("SIGHUP", () => void reload("SIGHUP"));
  // Begun before the files are read, so that no change is missed.
  const watch = watchFiles({ paths: () => source.files, onChange: async () => void (await reload("file changed")) });
  const shard = findShard(flags);
  const whole = await source.load();
  const ownPart = (all: Config) => (shard === undefined ? all : selectShard(all, shard));
  const config = ownPart(whole);
  keepMemorySmall(config.nodes.length);
  const log = await createLogger({ level: flags.logLevel, format: flags.logFormat, redact: redactor.redact });
  crash.logTo(log);
  const { addresses, telemetryPath } = flags;
  const load = async () => ownPart(await source.load());
  const app = await start({ config, load, addresses, telemetryPath, log }, flags);
  if (app === undefined) return 1;
  reload = app.reload;
  log.info(
    { version: VERSION, nodejs: process.version, listen: app.addresses },
    `serving ${telemetryPath} on ${app.addresses.join(", ")}`,
  );
  if (shard !== undefined) logShard(shard, config.nodes.length, whole.nodes.length, log);
  for (const node of [...config.nodes, ...config.references])
    log.info({ target: node.name, chain: node.chain }, describeNode(node));
  announce(app.addresses, config);
  const signal = await stopped;
  log.info({ signal }, "stopping: requests in flight may finish");
  watch.stop();
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

async function start(
  options: Omit<AppOptions, "access">,
  { webConfigFile: file }: WebConfigFlags,
): Promise<App | undefined> {
  const { addresses, log } = options;
  const access =
    file === undefined ? undefined : await openWebAccess({ file, compare: createThreadCompare(BCRYPT_WORKER), log });
  try {
    return await startApp({ ...options, access });
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
