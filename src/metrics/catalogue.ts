import type { ChainAdapter } from "../chains/adapter.ts";
import { connectionFamilies } from "./families/connection.ts";
import { forkFamilies } from "./families/fork.ts";
import { headFamilies, nodeFamilies, pollFamilies, probeFamilies, referenceFamilies } from "./families/node.ts";
import { peerFamilies, trafficFamilies } from "./families/peers.ts";
import { chainFamily, type NodeFamily, type SharedFamily } from "./family.ts";

/**
 * All families of nodes, in the order of the page. Their names are contracts.
 * @param adapters each chain's adapter once
 */
export function createCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [
    ...withSources(
      [...nodeFamilies, ...peerFamilies, ...headFamilies, ...forkFamilies, ...trafficFamilies, ...connectionFamilies],
      adapters,
    ),
    ...chainFamilies(adapters),
    ...withSources([...referenceFamilies, ...pollFamilies], adapters),
  ];
}

/**
 * The families of a node that is polled only once, for /probe?target=: without those that compare several polls.
 * @param adapters each chain's adapter once
 */
export function createProbeCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [
    ...withSources([...nodeFamilies, ...peerFamilies, ...probeFamilies], adapters),
    ...withSources([...headFamilies, ...trafficFamilies, ...connectionFamilies], adapters),
    ...chainFamilies(adapters),
    ...withSources(pollFamilies, adapters),
  ].filter(({ needsHistory }) => needsHistory !== true);
}

/** Every family of either catalogue, for documents and tests. */
export function createFullCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [...createCatalogue(adapters), ...withSources(probeFamilies, adapters)];
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
