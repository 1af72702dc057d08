import type { ChainAdapter } from "./adapter.ts";
import { bitcoin } from "./bitcoin/index.ts";
import { chainweb } from "./chainweb/index.ts";
import { monero } from "./monero/index.ts";
import { wire } from "./wire/index.ts";

/**
 * Every chain that a node's `chain` key can name. A new chain is one folder next to this file and one line here: all
 * other code gets the chains from this table.
 */
export const chains = {
  wire,
  antelope: wire,
  monero,
  chainweb,
  bitcoin,
  litecoin: bitcoin,
  dogecoin: bitcoin,
  bitcoincash: bitcoin,
  dash: bitcoin,
  zcash: bitcoin,
} satisfies Record<string, ChainAdapter>;

export type ChainName = keyof typeof chains;

/** Every name in the order of the table. */
export const CHAIN_NAMES: readonly ChainName[] = Object.keys(chains).filter(isChainName);

export function isChainName(name: unknown): name is ChainName {
  return typeof name === "string" && Object.hasOwn(chains, name);
}

/** The first name of each adapter: several names may share one. */
export const FIRST_NAMES: readonly ChainName[] = CHAIN_NAMES.filter(
  (name, index) => CHAIN_NAMES.findIndex((other) => chains[other] === chains[name]) === index,
);

/** Every adapter once, in the order of the table. */
export const ADAPTERS: readonly ChainAdapter[] = FIRST_NAMES.map((name) => chains[name]);

/** What distinguishes networks that are called alike: the chain's block in the configuration, or its own name. */
export function networkScope(name: ChainName): string {
  const { namesAreChains, optionsKey } = chains[name];
  return namesAreChains ? name : optionsKey;
}
