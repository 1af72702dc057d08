import type { ChainAdapter } from "./adapter.ts";
import { chainweb } from "./chainweb/index.ts";
import { monero } from "./monero/index.ts";
import { wire } from "./wire/index.ts";

/** Every chain that a node's `chain` key can name. A new chain is one folder beside this file and one line here. */
export const chains = {
  wire,
  antelope: wire,
  monero,
  chainweb,
} satisfies Record<string, ChainAdapter>;

export type ChainName = keyof typeof chains;
