import type { ChainAdapter } from "../chains/adapter.ts";
import { connectionFamilies } from "./families/connection.ts";
import { diversityFamilies } from "./families/diversity.ts";
import { forkFamilies } from "./families/fork.ts";
import { headFamilies, nodeFamilies, pollFamilies, referenceFamilies } from "./families/node.ts";
import { peerFamilies } from "./families/peers.ts";
import { trafficFamilies } from "./families/traffic.ts";
import { chainFamily, type NodeFamily, type SharedFamily } from "./family.ts";

/**
 * All families of nodes, in the order of the page. Their names are contracts.
 * @param adapters each chain's adapter once
 */
export function createCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  const ofNodes = [nodeFamilies, peerFamilies, diversityFamilies, headFamilies, forkFamilies, trafficFamilies];
  return [
    ...withSources([...ofNodes.flat(), ...connectionFamilies], adapters),
    ...chainFamilies(adapters),
    ...withSources([...referenceFamilies, ...pollFamilies], adapters),
  ];
}

/**
 * The families of a node that is polled only once, for /probe?target=: without those that compare several polls, and those of
 * references.
 * @param adapters each chain's adapter once
 */
export function createProbeCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return createCatalogue(adapters).filter(({ needsHistory, about }) => needsHistory !== true && about !== "reference");
}

/** The shared families with the sources of their values, as the adapters declare them. */
function withSources(families: readonly SharedFamily[], adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return families.map(({ source, ...family }) => {
    const sources = adapters.flatMap(({ optionsKey, sources: own }) => {
      const from = source ?? own[family.name];
      return from === undefined ? [] : [[optionsKey, from] as const];
    });
    return { ...family, sources: Object.fromEntries(sources) };
  });
}

/** The families that the adapters declare themselves. */
function chainFamilies(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return adapters.flatMap(({ families, optionsKey }) => families.map((family) => chainFamily(family, optionsKey)));
}
