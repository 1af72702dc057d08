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

/** The settings of all nodes and of the targets of all modules. */
type AllConnectionSettings = {
  /** The settings of a node, or target, of the current configuration or of an earlier one: its poll may still run. */
  of(node: Pick<NodeConfig, "connections">): ConnectionSettings;
  /** Reads the keys of configurations. @returns makes them the current ones */
  prepare(...configs: readonly Config[]): Promise<() => void>;
};

/** @param ownHashKey for nodes without a configured key */
export function createConnectionSettings(ownHashKey: string): AllConnectionSettings {
  const known = new WeakMap<ConnectionsConfig, ConnectionSettings>();
  return {
    of({ connections }) {
      // Never the settings of others, which may show more.
      return known.get(connections) ?? { ...connections, hashKey: ownHashKey };
    },
    async prepare(...configs) {
      const read = new Map<ConnectionsConfig, ConnectionSettings>();
      for (const each of configs.flatMap(blocksOf)) {
        if (!read.has(each)) read.set(each, await connectionSettings(each, ownHashKey));
      }
      return () => {
        for (const [connections, settings] of read) known.set(connections, settings);
      };
    },
  };
}

function blocksOf(config: Config): readonly ConnectionsConfig[] {
  const { nodes, references, probe } = config;
  return [config, ...nodes, ...references, ...probe.modules.values()].map(({ connections }) => connections);
}
