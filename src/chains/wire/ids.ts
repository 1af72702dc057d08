const NONE = "0".repeat(64);

/** 64 hex digits of a chain id or node id; all zeros stand for "none" (never connected, and EOSIO 1.0). */
export function hashOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value) && value !== NONE ? value : undefined;
}

/** The first 8 hex digits of a block id are the block's number, big-endian (block_header.cpp num_from_id). */
export function numberInBlockId(id: unknown): number | undefined {
  return typeof id === "string" && /^[0-9a-fA-F]{64}$/.test(id) ? Number.parseInt(id.slice(0, 8), 16) : undefined;
}
