import { hostname } from "node:os";
import { type Loading, loadConfig } from "../config/load.ts";
import type { Config, NodeConfig, Shard } from "../config/model.ts";
import type { Redactor } from "../config/redact.ts";
import { resolveShard } from "../config/shard.ts";
import { inSlices } from "../lib/slices.ts";
import { didYouMean } from "../lib/suggest.ts";
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

/** @returns the node that a command's argument names, or the text of an error */
export function chooseNode({ nodes }: Pick<Config, "nodes">, name: string | undefined): NodeConfig | string {
  const names = nodes.map((node) => node.name);
  if (name === undefined) {
    const [only, ...others] = nodes;
    if (only !== undefined && others.length === 0) return only;
    return `no node given; the configuration has ${listed(names)}`;
  }
  const found = nodes.find((node) => node.name === name);
  if (found !== undefined) return found;
  const shown = /^[\w.:@-]{1,63}$/.test(name) ? ` named ${name}` : " of that name";
  return `the configuration has no node${shown}${didYouMean(name, names) ?? `; it has ${listed(names)}`}`;
}

const MAX_LISTED = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
