const HASH_LENGTH = 64;
const NONE = "0".repeat(HASH_LENGTH);

/** 64 hex digits of a chain id or node id; all zeros stand for "none" (never connected, and EOSIO 1.0). */
export function hashOf(value: unknown): string | undefined {
  // Counted apart: in the pattern it would take twice as long, and each row of each poll has three of them.
  return typeof value === "string" && value.length === HASH_LENGTH && /^[0-9a-f]+$/.test(value) && value !== NONE
    ? value
    : undefined;
}

/**
 * The first 8 hex digits of a block id are the block's number, big-endian (block_header.cpp num_from_id). Nothing is made
 * of the others, which are not looked at.
 */
export function numberInBlockId(id: unknown): number | undefined {
  return typeof id === "string" && id.length === HASH_LENGTH && /^[0-9a-fA-F]{8}/.test(id)
    ? Number.parseInt(id.slice(0, 8), 16)
    : undefined;
}
