import { count } from "../decode.ts";

/** What a peer keeps of the old blocks: all of them, or one of eight stripes. */
export const STRIPES = ["none", "1", "2", "3", "4", "5", "6", "7", "8"] as const;
export type Stripe = (typeof STRIPES)[number];

/** The first of the eight seeds: the logarithm of 8 stripes, shifted by 7 (src/common/pruning.h). */
const FIRST_SEED = 3 << 7;

/**
 * The stripe that a pruning seed stands for. Undefined for a seed of another scheme: monerod itself disconnects peers
 * that claim one (process_payload_sync_data), so it is no peer's.
 */
export function stripeOf(seed: unknown): Stripe | undefined {
  const number = count(seed);
  if (number === 0) return "none";
  return number === undefined || number < FIRST_SEED ? undefined : STRIPES[number - FIRST_SEED + 1];
}
