import type { Config, Shard } from "../../config/model.ts";
import { secretWarnings } from "../../config/secret-warnings.ts";
import { selectShard } from "../../config/shard.ts";
import { harmlessJson } from "../../lib/text/harmless.ts";
import { isUp } from "../../poll/outcomes.ts";
import { problemParts } from "../../schema/problem-line.ts";
import { ConfigError } from "../../schema/problems.ts";
import { loadWebConfig } from "../../server/web-config/load.ts";
import type { Context } from "../context.ts";
import { withDefaultFile, withDefaultFileIfAny } from "../default-file.ts";
import type { CheckInvocation } from "../invocation.ts";
import { findShard, readConfig } from "../source.ts";
import { configuredJson, polledJson } from "./node-json.ts";
import { type PolledNode, pollOnce } from "./polling.ts";

/**
 * `check --json`: prints one document, also where the configuration is not valid. Its keys are a contract (docs/cli.md).
 * @returns the exit code, as of `check`
 */
export async function checkJson(invocation: CheckInvocation, context: Context): Promise<number> {
  const { webConfigFile, connect } = invocation;
  const lines: string[] = [];
  const attempt = <T>(work: () => Promise<T>) => withoutConfigError(work, (problems) => void lines.push(...problems));
  const flags = await attempt(() => (webConfigFile === undefined ? withDefaultFile : withDefaultFileIfAny)(invocation));
  const webConfig = webConfigFile === undefined ? undefined : await attempt(() => loadWebConfig(webConfigFile));
  const isOnlyWeb = flags === undefined || (flags.configFile === undefined && flags.nodes.length === 0);
  const config = isOnlyWeb ? undefined : await attempt(() => readConfig(flags, context.redactor));
  const shard = await attempt(async () => findShard(invocation));
  const isValid = lines.length === 0;
  const own = config && (shard === undefined ? config : selectShard(config, shard));
  const polled = connect && isValid && own !== undefined ? await pollOnce(own, context) : undefined;
  if (polled !== undefined && "exitCode" in polled) return polled.exitCode;
  const files = { config_file: flags?.configFile, web_config_file: webConfigFile };
  const named = Object.values(files).filter((file) => file !== undefined);
  const parts = (line: string) => problemParts(line, named);
  const document = {
    valid: isValid,
    ...files,
    shard: isValid ? shardJson(shard) : undefined,
    problems: lines.map(parts),
    warnings: [
      ...(webConfig?.warnings ?? []).map(parts),
      ...(config === undefined ? [] : await secretWarnings(config)),
    ],
    nodes: isValid ? nodesJson(own, polled) : undefined,
  };
  context.print(`${harmlessJson(JSON.stringify(document, undefined, 2))}\n`);
  return isValid && (polled ?? []).every(isUp) ? 0 : 1;
}

async function withoutConfigError<T>(
  work: () => Promise<T>,
  onProblems: (lines: readonly string[]) => void,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    onProblems(error.problems);
    return undefined;
  }
}

function shardJson(shard: Shard | undefined): object | undefined {
  return shard && { index: shard.index, total: shard.total };
}

/** Undefined where there is no configuration of nodes. */
function nodesJson(config: Config | undefined, polled: readonly PolledNode[] | undefined): object | undefined {
  if (config === undefined) return undefined;
  if (polled !== undefined) return polled.map((one) => ({ role: one.node.role, ...polledJson(one) }));
  return [...config.nodes, ...config.references].map((node) => ({ role: node.role, ...configuredJson(node) }));
}
