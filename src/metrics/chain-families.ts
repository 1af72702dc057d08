import type { ChainAdapter } from "../chains/adapter.ts";
import { chainFamily, type NodeFamily } from "./family.ts";

/** The families that the chains declare themselves, each once: several names of chains may share an adapter. */
export function chainFamilies(adapters: Iterable<ChainAdapter>): readonly NodeFamily[] {
  return [...new Set(adapters)].flatMap(({ families, optionsKey }) =>
    families.map((family) => chainFamily(family, optionsKey)),
  );
}
