import type { ChainAdapter } from "../chains/adapter.ts";
import { connectionFamilies } from "./families/connection.ts";
import { headFamilies } from "./families/head.ts";
import { nodeFamilies } from "./families/node.ts";
import { pollFamilies } from "./families/poll.ts";
import { probeFamilies } from "./families/probe.ts";
import { referenceFamilies } from "./families/reference.ts";
import { trafficFamilies } from "./families/traffic.ts";
import { chainFamily, type NodeFamily, type SharedFamily } from "./family.ts";

/**
 * THE table of the families of nodes. Their names are contracts. Order here is order on the page.
 * @param adapters each chain's adapter once
 */
export function createCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [
    ...withSources([...nodeFamilies, ...headFamilies, ...trafficFamilies, ...connectionFamilies], adapters),
    ...chainFamilies(adapters),
    ...withSources([...referenceFamilies, ...pollFamilies], adapters),
  ];
}

/**
 * The families of a node that is polled once for `/probe`: without counts of earlier polls and what compares with them.
 * @param adapters each chain's adapter once
 */
export function createProbeCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [
    ...withSources([...nodeFamilies, ...probeFamilies], adapters),
    ...withSources([...headFamilies, ...trafficFamilies, ...connectionFamilies], adapters),
    ...chainFamilies(adapters),
    ...withSources(pollFamilies, adapters),
  ].filter(({ needsHistory }) => needsHistory !== true);
}

/** Every family of either catalogue, for documents and tests. */
export function createFullCatalogue(adapters: readonly ChainAdapter[]): readonly NodeFamily[] {
  return [...createCatalogue(adapters), ...withSources(probeFamilies, adapters)];
}

/** Shared families with what the adapters say about where the values come from. */
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
