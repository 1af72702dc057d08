import { type Command, Option } from "commander";
import * as z from "zod";
import { chains } from "../chains/index.ts";
import { parseNodeFlag } from "../config/node-flag.ts";
import { parseShard, type ShardFlag } from "../config/shard.ts";
import { documentCommand, EXAMPLE_CONFIG_COMMAND } from "../documents/pointers.ts";
import { parseDuration } from "../lib/duration.ts";
import { parseHostName } from "../lib/host-names.ts";
import { quoted } from "../schema/fields.ts";
import { DEFAULT_ADDRESS, type ListenAddress, parseListenAddress } from "../server/listen-address.ts";
import {
  type ExternalUrl,
  locationOf,
  parseExternalUrl,
  parseRoutePrefix,
  type WebLocation,
} from "../server/location.ts";
import { DEFAULT_FILES_TEXT } from "./default-file.ts";
import {
  LOG_FORMATS,
  LOG_LEVELS,
  type ServeFlags,
  type ShardFlags,
  type SourceFlags,
  type WebConfigFlags,
} from "./invocation.ts";

/** The flags that several commands share: their declarations, and how their values are read back with their types. */

/** An invalid value of a flag. commander's own error would repeat the value, which may hold a token. */
export class FlagError extends Error {}

export { DEFAULT_ADDRESS };

export function addSourceFlags(command: Command): Command {
  return command
    .option(
      "--config.file <path>",
      `configuration file (YAML); ${EXAMPLE_CONFIG_COMMAND} prints one that explains every key. ` +
        `Without this flag and --node: ${DEFAULT_FILES_TEXT}`,
      read("--config.file", filePath),
    )
    .option(
      "--node <name=chain+url>",
      `add a node without a configuration file; repeatable; chains: ${Object.keys(chains).join(", ")}`,
      collect("--node", parseNodeFlag),
    );
}

export function addShardFlag(command: Command): Command {
  return command.option(
    "--shard <i/n>",
    "poll only the nodes of shard I of N, counted from 0: 0/3, 1/3 and 2/3 share all nodes, by a hash of their names. " +
      "auto/N: I is the number at the end of the pod's name in a StatefulSet (POD_NAME, else HOSTNAME, else the host's " +
      "name). Every shard polls all references",
    read("--shard", parseShard),
  );
}

export function addListenFlag(command: Command, address: string, purpose = "address to serve on"): Command {
  return command.option(
    "--web.listen-address <address>",
    `${purpose}: [HOST]:PORT or unix:PATH; repeatable (default: ${address})`,
    collect("--web.listen-address", parseListenAddress),
  );
}

function addSystemdFlag(command: Command): Command {
  return command.option(
    "--web.systemd-socket",
    "serve on the sockets that a .socket unit of systemd passes, instead of --web.listen-address; " +
      `see ${documentCommand("systemd")}`,
  );
}

export function addWebConfigFlag(command: Command): Command {
  return command.option(
    "--web.config.file <path>",
    "web configuration file (YAML), as for other Prometheus exporters: TLS, users, headers and a rate limit for the " +
      `exporter's own pages; see ${documentCommand("security")}`,
    read("--web.config.file", filePath),
  );
}

const LOCATION_HELP = {
  externalUrl:
    "URL or path of the exporter as seen from outside, behind a reverse proxy: links and /sd use it. Example: " +
    "https://mon.example.com/peer-exporter/",
  routePrefix:
    "prefix of the paths of all pages (default: the path of --web.external-url); / if the proxy removes that path",
};

/** The flags that say where the pages are: `healthcheck` has them, too. */
export function addLocationFlags(command: Command, help = LOCATION_HELP): Command {
  return command
    .option("--web.external-url <url>", help.externalUrl, read("--web.external-url", parseExternalUrl))
    .option("--web.route-prefix <path>", help.routePrefix, read("--web.route-prefix", parseRoutePrefix));
}

