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
  const news: [string, SeenPeer][] = [];
  for (const { wire } of rows) {
    const { configured, isBlockProducer } = wire;
    if (configured === undefined || configured.length > MAX_NAME_LENGTH) continue;
    const known = before.get(configured);
    // The node forgets what the peer is when the link closes.
    if (known === undefined || (isBlockProducer && !known.isBlockProducer))
      news.push([configured, { isBlockProducer }]);
  }
  if (news.length === 0) return before;
  const seen = new Map(before);
  for (const [name, peer] of news) {
    const known = seen.get(name);
    if (known === undefined && seen.size >= MAX_NAMES) continue;
    seen.set(name, known?.isBlockProducer === true ? known : peer);
  }
  return seen;
}

/** How many of the peers seen so far are missing in the list. */
export function countVanished(seen: OutboundMemory, rows: readonly WireConnection[]): number {
  const present = new Set<string>();
  for (const { wire } of rows) if (wire.configured !== undefined) present.add(wire.configured);
  let vanished = 0;
  for (const [name, { isBlockProducer }] of seen) if (!isBlockProducer && !present.has(name)) vanished += 1;
  return vanished;
}
