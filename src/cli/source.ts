import { hostname } from "node:os";
import { type Loading, loadConfig } from "../config/load.ts";
import type { Config, Shard } from "../config/model.ts";
import type { Redactor } from "../config/redact.ts";
import { resolveShard } from "../config/shard.ts";
import { inSlices } from "../lib/slices.ts";
import { ConfigError } from "../schema/problems.ts";
import type { ShardFlags, SourceFlags } from "./invocation.ts";

/**
 * Reads the configuration that the flags name, for all shards together: a problem in it concerns every shard.
 * @throws ConfigError
 */
export async function readConfig(
  { configFile, nodes }: SourceFlags,
  redactor: Redactor,
  loading: Loading = {},
): Promise<Config> {
  if (configFile === undefined && nodes.length === 0)
    throw new ConfigError(["no nodes: give --config.file=PATH or --node NAME=CHAIN+URL (see --help)"]);
  const config = await loadConfig({ file: configFile, nodes, env: process.env }, loading);
  await inSlices(redactor.addSecretsSteps(config), loading.signal);
  return config;
}

/** @throws ConfigError */
export function findShard({ shard: flag }: ShardFlags): Shard | undefined {
  if (flag === undefined) return undefined;
  try {
    return resolveShard(flag, { env: process.env, hostname: hostname() });
  } catch (error) {
    throw new ConfigError([`--shard: ${error instanceof Error ? error.message : error}`]);
  }
}
