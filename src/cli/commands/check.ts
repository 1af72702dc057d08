import type { Config } from "../../config/model.ts";
import { describeNodes } from "../../config/print.ts";
import { secretWarnings } from "../../config/secret-warnings.ts";
import { selectShard, shardReport } from "../../config/shard.ts";
import { counted } from "../../lib/text/format.ts";
import { createStyle, type Style, wantsColour } from "../../lib/text/terminal.ts";
import { failuresOf, isUp } from "../../poll/outcomes.ts";
import { describeWebConfig, loadWebConfig } from "../../server/web-config/load.ts";
import type { Context } from "../context.ts";
import { withDefaultFile, withDefaultFileIfAny } from "../default-file.ts";
import type { CheckInvocation } from "../invocation.ts";
import { findShard, readConfig } from "../source.ts";
import { checkJson } from "./check-json.ts";
import { describePolled, failureLines } from "./format-node.ts";
import { type PolledNode, pollOnce } from "./polling.ts";

/**
 * Checks the configuration.
 * @returns the exit code
 * @throws ConfigError if the configuration is not valid
 */
export async function check(invocation: CheckInvocation, context: Context): Promise<number> {
  if (invocation.json) return checkJson(invocation, context);
  const { print, redactor } = context;
  const { webConfigFile } = invocation;
  const flags = await (webConfigFile === undefined ? withDefaultFile : withDefaultFileIfAny)(invocation);
  const { configFile, nodes } = flags;
  if (webConfigFile !== undefined) {
    const webConfig = await loadWebConfig(webConfigFile);
    print(`${webConfigFile}: valid, ${describeWebConfig(webConfig)}\n`);
    for (const warning of webConfig.warnings) print(`warning: ${warning}\n`);
    if (configFile === undefined && nodes.length === 0) return 0;
  }
  const config = await readConfig(flags, redactor);
  const shard = findShard(flags);
  print(`${configFile ?? "flags"}: valid, ${describeNodes(config)}\n`);
  if (shard !== undefined) print(shardReport(config, shard));
  for (const { where, message } of await secretWarnings(config)) print(`warning: ${where}: ${message}\n`);
  if (!flags.connect) return 0;
  const own = shard === undefined ? config : selectShard(config, shard);
  if (own.nodes.length + own.references.length === 0) {
    print(`${withoutNodes(config)}\n`);
    return 0;
  }
  return checkNodes(own, context);
}

/** @param whole the configuration of all shards: one of them may have no nodes */
export function withoutNodes(whole: Pick<Config, "nodes">): string {
  return whole.nodes.length > 0
    ? "no node was polled: the other shards have them all"
    : "no nodes are configured: nothing was polled; peer-exporter discover ADDRESS prints the entry of a node";
}

/** Polls every node once and prints what fails. @returns the exit code: 1 if a node is down */
async function checkNodes(config: Config, context: Context): Promise<number> {
  const polled = await pollOnce(config, context);
  if ("exitCode" in polled) return polled.exitCode;
  context.print(nodesReport(polled, createStyle(wantsColour(process.stdout, process.env))));
  return polled.every(isUp) ? 0 : 1;
}

/** A line for each node, its failures below it, and a summary. */
export function nodesReport(polled: readonly PolledNode[], style: Style): string {
  const width = Math.max(...polled.map(({ node }) => node.name.length));
  const lines = polled.flatMap((one) => {
    const { node } = one;
    const role = node.role === "reference" ? "reference, " : "";
    return [
      `${wordFor(one, style)}  ${style.bold(node.name.padEnd(width))}  ${role}${describePolled(one)}`,
      ...failureLines(one, style),
    ];
  });
  return [...lines, summary(polled), ""].join("\n");
}

function wordFor(polled: PolledNode, style: Style): string {
  if (!isUp(polled)) return style.red("DOWN");
  return failuresOf(polled).length === 0 ? style.green("OK  ") : style.yellow("PART");
}

function summary(polled: readonly PolledNode[]): string {
  const up = polled.filter(isUp);
  const parts = up.filter((one) => failuresOf(one).length > 0).length;
  const down = polled.length - up.length;
  const some = parts === 0 ? "" : `, ${polled.length === 1 ? "" : `${parts} of them `}with a failing API`;
  const [nodes, references] = [polled.filter((one) => !isReference(one)), polled.filter(isReference)];
  if (references.length > 0) {
    const upOf = (all: readonly PolledNode[], thing: string) =>
      `${all.filter(isUp).length} of ${counted(all.length, thing)}`;
    return `${upOf(nodes, "node")} and ${upOf(references, "reference")} up${some}${down === 0 ? "" : `, ${down} down`}`;
  }
  if (down === 0) return `${polled.length === 1 ? "the node is" : `all ${polled.length} nodes are`} up${some}`;
  return `${up.length} of ${counted(polled.length, "node")} up${some}, ${down} down`;
}

function isReference({ node }: PolledNode): boolean {
  return node.role === "reference";
}
