import type { ChainName } from "../../src/chains/index.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";

/** The `connections` of a configuration that are compared. */

/** What the program had as its default before `host`, and what `full` still gives. */
export const FULL = { address: "full", max_per_node: 250 };

/** Nothing set. */
export const DEFAULTS = {};

/** A node as a configuration with these settings has it. It is never polled. */
export function nodeWith(connections: Readonly<Record<string, unknown>>, chain: ChainName): NodeConfig {
  const node = { name: `${chain}-1`, chain, url: "http://192.0.2.1:8888" };
  const parsed = parseConfig({ connections, nodes: [node] }, undefined);
  const [config] = parsed.ok ? parsed.config.nodes : [];
  if (config === undefined) throw new Error(`no configuration of ${JSON.stringify(connections)}`);
  return config;
}
