import type { WireConnection } from "./row.ts";
import { splitKind } from "./values.ts";

/**
 * Outbound peers seen so far, by their configured address. A node removes a configured peer from its list when it gives
 * up dialling it (net_plugin.cpp resolve_and_connect: wrong chain, forked, refused permanently), and no API reports that:
 * the missing row is the only sign. Other rows come and go as usual, and do not count.
 */
export type OutboundMemory = ReadonlyMap<string, SeenPeer>;

type SeenPeer = {
  /** A node dials and drops block producers with their schedule. */
  readonly isBlockProducer: boolean;
  /**
   * Its connection was open once. A node that could never reach a peer does not remove it, except a block producer, whose row
   * has lost its flags with the first failed dial (Spring 1.2, Wire since W2: net_plugin.cpp _close).
   */
  readonly wasOpen: boolean;
};

export const NOTHING_SEEN: OutboundMemory = new Map();

/** More names than any node has configured: a list with invented names cannot fill the memory. */
const MAX_NAMES = 1000;
const MAX_NAME_LENGTH = 300;

/** The memory after one more peer list. */
export function rememberOutbound(before: OutboundMemory, rows: readonly WireConnection[]): OutboundMemory {
  let seen: Map<string, SeenPeer> | undefined;
  for (const row of rows) {
    const { configured, isBlockProducer } = row.wire;
    if (configured === undefined || configured.length > MAX_NAME_LENGTH) continue;
    const known = (seen ?? before).get(configured);
    const peer = {
      // The node drops this flag when the connection closes, so it is remembered.
      isBlockProducer: isBlockProducer || known?.isBlockProducer === true,
      wasOpen: isOpened(row) || known?.wasOpen === true,
    };
    if (known?.isBlockProducer === peer.isBlockProducer && known.wasOpen === peer.wasOpen) continue;
    if (known === undefined && (seen ?? before).size >= MAX_NAMES) continue;
    seen ??= new Map(before);
    seen.set(configured, peer);
  }
  return seen ?? before;
}

/** Whether the row's connection is open, or was: its last end stays (since Leap 5). */
function isOpened({ state, wire }: WireConnection): boolean {
  return state === "connected" || state === "handshaking" || wire.remoteIp !== undefined;
}

/** The configured addresses of the peers seen so far that are missing in the list. */
export function vanishedPeers(seen: OutboundMemory, rows: readonly WireConnection[]): readonly string[] {
  const present = new Set<string>();
  for (const { wire } of rows) if (wire.configured !== undefined) present.add(wire.configured);
  const vanished: string[] = [];
  for (const [name, { isBlockProducer, wasOpen }] of seen) {
    if (wasOpen && !isBlockProducer && !present.has(name)) vanished.push(name);
  }
  return vanished;
}

/** The memory with the knowledge that these peers belong to block producers. */
export function rememberProducers(before: OutboundMemory, addresses: ReadonlySet<string>): OutboundMemory {
  if (addresses.size === 0) return before;
  const isListed = (name: string) => addresses.has(splitKind(name).address);
  const entries = [...before].map(
    ([name, peer]) => [name, isListed(name) ? { ...peer, isBlockProducer: true } : peer] as const,
  );
  return new Map(entries);
}
