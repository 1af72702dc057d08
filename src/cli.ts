import { Command, CommanderError, Option } from "commander";
import * as z from "zod";
import { chains } from "./chains/index.ts";
import { didYouMean } from "./config/fields.ts";
import { parseNodeFlag } from "./config/node-flag.ts";
import { parseShard, type ShardFlag } from "./config/shard.ts";
import { EXIT_DEFECT } from "./crash.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./log.ts";
import { type ListenAddress, parseListenAddress } from "./server/listen-address.ts";

/** What the command line asks for. */
export type Invocation =
  | ({ readonly command: "serve" } & SourceFlags & ShardFlags & ServeFlags)
  | ({ readonly command: "check" } & SourceFlags & ShardFlags & WebConfigFlags)
  | ({ readonly command: "demo" } & ShardFlags & ServeFlags)
  | { readonly command: "healthcheck"; readonly addresses: ServeFlags["addresses"] | undefined }
  | { readonly command: "hash-password" }
  /** Help, the version, or a usage error: everything is printed already. */
  | { readonly command: "none"; readonly exitCode: number };

export type SourceFlags = {
  readonly configFile: string | undefined;
  readonly nodes: readonly Readonly<Record<"name" | "chain" | "url", string>>[];
};

export type ShardFlags = { readonly shard: ShardFlag | undefined };

export type WebConfigFlags = { readonly webConfigFile: string | undefined };

export type ServeFlags = WebConfigFlags & {
  readonly addresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
};

export const EXIT_USAGE = 2;

export type CliOutput = { readonly out: (text: string) => void; readonly err: (text: string) => void };

const DEFAULT_ADDRESS = ":10900";
/** The demo shows invented data: it is not offered to the network unless somebody says so. */
const DEMO_ADDRESS = "127.0.0.1:10900";
const HEALTHCHECK_ADDRESS = `that of process 1, where that is the exporter, else ${DEFAULT_ADDRESS}`;

/** Reads the arguments behind the program's name. */
export function parseArguments(args: readonly string[], version: string, output: CliOutput): Invocation {
  let invocation: Invocation = { command: "none", exitCode: 0 };
  const program = new Command("peer-exporter")
    .description(
      "Prometheus exporter for the peer-to-peer side of blockchain nodes (Wire/Antelope, Monero, Kadena Chainweb).\n" +
        "Without a command it serves the metrics of the nodes that --config.file, --node or both name, " +
        "at http://localhost:10900/metrics unless flags say otherwise.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .hook("preSubcommand", passFlagsOn)
    .addHelpText("after", EXAMPLES);
  const configure = (command: Command) =>
    command
      .exitOverride()
      .showHelpAfterError(SEE_HELP)
      .configureOutput({
        writeOut: output.out,
        writeErr: output.err,
        outputError: (text, write) => write(withoutValue(text)),
      });

  for (const command of [program, program.command("serve").description("serve metrics (the default command)")]) {
    const withSources = addShardFlag(addSourceFlags(configure(command)));
    addServeFlags(withSources, DEFAULT_ADDRESS).action((options: unknown, used: Command) => {
      refuseUnknownCommand(used);
      invocation = {
        command: "serve",
        ...sourceFlags(options),
        ...shardFlags(options),
        ...serveFlags(options, DEFAULT_ADDRESS),
      };
    });
  }
  const check = program.command("check").description("check the configuration and exit: 0 if it is good, 1 if not");
  addWebConfigFlag(addShardFlag(addSourceFlags(configure(check)))).action((options: unknown) => {
    invocation = { command: "check", ...sourceFlags(options), ...shardFlags(options), ...webConfigFlags(options) };
  });
  const demo = program
    .command("demo")
    .description("serve metrics of simulated nodes of every chain: invented data, for trying out");
  addServeFlags(addShardFlag(configure(demo)), DEMO_ADDRESS, "pretty").action((options: unknown) => {
    invocation = { command: "demo", ...shardFlags(options), ...serveFlags(options, DEMO_ADDRESS) };
  });
  const healthcheck = program
    .command("healthcheck")
    .description("ask the exporter on this machine whether it runs, and exit: 0 if it does, 1 if not");
  addListenFlag(configure(healthcheck), HEALTHCHECK_ADDRESS, "where it serves").action((options: unknown) => {
    invocation = { command: "healthcheck", addresses: listenFlag.parse(options)["web.listenAddress"] };
  });
  const hash = program
    .command("hash-password")
    .description("read a password and print its bcrypt hash, for the users of --web.config.file");
  configure(hash).action(() => {
    invocation = { command: "hash-password" };
  });

  // Not before, as commands inherit it: only the program itself finds the misspelt name of a command there.
  program.allowExcessArguments();
  try {
    program.parse(args, { from: "user" });
    return invocation;
  } catch (error) {
    if (error instanceof FlagError) output.err(`error: ${error.message}\n${SEE_HELP}\n`);
    else if (!(error instanceof CommanderError)) throw error;
    const isFine = error instanceof CommanderError && error.exitCode === 0;
    return { command: "none", exitCode: isFine ? 0 : EXIT_USAGE };
  }
}

/** A bad value of a flag. commander's own error for it would repeat the value, which may hold a token. */
class FlagError extends Error {}

const SEE_HELP = "(see peer-exporter --help)";

/** Flags before a command count like flags behind it. */
function passFlagsOn(program: Command, command: Command): void {
  for (const option of program.options) {
    const name = option.attributeName();
    if (program.getOptionValueSource(name) !== "cli") continue;
    const isKnown = command.options.some(({ long }) => long === option.long);
    if (!isKnown) command.error(`error: the command '${command.name()}' has no option '${option.long}'`);
    command.setOptionValueWithSource(name, program.getOptionValue(name), "cli");
  }
}

/** commander itself finds an unknown command only in a program that does nothing without one. */
function refuseUnknownCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined) return;
  // Anything else may be a misplaced value, and a value may hold a token.
  const name = /^[a-z-]{1,20}$/.test(word) ? ` '${word}'` : "";
  const hint = didYouMean(word, ["serve", "check", "demo", "healthcheck", "hash-password", "help"]) ?? "";
  program.error(`error: unknown command${name}${hint}`);
}

