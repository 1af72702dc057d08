import { createHash } from "node:crypto";

/**
 * A block every 10 s instead of Monero's 120 s, which would look dead in a demonstration. The nodes say so: their
 * get_info has `target` 10.
 */
export const BLOCK_SECONDS = 10;
/** The simulated chain passed this height then, so that heights go on rising from one demo to the next. */
const ANCHOR_TIME = Date.UTC(2025, 8, 1) / 1000;
const ANCHOR_HEIGHT = 3_490_000;
const DIFFICULTY = 612_345_678_901n;

/** The chain's height: the top block's number + 1. */
export function heightAt(now: number): number {
  return ANCHOR_HEIGHT + Math.floor((now - ANCHOR_TIME) / BLOCK_SECONDS);
}

/** The time of the top block of a chain with that height. */
export function topBlockTime(height: number): number {
  return ANCHOR_TIME + (height - ANCHOR_HEIGHT) * BLOCK_SECONDS;
}

/** The hash of a block by its number. */
export function blockHash(number: number, branch = "main"): string {
  return createHash("sha256").update(`simulated monero ${branch} ${number}`).digest("hex");
}

export function difficulty(): bigint {
  return DIFFICULTY;
}

/** Above 2^53 since 2017 on the real chain too: JSON.parse rounds it without a word. */
export function cumulativeDifficulty(height: number): bigint {
  return DIFFICULTY * BigInt(height);
}
