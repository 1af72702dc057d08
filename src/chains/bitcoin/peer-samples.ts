import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import { chainSample, type Direction } from "../../model/report.ts";
import { bytesOf, MESSAGE_TYPES, type MessageBytes } from "./message-bytes.ts";
import { CONNECTION_TYPES, PEER_NETWORKS, TRANSPORTS } from "./peer-facts.ts";
import * as families from "./peer-families.ts";
import type { BitcoinPeer } from "./peers.ts";

/** Counts of connected peers: before the handshake, little is known about a peer. */
export function peerSamples(connections: readonly BitcoinPeer[]): readonly ChainSample[] {
  const peers = connections.filter(({ state }) => state === "connected");
  return [
    ...byFact(families.BY_CONNECTION_TYPE, peers, CONNECTION_TYPES, ({ connectionType }) => connectionType),
    ...byFact(families.BY_TRANSPORT, peers, TRANSPORTS, ({ transport }) => transport),
    ...byNetwork(peers),
    ...counted(families.TRANSACTION_RELAY, peers, ({ relaysTransactions }) => relaysTransactions),
    ...counted(families.ADDRESS_RELAY, peers, ({ relaysAddresses }) => relaysAddresses),
    ...counted(families.PERMITTED, peers, ({ isPermitted }) => isPermitted),
    ...counted(families.PING_WAITING, peers, (peer) => (peer.tellsPings ? isWaiting(peer) : undefined)),
    ...blocksInFlight(peers),
    ...highest(families.PRESYNCED_HEADERS, peers),
  ];
}

function isWaiting({ pingWaitSeconds = 0 }: BitcoinPeer): boolean {
  return pingWaitSeconds > families.PING_WAIT_SECONDS;
}

/** One sample for each value. None where peers are there and the node tells the fact of none of them. */
function byFact<T extends string>(
  family: ChainFamily,
  peers: readonly BitcoinPeer[],
  values: readonly T[],
  factOf: (peer: BitcoinPeer) => T | undefined,
): readonly ChainSample[] {
  const counts = new Map<T | undefined, number>();
  for (const peer of peers) {
    const fact = factOf(peer);
    counts.set(fact, (counts.get(fact) ?? 0) + 1);
  }
  if (peers.length > 0 && counts.get(undefined) === peers.length) return [];
  return values.map((value) => chainSample(family, counts.get(value) ?? 0, [value]));
}

/** Peers with the flag set; none where peers are there and the node tells the flag of none of them. */
function counted(
  family: ChainFamily,
  peers: readonly BitcoinPeer[],
  flagOf: (peer: BitcoinPeer) => boolean | undefined,
): readonly ChainSample[] {
  let isKnown = peers.length === 0;
  let set = 0;
  for (const peer of peers) {
    const value = flagOf(peer);
    if (value !== undefined) isKnown = true;
    if (value === true) set += 1;
  }
  return isKnown ? [chainSample(family, set)] : [];
}

const PEER_DIRECTIONS: readonly Direction[] = ["inbound", "outbound"];

function byNetwork(peers: readonly BitcoinPeer[]): readonly ChainSample[] {
  const counts = new Map<string, number>();
  for (const { direction, peerNetwork } of peers) {
    const key = direction + peerNetwork;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return PEER_DIRECTIONS.flatMap((direction) =>
    PEER_NETWORKS.map((network) =>
      chainSample(families.BY_NETWORK, counts.get(direction + network) ?? 0, [direction, network]),
    ),
  );
}

/** None where peers are there and the node tells of none of them. */
function blocksInFlight(peers: readonly BitcoinPeer[]): readonly ChainSample[] {
  const heights = new Set<number>();
  let isKnown = peers.length === 0;
  for (const { inFlight } of peers) {
    if (inFlight === undefined) continue;
    isKnown = true;
    for (const height of inFlight) heights.add(height);
  }
  return isKnown ? [chainSample(families.BLOCKS_IN_FLIGHT, heights.size)] : [];
}

function highest(family: ChainFamily, peers: readonly BitcoinPeer[]): readonly ChainSample[] {
  let found: number | undefined;
  for (const { presyncedHeaders = 0 } of peers) {
    if (presyncedHeaders > (found ?? 0)) found = presyncedHeaders;
  }
  return found === undefined ? [] : [chainSample(family, found)];
}

/** Of the types that were seen. */
export function messageSamples(bytes: MessageBytes | undefined): readonly ChainSample[] {
  if (bytes === undefined) return [];
  const samples: ChainSample[] = [];
  for (const [index, type] of MESSAGE_TYPES.entries()) {
    const { received, sent } = bytesOf(bytes, index);
    if (received !== undefined) samples.push(chainSample(families.MESSAGE_RECEIVE, received, [type]));
    if (sent !== undefined) samples.push(chainSample(families.MESSAGE_TRANSMIT, sent, [type]));
  }
  return samples;
}
