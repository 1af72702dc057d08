import { createHash } from "node:crypto";

/** Two blocks a second, as every Antelope chain makes them. */
const BLOCK_SECONDS = 0.5;
/** The simulated chain began here, so that heights go on rising from one demo to the next. */
const GENESIS = Date.UTC(2025, 0, 1) / 1000;
/** With Savanna the last irreversible block is two or three blocks behind the head. */
const FINALITY_BLOCKS = 3;
const PRODUCERS = ["alpha.bp", "bravo.bp", "charlie.bp", "delta.bp", "echo.bp", "foxtrot.bp", "golf.bp"] as const;
const BLOCKS_PER_ROUND = 12;

export const CHAIN_ID = createHash("sha256").update("simulated wire network").digest("hex");
export const ZERO_ID = "0".repeat(64);

/** The head's block number at a time. */
export function headAt(now: number): number {
  return Math.floor((now - GENESIS) / BLOCK_SECONDS);
}

export function blockTime(number: number): number {
  return GENESIS + number * BLOCK_SECONDS;
}

export function finalBlock(head: number): number {
  return head - FINALITY_BLOCKS;
}

export function producerOf(number: number): string {
  return PRODUCERS[Math.floor(number / BLOCKS_PER_ROUND) % PRODUCERS.length] ?? PRODUCERS[0];
}

/** A block id begins with the block number: 8 hexadecimal digits (libraries/chain/block_header.cpp:14-17). */
export function blockId(number: number): string {
  const rest = createHash("sha256").update(`${CHAIN_ID}/${number}`).digest("hex").slice(8);
  return number.toString(16).padStart(8, "0") + rest;
}

/** Times as fc writes them: UTC with milliseconds and without a Z (libfc time.cpp to_iso_string). */
export function fcTime(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(0, -1);
}
