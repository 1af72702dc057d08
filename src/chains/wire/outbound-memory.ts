import type { WireConnection } from "./connections.ts";

/**
 * Outbound peers that were seen so far, by their configured address. A node removes a configured peer from its list
 * when there is no use in dialling it again (net_plugin.cpp resolve_and_connect: wrong chain, forked, refused for good),
 * and no API tells it: that it is missing is the only sign.
 */
export type OutboundMemory = ReadonlyMap<string, SeenPeer>;

/** Block producers found by configuration or gossip are dialled and dropped with the schedule: that means nothing. */
type SeenPeer = { readonly isBlockProducer: boolean };

export const NOTHING_SEEN: OutboundMemory = new Map();

/** More names than any node has configured; a list that makes up new ones cannot fill the memory. */
const MAX_NAMES = 1000;
const MAX_NAME_LENGTH = 300;

/** The memory after one more peer list. */
export function rememberOutbound(before: OutboundMemory, rows: readonly WireConnection[]): OutboundMemory {
  const seen = new Map(before);
  for (const { wire } of rows) {
    const { configured, isBlockProducer } = wire;
    if (configured === undefined || configured.length > MAX_NAME_LENGTH) continue;
    const known = seen.get(configured);
    if (known === undefined && seen.size >= MAX_NAMES) continue;
    // The node forgets what the peer is when the link closes.
    seen.set(configured, { isBlockProducer: isBlockProducer || known?.isBlockProducer === true });
  }
  return seen;
}

/** How many of the peers seen so far are missing in the list. */
export function countVanished(seen: OutboundMemory, rows: readonly WireConnection[]): number {
  const present = new Set(rows.map(({ wire }) => wire.configured));
  return [...seen].filter(([name, { isBlockProducer }]) => !isBlockProducer && !present.has(name)).length;
}
