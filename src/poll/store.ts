import type { NodeReport } from "../chains/chain.ts";
import type { NodeConfig } from "../config/model.ts";
import type { HeadLag } from "./fleet.ts";
import type { NodeHistory } from "./history.ts";

/** Everything known of a node after its last poll. */
export type NodeState = {
  readonly node: NodeConfig;
  /** Undefined until the first poll has ended. */
  readonly report: NodeReport | undefined;
  readonly history: NodeHistory;
  readonly lag: HeadLag;
  readonly syncing: boolean | undefined;
  /** Time between two turns of the node's schedule. */
  readonly turnMs: number;
};

/** A node's finished sample lines: one text for each family of the catalogue, in its order. */
export type NodeLines = readonly string[];

export type StoredNode = { readonly state: NodeState; readonly lines: NodeLines };

/** The nodes' last states, in the order of the configuration. A node is replaced whole, never changed. */
export type NodeStore = {
  set(entry: StoredNode): void;
  get(name: string): StoredNode | undefined;
  all(): readonly StoredNode[];
};

export function createStore(): NodeStore {
  const entries = new Map<string, StoredNode>();
  return {
    set: (entry) => void entries.set(entry.state.node.name, entry),
    get: (name) => entries.get(name),
    all: () => [...entries.values()],
  };
}
