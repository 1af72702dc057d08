import { isObject, type JsonObject } from "../../lib/json.ts";
import type { AddressType, PeerAddress } from "../../model/report.ts";
import { flag, text } from "../decode.ts";

/** Facts of a row of getpeerinfo that have closed sets of values. */

/** `private-broadcast` is from 31 on (src/node/connection_types.h). */
export const CONNECTION_TYPES = [
  ...["outbound-full-relay", "block-relay-only", "inbound", "manual", "addr-fetch", "feeler", "private-broadcast"],
  "other",
] as const;
export type ConnectionType = (typeof CONNECTION_TYPES)[number];

export const TRANSPORTS = ["detecting", "v1", "v2", "other"] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** As getnetworkinfo and getaddrmaninfo name them. */
export const REAL_NETWORKS = ["ipv4", "ipv6", "onion", "i2p", "cjdns"] as const;
export type RealNetwork = (typeof REAL_NETWORKS)[number];

/** Of a peer also `not_publicly_routable`, for private and loopback addresses; `unknown` where the node tells only a name. */
export const PEER_NETWORKS = [...REAL_NETWORKS, "not_publicly_routable", "unknown"] as const;
export type PeerNetwork = (typeof PEER_NETWORKS)[number];

/** @returns undefined where the node does not tell: it does from 0.21 on */
export function connectionTypeOf({ connection_type }: JsonObject): ConnectionType | undefined {
  return closed(connection_type, CONNECTION_TYPES);
}

/** From 26 on; btcd has a flag for it. */
export function transportOf({ transport_protocol_type, v2_connection }: JsonObject): Transport | undefined {
  const isV2 = flag(v2_connection);
  if (transport_protocol_type === undefined && isV2 !== undefined) return isV2 ? "v2" : "v1";
  return closed(transport_protocol_type, TRANSPORTS);
}

function closed<T extends string>(value: unknown, values: readonly T[]): T | "other" | undefined {
  if (text(value) === undefined) return undefined;
  return values.find((known) => known === value) ?? "other";
}

/** `unroutable` up to 0.21. */
const NETWORK_NAMES: ReadonlyMap<unknown, PeerNetwork> = new Map<unknown, PeerNetwork>([
  ...PEER_NETWORKS.filter((name) => name !== "unknown").map((name) => [name, name] as const),
  ["unroutable", "not_publicly_routable"],
]);

const NETWORKS_OF_TYPES: Readonly<Record<AddressType, PeerNetwork>> = {
  ipv4: "ipv4",
  ipv6: "ipv6",
  tor: "onion",
  i2p: "i2p",
  cjdns: "cjdns",
  unknown: "unknown",
};

/** Before 0.21 the node sends only the address. */
export function peerNetworkOf({ network }: JsonObject, address: PeerAddress): PeerNetwork {
  return NETWORK_NAMES.get(network) ?? NETWORKS_OF_TYPES[address.type];
}

const TYPES_OF_NETWORKS: ReadonlyMap<unknown, AddressType> = new Map([
  ["onion", "tor"],
  ["i2p", "i2p"],
  ["cjdns", "cjdns"],
]);

/**
 * The address as the node's network for it says. An inbound peer over Tor has the address of the proxy on this machine, which
 * says nothing about the peer: its numbers count for no subnet. Neither do those of cjdns, which are keys.
 */
export function typedAddress(address: PeerAddress, { network }: JsonObject): PeerAddress {
  const type = TYPES_OF_NETWORKS.get(network);
  return type === undefined ? address : { ...address, type, ip: undefined };
}

/** A list of permissions from 0.19 on, a flag before; undefined: the node does not tell. */
export function isPermitted({ permissions, whitelisted }: JsonObject): boolean | undefined {
  return Array.isArray(permissions) ? permissions.length > 0 : flag(whitelisted);
}

/** Bytes by type of message, as the node sends them. */
export function perMessage(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
