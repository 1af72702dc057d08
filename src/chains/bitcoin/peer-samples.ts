import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import { chainSample, type Direction } from "../../model/report.ts";
import { MESSAGE_TYPES, type MessageBytes } from "./message-bytes.ts";
import { CONNECTION_TYPES, PEER_NETWORKS, TRANSPORTS } from "./peer-facts.ts";
import * as families from "./peer-families.ts";
import type { BitcoinPeer } from "./peers.ts";

/** Counts of connected peers: before the handshake, little is known about a peer. */
export function peerSamples(connections: readonly BitcoinPeer[]): readonly ChainSample[] {
  const peers = connections.filter(({ state }) => state === "connected");
  const heights = new Set(peers.flatMap(({ inFlight }) => inFlight));
  return [
    ...byFact(families.BY_CONNECTION_TYPE, peers, CONNECTION_TYPES, ({ connectionType }) => connectionType),
    ...byFact(families.BY_TRANSPORT, peers, TRANSPORTS, ({ transport }) => transport),
    ...byNetwork(peers),
    ...counted(families.TRANSACTION_RELAY, peers, ({ relaysTransactions }) => relaysTransactions),
    ...counted(families.ADDRESS_RELAY, peers, ({ relaysAddresses }) => relaysAddresses),
    ...counted(families.PERMITTED, peers, ({ isPermitted }) => isPermitted),
    chainSample(families.PING_WAITING, peers.filter(isWaiting).length),
    chainSample(families.BLOCKS_IN_FLIGHT, heights.size),
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
  const flags = peers.map(flagOf);
  if (flags.length > 0 && flags.every((one) => one === undefined)) return [];
  return [chainSample(family, flags.filter((one) => one === true).length)];
}

const PEER_DIRECTIONS: readonly Direction[] = ["inbound", "outbound"];

function byNetwork(peers: readonly BitcoinPeer[]): readonly ChainSample[] {
  return PEER_DIRECTIONS.flatMap((direction) =>
    PEER_NETWORKS.map((network) => {
      const found = peers.filter((peer) => peer.direction === direction && peer.peerNetwork === network);
      return chainSample(families.BY_NETWORK, found.length, [direction, network]);
    }),
  );
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
  const { received, sent } = bytes.total;
  return MESSAGE_TYPES.flatMap((type, index) => [
    ...seen(families.MESSAGE_RECEIVE, received[index], type),
    ...seen(families.MESSAGE_TRANSMIT, sent[index], type),
  ]);
}

function seen(family: ChainFamily, bytes = 0, type = ""): readonly ChainSample[] {
  return bytes > 0 ? [chainSample(family, bytes, [type])] : [];
}
