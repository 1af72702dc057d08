import { atOnce, eachStep, mapSteps, type Steps } from "../lib/slices.ts";
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
  return atOnce(compareSteps(before, after));
}

/** The same, one node a step. */
export function* compareSteps(before: Config, after: Config): Steps<ConfigChanges> {
  /** Those of before that have not been found again. */
  const rest = new Map<string, NodeConfig>();
  yield* eachStep(allOf(before), (node) => void rest.set(node.name, node));
  const added: NodeConfig[] = [];
  const changed: NodeConfig[] = [];
  const unchanged: NodeConfig[] = [];
  const place = (node: NodeConfig): NodeConfig => {
    const known = rest.get(node.name);
    rest.delete(node.name);
    const isSame = known?.fingerprint === node.fingerprint;
    (known === undefined ? added : isSame ? unchanged : changed).push(isSame ? known : node);
    return isSame ? known : node;
  };
  const nodes = yield* mapSteps(after.nodes, place);
  const references = yield* mapSteps(after.references, place);
  return { config: { ...after, nodes, references }, added, changed, removed: [...rest.values()], unchanged };
}

function allOf({ nodes, references }: Config): readonly NodeConfig[] {
  return [...nodes, ...references];
}