export function addServeFlags(command: Command, address: string, logFormat?: (typeof LOG_FORMATS)[number]): Command {
  const otherwise = logFormat === undefined ? "; default: pretty on a terminal, else json" : "";
  const format = new Option("--log.format <format>", `json for machines, pretty for people${otherwise}`);
  return addLocationFlags(addWebConfigFlag(addSystemdFlag(addListenFlag(command, address))))
    .option(
      "--web.telemetry-path <path>",
      "path of the metrics",
      read("--web.telemetry-path", telemetryPath),
      "/metrics",
    )
    .option(
      "--web.allowed-hosts <name>",
      "serve only requests for this host name; repeatable; *.DOMAIN matches every name with one more label. Other requests " +
        "get 421; IP addresses, localhost, /-/healthy and /-/ready are always allowed (default: every name)",
      collect("--web.allowed-hosts", parseHostName),
    )
    .addOption(new Option("--log.level <level>", "lowest level that is logged").choices(LOG_LEVELS).default("info"))
    .addOption(format.choices(LOG_FORMATS).default(logFormat));
}

/** For a repeatable flag: each use adds a value. */
export function collect<T>(flag: string, parse: (text: string) => T) {
  const readOne = read(flag, parse);
  return (text: string, earlier: readonly T[] | undefined): readonly T[] => [...(earlier ?? []), readOne(text)];
}

export function read<T>(flag: string, parse: (text: string) => T) {
  return (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new FlagError(`${flag}: ${error instanceof Error ? error.message : "not valid"}`);
    }
  };
}

function filePath(text: string): string {
  if (text === "") throw new Error("expected the path of a file");
  // The flag's own value is missing.
  if (/^--[a-z]/.test(text)) throw new Error("expected the path of a file, found another flag");
  return text;
}

function telemetryPath(text: string): string {
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(text)) throw new Error("expected a path like /metrics");
  const taken = ["/-", "/probe", "/sd", "/rules", "/dashboards", "/docs", "/config", "/nodes"].find(
    (path) => text === path || text.startsWith(`${path}/`),
  );
  if (taken !== undefined) throw new Error(`the path ${taken} is already used`);
  return text;
}

/** The interval of a watch, in milliseconds. */
export function pace(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds >= 1000 && milliseconds <= 86_400_000) return milliseconds;
  throw new Error(`expected a duration from 1s to 1d, like 5s, found ${quoted(text)}`);
}

/** commander gives untyped records; here the values get their types back. */
const sourceOptions = z.object({
  "config.file": z.string().optional(),
  node: z.array(z.object({ name: z.string(), chain: z.string(), url: z.string() })).default([]),
});

export function sourceFlags(options: unknown): SourceFlags {
  const { "config.file": configFile, node: nodes } = sourceOptions.parse(options);
  return { configFile, nodes };
}

const shardOptions = z.object({ shard: z.custom<ShardFlag>().optional() });

export function shardFlags(options: unknown): ShardFlags {
  const { shard } = shardOptions.parse(options);
  return { shard };
}

const listenOptions = z.object({ "web.listenAddress": z.array(z.custom<ListenAddress>()).optional() });

export function listenAddresses(options: unknown): readonly ListenAddress[] | undefined {
  return listenOptions.parse(options)["web.listenAddress"];
}

const webConfigOptions = z.object({ "web.config.file": z.string().optional() });

export function webConfigFlags(options: unknown): WebConfigFlags {
  return { webConfigFile: webConfigOptions.parse(options)["web.config.file"] };
}

const serveOptions = z.object({
  "web.systemdSocket": z.boolean().default(false),
  "web.telemetryPath": z.string(),
  "web.allowedHosts": z.array(z.string()).optional(),
  "log.level": z.enum(LOG_LEVELS),
  "log.format": z.enum(LOG_FORMATS).optional(),
});

const locationOptions = z.object({
  "web.externalUrl": z.custom<ExternalUrl>().optional(),
  "web.routePrefix": z.string().optional(),
});

/** Undefined: no flag says where the pages are. */
export function locationFlags(options: unknown): WebLocation | undefined {
  const { "web.externalUrl": externalUrl, "web.routePrefix": routePrefix } = locationOptions.parse(options);
  return externalUrl === undefined && routePrefix === undefined ? undefined : locationOf(externalUrl, routePrefix);
}

export function serveFlags(options: unknown, defaultAddress: string): ServeFlags {
  const flags = serveOptions.parse(options);
  return {
    ...webConfigFlags(options),
    addresses: listenAddresses(options) ?? [parseListenAddress(defaultAddress)],
    isSystemdSocket: flags["web.systemdSocket"],
    location: locationFlags(options) ?? locationOf(),
    telemetryPath: flags["web.telemetryPath"],
    allowedHosts: flags["web.allowedHosts"],
    logLevel: flags["log.level"],
    logFormat: flags["log.format"],
  };
}
