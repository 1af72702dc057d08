import type { Config, ConnectionsConfig, NodeConfig } from "../config/model.ts";

/** How the connections of a node become series: the configuration with the key of address hashes, which may be in a file. */
export type ConnectionSettings = Omit<ConnectionsConfig, "hashKey"> & { readonly hashKey: string };

/** @param ownHashKey for a configuration without a key */
export async function connectionSettings(
  { hashKey, ...rest }: ConnectionsConfig,
  ownHashKey: string,
): Promise<ConnectionSettings> {
  return { ...rest, hashKey: hashKey === undefined ? ownHashKey : await hashKey.reveal() };
}

/**
 * Reads the keys of a whole configuration.
 * @returns the settings of a node by its name; of other nodes, which are targets of its modules, by their configuration
 */
export async function allConnectionSettings(
  { nodes, connections, probe }: Config,
  ownHashKey: string,
): Promise<(node: Pick<NodeConfig, "name" | "connections">) => ConnectionSettings> {
  const byConfig = new Map<ConnectionsConfig, ConnectionSettings>();
  const all = [connections, ...nodes.map((node) => node.connections)];
  for (const each of new Set([...all, ...[...probe.modules.values()].map((module) => module.connections)])) {
    byConfig.set(each, await connectionSettings(each, ownHashKey));
  }
  const shared = byConfig.get(connections) ?? (await connectionSettings(connections, ownHashKey));
  const byName = new Map(nodes.map((node) => [node.name, byConfig.get(node.connections) ?? shared]));
  return (node) => byConfig.get(node.connections) ?? byName.get(node.name) ?? shared;
}
