#!/usr/bin/env node
import { type App, startApp } from "./app.ts";
import { parseArguments, type ServeFlags, type SourceFlags } from "./cli.ts";
import { formatDuration } from "./config/duration.ts";
import { ConfigError, loadConfig } from "./config/load.ts";
import type { Config, NodeConfig } from "./config/model.ts";
import { errorCode } from "./config/secret.ts";
import { createLogger, type Logger } from "./log.ts";
import { keepMemorySmall } from "./memory.ts";
import { formatListenAddress } from "./server/listen-address.ts";
import { VERSION } from "./version.ts";

const print = (text: string) => void process.stdout.write(text);
const printError = (text: string) => void process.stderr.write(text);

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const invocation = parseArguments(args, VERSION, { out: print, err: printError });
  switch (invocation.command) {
    case "none":
      return invocation.exitCode;
    case "check":
      return check(invocation);
    case "serve": {
      const config = await readConfig(invocation);
      return config === undefined ? 1 : serve(config, invocation);
    }
    case "demo": {
      // Not loaded otherwise: a production process holds no simulated node.
      const { startDemo } = await import("./demo/demo.ts");
      const demo = await startDemo(print);
      try {
        return await serve(demo.config, invocation, demo.announce);
      } finally {
        await demo.close();
      }
    }
  }
}

async function readConfig({ configFile, nodes }: SourceFlags): Promise<Config | undefined> {
  if (configFile === undefined && nodes.length === 0) {
    printError("peer-exporter: no nodes: give --config.file=PATH or --node NAME=CHAIN+URL (see --help)\n");
    return undefined;
  }
  try {
    return await loadConfig({ file: configFile, nodes, env: process.env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printError(`${problem}\n`);
    const count = error.problems.length;
    printError(`peer-exporter: ${count} ${count === 1 ? "problem" : "problems"} in the configuration\n`);
    return undefined;
  }
}

async function check(flags: SourceFlags): Promise<number> {
  const config = await readConfig(flags);
  if (config === undefined) return 1;
  print(
    `${flags.configFile ?? "flags"}: good, ${config.nodes.length} ${config.nodes.length === 1 ? "node" : "nodes"}\n`,
  );
  return 0;
}

async function serve(
  config: Config,
  flags: ServeFlags,
  announce: (addresses: readonly string[]) => void = () => {},
): Promise<number> {
  keepMemorySmall(config.nodes.length);
  const log = await createLogger({ level: flags.logLevel, format: flags.logFormat });
  process.on("SIGHUP", () => log.warn("the configuration is read at the start only: restart to apply a change"));
  const app = await start(config, flags, log);
  if (app === undefined) return 1;
  log.info(
    { version: VERSION, nodejs: process.version, listen: app.addresses },
    `serving ${flags.telemetryPath} on ${app.addresses.join(", ")}`,
  );
  for (const node of [...config.nodes, ...config.references])
    log.info({ target: node.name, chain: node.chain }, describeNode(node));
  announce(app.addresses);
  const signal = await stopped;
  log.info({ signal }, "stopping: requests in flight may finish");
  await app.close();
  log.info("stopped");
  return 0;
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

// A reader that went away (`--help | head`) is no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// From the first moment on: a signal during the start ends the exporter as orderly as a later one.
const stopped = untilStopped();

process.exitCode = await main(process.argv.slice(2));
