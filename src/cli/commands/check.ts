import { describeNodes } from "../../config/print.ts";
import { selectShard, shardReport } from "../../config/shard.ts";
import { shortSecrets } from "../../config/short-secrets.ts";
import { describeWebConfig, loadWebConfig } from "../../server/web-config/load.ts";
import type { Context } from "../context.ts";
import type { CheckInvocation } from "../invocation.ts";
import { findShard, readConfig } from "../source.ts";
import { checkNodes } from "./check-nodes.ts";

/**
 * Says whether the configuration is good.
 * @throws ConfigError when it is not
 */
export async function check(flags: CheckInvocation, context: Context): Promise<number> {
  const { print, redactor } = context;
  const { configFile, nodes, webConfigFile } = flags;
  if (webConfigFile !== undefined) {
    print(`${webConfigFile}: good, ${describeWebConfig(await loadWebConfig(webConfigFile))}\n`);
    if (configFile === undefined && nodes.length === 0) return 0;
  }
  const config = await readConfig(flags, redactor);
  const shard = findShard(flags);
  print(`${configFile ?? "flags"}: good, ${describeNodes(config)}\n`);
  if (shard !== undefined) print(shardReport(config, shard));
  for (const { where, message } of await shortSecrets(config)) print(`warning: ${where}: ${message}\n`);
  if (!flags.connect) return 0;
  return checkNodes(shard === undefined ? config : selectShard(config, shard), context);
}
