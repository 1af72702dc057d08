import type { Config, NodeConfig } from "./model.ts";

/** What a new configuration means for the nodes of the one before. */
export type ConfigChanges = {
  /** The new configuration; a node that is asked as before is the very object of the configuration before. */
  readonly config: Config;
  readonly added: readonly NodeConfig[];
  readonly changed: readonly NodeConfig[];
  readonly removed: readonly NodeConfig[];
  readonly unchanged: readonly NodeConfig[];
};

/** Nodes and references are known by their names. */
export function compareConfigs(before: Config, after: Config): ConfigChanges {
  const earlier = new Map([...before.nodes, ...before.references].map((node) => [node.name, node]));
  const reuse = (node: NodeConfig) => {
    const known = earlier.get(node.name);
    return known?.fingerprint === node.fingerprint ? known : node;
  };
  const config = { ...after, nodes: after.nodes.map(reuse), references: after.references.map(reuse) };
  const all = [...config.nodes, ...config.references];
  const names = new Set(all.map(({ name }) => name));
  return {
    config,
    added: all.filter(({ name }) => !earlier.has(name)),
    changed: all.filter((node) => earlier.has(node.name) && earlier.get(node.name) !== node),
    removed: [...earlier.values()].filter(({ name }) => !names.has(name)),
    unchanged: all.filter((node) => earlier.get(node.name) === node),
  };
}
