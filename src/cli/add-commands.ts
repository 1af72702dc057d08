import { Argument, type Command, Option } from "commander";
import * as z from "zod";
import { PEER_COLUMNS, SHELLS } from "./choices.ts";
import {
  addListenFlag,
  addServeFlags,
  addShardFlag,
  addSourceFlags,
  addWebConfigFlag,
  DEFAULT_ADDRESS,
  listenAddresses,
  pace,
  read,
  serveFlags,
  shardFlags,
  sourceFlags,
  webConfigFlags,
} from "./flags.ts";
import type { Invocation } from "./invocation.ts";
import { parseSortOrder, type SortOrder } from "./sort-order.ts";

/** The demo shows invented data: it is not offered to the network unless somebody says so. */
const DEMO_ADDRESS = "127.0.0.1:10900";
const HEALTHCHECK_ADDRESS = `that of process 1, where that is the exporter, else ${DEFAULT_ADDRESS}`;

const DEFAULT_WATCH = "5s";

type Configure = (command: Command) => Command;
type Invoke = (invocation: Invocation) => void;

/** Every command but the default one, in the order of the help. */
export function addCommands(program: Command, configure: Configure, invoke: Invoke): void {
  addCheck(configure(program.command("check")), invoke);
  addPeers(configure(program.command("peers")), invoke);
  addProbe(configure(program.command("probe")), invoke);
  addDiscover(configure(program.command("discover")), invoke);
  const demo = configure(program.command("demo")).description(
    "serve metrics of simulated nodes of every chain: invented data, for trying out",
  );
  addServeFlags(addShardFlag(demo), DEMO_ADDRESS, "pretty").action((options: unknown) => {
    invoke({ command: "demo", ...shardFlags(options), ...serveFlags(options, DEMO_ADDRESS) });
  });
  const healthcheck = configure(program.command("healthcheck")).description(
    "ask the exporter on this machine whether it runs, and exit: 0 if it does, 1 if not",
  );
  addListenFlag(healthcheck, HEALTHCHECK_ADDRESS, "where it serves").action((options: unknown) => {
    invoke({ command: "healthcheck", addresses: listenAddresses(options) });
  });
  configure(program.command("hash-password"))
    .description("read a password and print its bcrypt hash, for the users of --web.config.file")
    .action(() => invoke({ command: "hash-password" }));
  configure(program.command("schema"))
    .description("print the JSON Schema of the configuration file, for editors")
    .action(() => invoke({ command: "schema" }));
  addCompletion(configure(program.command("completion")), invoke);
  addSourceFlags(configure(program.command("node-names", { hidden: true }))).action((options: unknown) => {
    invoke({ command: "node-names", ...sourceFlags(options) });
  });
}

const checkOptions = z.object({ connect: z.boolean().default(false) });

function addCheck(check: Command, invoke: Invoke): void {
  check.description("check the configuration and exit: 0 if it is good, 1 if not");
  addWebConfigFlag(addShardFlag(addSourceFlags(check)))
    .option("--connect", "also poll each node once and say what is wrong with it; 1 when one is down")
    .action((options: unknown) => {
      invoke({
        command: "check",
        ...checkOptions.parse(options),
        ...sourceFlags(options),
        ...shardFlags(options),
        ...webConfigFlags(options),
      });
    });
}

const peersOptions = z.object({
  json: z.boolean().default(false),
  watch: z.union([z.boolean(), z.number()]).default(false),
  sort: z.custom<SortOrder>().optional(),
});

function addPeers(peers: Command, invoke: Invoke): void {
  peers.description("poll the nodes once and print their peers; 1 when a node is down");
  addSourceFlags(peers)
    .argument("[node]", "the name of one node; without it, every node")
    .option("--json", "one JSON document instead of tables; docs/cli.md has its keys")
    .option(
      "--watch [interval]",
      `again and again, every ${DEFAULT_WATCH} or as given, until Ctrl-C`,
      read("--watch", pace),
    )
    .addOption(
      new Option(
        "--sort <column>",
        `${PEER_COLUMNS.join(", ")}; numbers begin with the largest; with - before it the other way round`,
      ).argParser(read("--sort", parseSortOrder)),
    )
    .action((node: string | undefined, options: unknown) => {
      const { json, watch, sort } = peersOptions.parse(options);
      const watchMs = watch === true ? pace(DEFAULT_WATCH) : watch === false ? undefined : watch;
      invoke({ command: "peers", node, json, watchMs, sort, ...sourceFlags(options) });
    });
}

const probeOptions = z.object({ debug: z.boolean().default(false) });

function addProbe(probe: Command, invoke: Invoke): void {
  probe.description("poll one node now and print its metrics; 0 if the node is up, 1 if not");
  addSourceFlags(probe)
    .argument("[node]", "the name of the node; needless where there is only one")
    .option("--debug", "also print on standard error how each part of the poll ended, and its requests")
    .action((node: string | undefined, options: unknown) => {
      invoke({ command: "probe", node, ...probeOptions.parse(options), ...sourceFlags(options) });
    });
}

function addDiscover(discover: Command, invoke: Invoke): void {
  discover
    .description("find out what kind of node answers at an address, and print its entry for the configuration file")
    .argument("<address>", "host, host:port or URL; without a port, the usual ports of every chain are tried")
    .action((address: string) => invoke({ command: "discover", address }));
}

const shell = z.enum(SHELLS);

function addCompletion(completion: Command, invoke: Invoke): void {
  completion
    .description("print a completion script, to be sourced by the shell")
    .addArgument(new Argument("<shell>", "for which shell").choices(SHELLS))
    .action((name: unknown) => invoke({ command: "completion", shell: shell.parse(name) }));
}
