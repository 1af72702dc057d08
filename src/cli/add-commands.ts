import { Argument, type Command } from "commander";
import * as z from "zod";
import { RULES_KINDS } from "../documents/assets.ts";
import { documentCommand } from "../documents/pointers.ts";
import { accessFlags, addAccessFlags } from "./discover-flags.ts";
import {
  addListenFlag,
  addLocationFlags,
  addServeFlags,
  addShardFlag,
  addSourceFlags,
  addWebConfigFlag,
  DEFAULT_ADDRESS,
  listenAddresses,
  locationFlags,
  serveFlags,
  shardFlags,
  sourceFlags,
  webConfigFlags,
} from "./flags.ts";
import type { Invocation } from "./invocation.ts";
import { SHELLS } from "./invocation.ts";
import { addNodes, addPeers } from "./list-flags.ts";

/** The demo shows invented data, so it is not offered to the network by default. */
const DEMO_ADDRESS = "127.0.0.1:10900";
const HEALTHCHECK_ADDRESS = `that of process 1 if it is the exporter, else ${DEFAULT_ADDRESS}`;

const CLI = documentCommand("cli");

type Configure = (command: Command) => Command;
type Invoke = (invocation: Invocation) => void;

/** Adds every command except the default one, in the order of the help. */
export function addCommands(program: Command, configure: Configure, invoke: Invoke): void {
  addCheck(configure(program.command("check")), invoke);
  addNodes(configure(program.command("nodes")), invoke);
  addPeers(configure(program.command("peers")), invoke);
  addProbe(configure(program.command("probe")), invoke);
  addDiscover(configure(program.command("discover")), invoke);
  const demo = configure(program.command("demo")).description(
    "serve metrics of simulated nodes of every chain, to try the exporter",
  );
  addServeFlags(addShardFlag(demo), DEMO_ADDRESS, "pretty").action((options: unknown) => {
    invoke({ command: "demo", ...shardFlags(options), ...serveFlags(options, DEMO_ADDRESS) });
  });
  const healthcheck = configure(program.command("healthcheck")).description(
    "check whether the exporter on this machine is healthy: exit code 0 if it is, 1 if not",
  );
  addLocationFlags(addListenFlag(healthcheck, HEALTHCHECK_ADDRESS, "address that the exporter serves on"), {
    externalUrl: "the same flag of the exporter (default: that of process 1 if it is the exporter)",
    routePrefix: "the same flag of the exporter (default: the path of --web.external-url)",
  }).action((options: unknown) => {
    const routePrefix = locationFlags(options)?.routePrefix;
    invoke({ command: "healthcheck", addresses: listenAddresses(options), routePrefix });
  });
  configure(program.command("reload"))
    .description(
      "reload the configuration of the exporter that systemd runs, for ExecReload=: exit code 0 if it is valid, 1 if not",
    )
    .action(() => invoke({ command: "reload" }));
  configure(program.command("hash-password"))
    .description("read a password and print its bcrypt hash, for --web.config.file")
    .action(() => invoke({ command: "hash-password" }));
  addEmbedded(program, configure, invoke);
  addCompletion(configure(program.command("completion")), invoke);
  addSourceFlags(configure(program.command("node-names", { hidden: true }))).action((options: unknown) => {
    invoke({ command: "node-names", ...sourceFlags(options) });
  });
}

// Schemas are made where they are used: the start of a server needs none of them.
const checkOptions = () => z.object({ connect: z.boolean().default(false), json: z.boolean().default(false) });

function addCheck(check: Command, invoke: Invoke): void {
  check.description("check the configuration: exit code 0 if it is valid, 1 if not");
  addWebConfigFlag(addShardFlag(addSourceFlags(check)))
    .option("--connect", "also poll each node once and report its problems; exit code 1 if a node is down")
    .option("--json", `print one JSON document, also if the configuration is not valid; described by ${CLI}`)
    .action((options: unknown) => {
      invoke({
        command: "check",
        ...checkOptions().parse(options),
        ...sourceFlags(options),
        ...shardFlags(options),
        ...webConfigFlags(options),
      });
    });
}

const probeOptions = () => z.object({ debug: z.boolean().default(false) });

function addProbe(probe: Command, invoke: Invoke): void {
  probe.description("poll one node now and print its metrics; exit code 0 if the node is up, 1 if not");
  addSourceFlags(probe)
    .argument("[node]", "name of the node; optional if only one is configured")
    .option("--debug", "also print the result of each API call and its requests on standard error")
    .action((node: string | undefined, options: unknown) => {
      invoke({ command: "probe", node, ...probeOptions().parse(options), ...sourceFlags(options) });
    });
}

function addDiscover(discover: Command, invoke: Invoke): void {
  discover
    .description("find the node at an address and print its entry for the configuration file")
    .argument(
      "<address>",
      "host, host:port or URL; without a port, the usual ports of every chain are tried. Credentials are sent to each of them",
    );
  addAccessFlags(discover).action((address: string, options: unknown) =>
    invoke({ command: "discover", address, ...accessFlags(options) }),
  );
}

const rulesKind = () => z.enum(RULES_KINDS).optional();

/** The commands that print what the program contains. */
const dashboardsOptions = () => z.object({ import: z.boolean().default(false) });

function addEmbedded(program: Command, configure: Configure, invoke: Invoke): void {
  configure(program.command("docs"))
    .description("list the documents of the program, or print one as text")
    .argument("[document]", "name of a document, or of an alert for its runbook (default: list all)")
    .action((name: string | undefined) => invoke({ command: "docs", name }));
  configure(program.command("example-config"))
    .description("print a configuration file that explains every setting")
    .action(() => invoke({ command: "example-config" }));
  configure(program.command("schema"))
    .description("print the JSON Schema of the configuration file, for editors")
    .action(() => invoke({ command: "schema" }));
  configure(program.command("rules"))
    .description("print the rules for Prometheus: recording rules and alerts")
    .addArgument(new Argument("[kind]", "only these (default: both in one file)").choices(RULES_KINDS))
    .action((kind: unknown) => invoke({ command: "rules", kind: rulesKind().parse(kind) }));
  configure(program.command("dashboards"))
    .description("list the dashboards for Grafana, or print one as JSON")
    .argument("[dashboard]", "name of a dashboard (default: list all)")
    .option("--import", "for Grafana's page Import, which then asks for the data source, instead of provisioning")
    .action((name: string | undefined, options: unknown) => {
      invoke({ command: "dashboards", name, toImport: dashboardsOptions().parse(options).import });
    });
}

const shell = () => z.enum(SHELLS);

function addCompletion(completion: Command, invoke: Invoke): void {
  completion
    .description("print a completion script for a shell to source")
    .addArgument(new Argument("<shell>", "name of the shell").choices(SHELLS))
    .action((name: unknown) => invoke({ command: "completion", shell: shell().parse(name) }));
}
