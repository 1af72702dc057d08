import type { FuzzAdapter } from "./adapter.ts";
import { chainwebAdapter } from "./chains/chainweb.ts";
import { moneroAdapter } from "./chains/monero.ts";
import { wireAdapter } from "./chains/wire.ts";
import type { Corpus } from "./corpus.ts";

export const ADAPTERS = {
  wire: wireAdapter,
  monero: moneroAdapter,
  chainweb: chainwebAdapter,
} satisfies Record<string, (corpus: Corpus) => FuzzAdapter>;

export type AdapterName = keyof typeof ADAPTERS;

export const ADAPTER_NAMES: readonly AdapterName[] = ["wire", "monero", "chainweb"];

export function isAdapterName(name: string): name is AdapterName {
  return Object.hasOwn(ADAPTERS, name);
}
