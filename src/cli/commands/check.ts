import type { Config } from "../../config/model.ts";
import { describeNodes } from "../../config/print.ts";
import { secretWarnings } from "../../config/secret-warnings.ts";
import { selectShard, shardReport } from "../../config/shard.ts";
import { createStyle, terminalWidth, wantsColour } from "../../lib/text/terminal.ts";
import { isUp } from "../../poll/outcomes.ts";
import { describeWebConfig, loadWebConfig } from "../../server/web-config/load.ts";
import type { Context } from "../context.ts";
import { withDefaultFile, withDefaultFileIfAny } from "../default-file.ts";
import type { CheckInvocation } from "../invocation.ts";
import { findShard, readConfig } from "../source.ts";
import { checkJson } from "./check-json.ts";
import { nodesReport } from "./check-report.ts";
import { pollOnce } from "./polling.ts";

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
  const { stdout } = process;
  const style = createStyle(wantsColour(stdout, process.env));
  context.print(nodesReport(polled, { style, maxWidth: terminalWidth(stdout) }));
  return polled.every(isUp) ? 0 : 1;
}
