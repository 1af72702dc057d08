import type { FuzzAdapter } from "./adapter.ts";
import { bitcoinAdapter } from "./chains/bitcoin.ts";
import { chainwebAdapter } from "./chains/chainweb.ts";
import { moneroAdapter } from "./chains/monero.ts";
import { wireAdapter } from "./chains/wire.ts";
import type { Corpus } from "./corpus.ts";

export const ADAPTERS = {
  wire: wireAdapter,
  monero: moneroAdapter,
  chainweb: chainwebAdapter,
  bitcoin: bitcoinAdapter,
} satisfies Record<string, (corpus: Corpus) => FuzzAdapter>;

export type AdapterName = keyof typeof ADAPTERS;

export const ADAPTER_NAMES: readonly AdapterName[] = ["wire", "monero", "chainweb", "bitcoin"];

export function isAdapterName(name: string): name is AdapterName {
  return Object.hasOwn(ADAPTERS, name);
}
