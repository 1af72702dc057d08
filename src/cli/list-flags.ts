import { type Command, Option } from "commander";
import * as z from "zod";
import { CHAIN_NAMES, type ChainName } from "../chains/index.ts";
import { documentCommand } from "../documents/pointers.ts";
import { quoted } from "../schema/fields.ts";
import { addSourceFlags, FlagError, pace, read, sourceFlags } from "./flags.ts";
import { type Invocation, OUTPUTS, type Output } from "./invocation.ts";
import { parseSelector, type Selector } from "./selector.ts";
import {
  NODE_COLUMNS,
  type NodeColumn,
  PEER_COLUMNS,
  type PeerColumn,
  parseSortOrder,
  type SortOrder,
} from "./sort-order.ts";

/** The commands that list something: nodes, and peers of nodes. Their flags have the names that `kubectl get` has. */

type Invoke = (invocation: Invocation) => void;

const DEFAULT_WATCH = "5s";

export function addNodes(nodes: Command, invoke: Invoke): void {
  nodes.description(
    "poll the nodes and references once and print one line for each; exit code 1 if one of them is down",
  );
  addListFlags(nodes, NODE_COLUMNS)
    .addOption(new Option("--chain <chain>", "only nodes of this chain").choices(CHAIN_NAMES))
    .option(
      "-l, --selector <labels>",
      "only nodes with these labels of the configuration, as kubectl selects: region=eu,tier!=test",
      read("--selector", (text) => parseSelector(withoutEquals(text))),
    )
    .option("--no-headers", "print no titles of columns")
    .addHelpText("after", NODES_HELP)
    .action((node: string | undefined, options: unknown) => {
      const { chain, selector, headers } = nodesOptions().parse(options);
      invoke({
        ...{ command: "nodes", node, chain, selector, hasHeaders: headers },
        ...listFlags<NodeColumn>(options),
      });
    });
}

export function addPeers(peers: Command, invoke: Invoke): void {
  peers.description("poll the nodes once and print their peers; exit code 1 if a node is down");
  addListFlags(peers, PEER_COLUMNS)
    .addHelpText("after", PEERS_HELP)
    .action((node: string | undefined, options: unknown) => {
      invoke({ command: "peers", node, ...listFlags<PeerColumn>(options) });
    });
}

function addListFlags(command: Command, columns: readonly string[]): Command {
  return addSourceFlags(command)
    .argument("[node]", "name of one node (default: every node)")
    .addOption(
      new Option(
        "-o, --output <format>",
        `every column, never cut (wide), or one JSON document (json), described by ${documentCommand("cli")}`,
      )
        .choices(OUTPUTS)
        .argParser(read("--output", parseOutput)),
    )
    .option("--json", "the same as --output=json")
    .option(
      "--watch [interval]",
      `repeat every ${DEFAULT_WATCH}, or at the given interval, until Ctrl-C; on a terminal a full screen with keys: ? lists them`,
      read("--watch", pace),
    )
    .addOption(
      new Option(
        "--sort <column>",
        `sort by ${columns.join(", ")}; largest numbers first; a leading - reverses the order`,
      ).argParser(read("--sort", (text) => parseSortOrder(text, columns))),
    );
}

/** kubectl takes `-o=wide` as well as `-o wide` and `-owide`. */
function withoutEquals(text: string): string {
  return text.replace(/^=/, "");
}

function parseOutput(text: string): Output {
  const found = OUTPUTS.find((format) => format === withoutEquals(text));
  if (found === undefined) throw new Error(`expected ${OUTPUTS.join(" or ")}, found ${quoted(withoutEquals(text))}`);
  return found;
}

// Schemas are made where they are used: the start of a server needs none of them.
const listOptions = <Column extends string>() =>
  z.object({
    output: z.enum(OUTPUTS).optional(),
    json: z.boolean().default(false),
    watch: z.union([z.boolean(), z.number()]).default(false),
    sort: z.custom<SortOrder<Column>>().optional(),
  });

const nodesOptions = () =>
  z.object({
    chain: z.custom<ChainName>().optional(),
    selector: z.custom<Selector>().optional(),
    headers: z.boolean().default(true),
  });

function listFlags<Column extends string>(options: unknown) {
  const { output, json, watch, sort } = listOptions<Column>().parse(options);
  if (json && output !== undefined && output !== "json")
    throw new FlagError(`--json and --output=${output} ask for different outputs: give one of them`);
  const watchMs = watch === true ? pace(DEFAULT_WATCH) : watch === false ? undefined : watch;
  return { output: json ? "json" : output, watchMs, sort, ...sourceFlags(options) } as const;
}

const NODES_HELP = `
Columns:
  STATE    up; degraded: some API calls fail; down: no peer list, or no head of
           a reference
  PEERS    connected peers, inbound/outbound; one number where the API does not
           say who dialled
  LAG      blocks behind the best known head
  AGE      of the head block
  CAUSE    why a node is not up, or what else is wrong
  -o wide adds FINAL, SYNC, NETWORK, SERVER, POLL and LABELS.
- stands for what is not known. No cell has spaces, except for the last one.

Examples:
  peer-exporter nodes --config.file=config.yaml
  peer-exporter nodes -o wide --sort=lag
  peer-exporter nodes --chain=monero -l region=eu --watch
  peer-exporter nodes --no-headers | awk '$2 != "up" { print $1 }'
  peer-exporter nodes --json`;

const PEERS_HELP = `
Examples:
  peer-exporter peers monero-1 --sort=since
  peer-exporter peers wire-1 -o wide
  peer-exporter peers --watch=10s`;
