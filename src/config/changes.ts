import { atOnce, eachStep, mapSteps, type Steps } from "../lib/slices.ts";
import type { Config, NodeConfig } from "./model.ts";

/** How a new configuration differs from the previous one. */
export type ConfigChanges = {
  /** The new configuration. An unchanged node is the same object as in the previous configuration. */
  readonly config: Config;
  readonly added: readonly NodeConfig[];
  readonly changed: readonly NodeConfig[];
  readonly removed: readonly NodeConfig[];
  readonly unchanged: readonly NodeConfig[];
};

/** Compares nodes and references by name. */
export function compareConfigs(before: Config, after: Config): ConfigChanges {
  return atOnce(compareSteps(before, after));
}

/** As compareConfigs, one node a step. */
export function* compareSteps(before: Config, after: Config): Steps<ConfigChanges> {
  /** Previous nodes that the new configuration has not named yet. */
  const remaining = new Map<string, NodeConfig>();
  yield* eachStep(allOf(before), (node) => void remaining.set(node.name, node));
  const added: NodeConfig[] = [];
  const changed: NodeConfig[] = [];
  const unchanged: NodeConfig[] = [];
  const place = (node: NodeConfig): NodeConfig => {
    const known = remaining.get(node.name);
    remaining.delete(node.name);
    const isSame = known?.fingerprint === node.fingerprint;
    (known === undefined ? added : isSame ? unchanged : changed).push(isSame ? known : node);
    return isSame ? known : node;
  };
  const nodes = yield* mapSteps(after.nodes, place);
  const references = yield* mapSteps(after.references, place);
  return { config: { ...after, nodes, references }, added, changed, removed: [...remaining.values()], unchanged };
}

function allOf({ nodes, references }: Config): readonly NodeConfig[] {
  return [...nodes, ...references];
}