/** What follows a misspelt option may hold a token: `--nodes=x=wire+https://TOKEN@host`. */
function withoutValue(error: string): string {
  return error.replace(/^(error: unknown option '[A-Za-z.-]{0,40}).*'/s, "$1'");
}

const EXAMPLES = `
Examples:
  peer-exporter --config.file=config.yaml
  peer-exporter --node monero-1=monero+http://127.0.0.1:18081
  peer-exporter check --config.file=config.yaml
  peer-exporter --config.file=config.yaml --shard 0/3
  peer-exporter demo

Exit codes: 0 success, 1 bad configuration or failure to start, 2 wrong usage,
${EXIT_DEFECT} ended by a defect of the program.`;

function addSourceFlags(command: Command): Command {
  return command
    .option(
      "--config.file <path>",
      "configuration file (YAML); config.example.yaml explains every key",
      read("--config.file", filePath),
    )
    .option(
      "--node <name=chain+url>",
      `a node that is in no file; repeatable; chains: ${Object.keys(chains).join(", ")}`,
      collect("--node", parseNodeFlag),
    );
}

function addShardFlag(command: Command): Command {
  return command.option(
    "--shard <i/n>",
    "poll only the nodes of shard I of N, which are numbered from 0: 0/3, 1/3 and 2/3 share all nodes, by a hash of " +
      "their names. auto/N: I is the number at the end of the pod's name in a StatefulSet (POD_NAME, else HOSTNAME, " +
      "else the host's name). Every shard polls all references",
    read("--shard", parseShard),
  );
}

function addListenFlag(command: Command, address: string, purpose = "where to serve"): Command {
  return command.option(
    "--web.listen-address <address>",
    `${purpose}: [HOST]:PORT or unix:PATH; repeatable (default: ${address})`,
    collect("--web.listen-address", parseListenAddress),
  );
}

function addWebConfigFlag(command: Command): Command {
  return command.option(
    "--web.config.file <path>",
    "TLS, users, headers and a rate limit for the exporter's own pages: the web configuration file of " +
      "Prometheus' exporters (YAML); docs/security.md explains it",
    read("--web.config.file", filePath),
  );
}

function addServeFlags(command: Command, address: string, logFormat: (typeof LOG_FORMATS)[number] = "json"): Command {
  return addWebConfigFlag(addListenFlag(command, address))
    .option(
      "--web.telemetry-path <path>",
      "path of the metrics",
      read("--web.telemetry-path", telemetryPath),
      "/metrics",
    )
    .addOption(new Option("--log.level <level>", "leave out log lines below this").choices(LOG_LEVELS).default("info"))
    .addOption(
      new Option("--log.format <format>", "json for machines, pretty for people")
        .choices(LOG_FORMATS)
        .default(logFormat),
    );
}

/** Repeatable: each use adds one. */
function collect<T>(flag: string, parse: (text: string) => T) {
  const readOne = read(flag, parse);
  return (text: string, earlier: readonly T[] | undefined): readonly T[] => [...(earlier ?? []), readOne(text)];
}

function read<T>(flag: string, parse: (text: string) => T) {
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
  return text;
}

function telemetryPath(text: string): string {
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(text)) throw new Error("expected a path like /metrics");
  const taken = ["/-", "/probe", "/sd", "/rules", "/dashboards", "/config", "/nodes"].find(
    (path) => text === path || text.startsWith(`${path}/`),
  );
  if (taken !== undefined) throw new Error(`the path ${taken} is taken`);
  return text;
}

/** commander hands over loose records; here they get their types back. */
const sourceOptions = z.object({
  "config.file": z.string().optional(),
  node: z.array(z.object({ name: z.string(), chain: z.string(), url: z.string() })).default([]),
});

function sourceFlags(options: unknown): SourceFlags {
  const { "config.file": configFile, node: nodes } = sourceOptions.parse(options);
  return { configFile, nodes };
}

const shardOptions = z.object({ shard: z.custom<ShardFlag>().optional() });

function shardFlags(options: unknown): ShardFlags {
  const { shard } = shardOptions.parse(options);
  return { shard };
}

const listenFlag = z.object({ "web.listenAddress": z.array(z.custom<ListenAddress>()).optional() });

const webConfigOptions = z.object({ "web.config.file": z.string().optional() });

function webConfigFlags(options: unknown): WebConfigFlags {
  return { webConfigFile: webConfigOptions.parse(options)["web.config.file"] };
}

const serveOptions = listenFlag.extend({
  "web.telemetryPath": z.string(),
  "log.level": z.enum(LOG_LEVELS),
  "log.format": z.enum(LOG_FORMATS),
});

function serveFlags(options: unknown, defaultAddress: string): ServeFlags {
  const flags = serveOptions.parse(options);
  return {
    ...webConfigFlags(options),
    addresses: flags["web.listenAddress"] ?? [parseListenAddress(defaultAddress)],
    telemetryPath: flags["web.telemetryPath"],
    logLevel: flags["log.level"],
    logFormat: flags["log.format"],
  };
}
