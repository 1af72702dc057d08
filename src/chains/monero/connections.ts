import { isObject, type JsonObject } from "../../lib/json.ts";
import { parseAddress } from "../../model/address.ts";
import type { ChainSample } from "../../model/chain-family.ts";
import { nodeError } from "../../model/failure.ts";
import type { AddressType, PeerAddress, PeerConnection } from "../../model/report.ts";
import { addSample } from "../../model/report.ts";
import { checkRowCount, count, flag, text } from "../decode.ts";
import { LAST_RECEIVE, LAST_TRANSMIT, STRIPES } from "./families.ts";
import { type EarlierTimes, earlierTimes, type ListTimes, NO_TIMES } from "./list-times.ts";

/** A peer with what only Monero reports. */
export type MoneroPeer = PeerConnection & {
  /** "none" before the handshake, as monerod does not know it yet. */
  readonly pruningStripe?: Stripe | undefined;
  /** The peer says that it offers public RPC. */
  readonly offersRpc: boolean;
  /** Unix seconds of the last byte from the peer and to it. */
  readonly lastReceive?: number | undefined;
  readonly lastTransmit?: number | undefined;
};

export type MoneroPeerList = {
  readonly connections: readonly MoneroPeer[];
  readonly malformed: number;
  readonly receivedMs: number;
  readonly hasUniqueIds: boolean;
};

/** What else the rows are decoded with. */
type ListContext = {
  /** When the list arrived, unix milliseconds: its times count back from here. */
  readonly receivedMs: number;
  /** Those of the list before, which stay the same where they can. */
  readonly before?: ListTimes;
  readonly maxRows?: number;
};

/**
 * Rows of get_connections: `connection_info` of cryptonote_protocol_defs.h, the same 25 fields from 0.18.0.0 to 0.19.
 * @throws NodeError bad_shape when `connections` is there and is not a list, too_large when a node cannot have that many
 */
export function decodeConnections(
  result: JsonObject,
  call: string,
  { receivedMs, before = NO_TIMES, maxRows }: ListContext,
): MoneroPeerList {
  // epee leaves out empty lists: a node without peers sends no `connections`.
  const rows = result.connections ?? [];
  if (!Array.isArray(rows)) {
    throw nodeError("bad_shape", `${call}: expected a list of connections`, "check that the URL is monerod's RPC");
  }
  checkRowCount(rows, call, maxRows);
  const earlier = earlierTimes(before);
  const nowSeconds = Math.floor(receivedMs / 1000);
  const connections: MoneroPeer[] = [];
  for (const row of rows) {
    const connection = decodeRow(row, earlier, nowSeconds);
    if (connection !== undefined) connections.push(connection);
  }
  return {
    connections,
    malformed: rows.length - connections.length,
    receivedMs,
    hasUniqueIds: connections.every(({ id }) => UNIQUE_ID.test(id)),
  };
}

/** A random UUID, which monerod writes without hyphens (connection_info of cryptonote_protocol_handler.inl). */
const UNIQUE_ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;

function decodeRow(row: unknown, earlier: EarlierTimes, nowSeconds: number): MoneroPeer | undefined {
  if (!isObject(row)) return undefined;
  const incoming = flag(row.incoming);
  const address = text(row.address) ?? text(row.host);
  const state = text(row.state);
  if (incoming === undefined || address === undefined || state === undefined) return undefined;
  const direction = incoming ? "inbound" : "outbound";
  const id = text(row.connection_id) ?? `${direction} ${address}`;
  const place = earlier.find(id);
  const ageSeconds = count(row.live_time);
  const lastReceive = lastTime(row.recv_idle_time, ageSeconds, nowSeconds, earlier.receive(place));
  const lastTransmit = lastTime(row.send_idle_time, ageSeconds, nowSeconds, earlier.transmit(place));
  return {
    id,
    direction,
    // TCP is open without a Levin handshake. A silent TCP client causes such a row, which monerod counts as incoming.
    state: state === "before_handshake" ? "handshaking" : "connected",
    address: addressOf(address, row.address_type),
    height: peerHeight(row.height),
    // Both describe the polled node's side: it downloads from this peer, or pauses doing so.
    syncing: state === "synchronizing" || state === "standby" ? "download" : undefined,
    receivedBytes: count(row.recv_count),
    sentBytes: count(row.send_count),
    ageSeconds,
    chainSamples: timeSamples(lastReceive, lastTransmit),
    pruningStripe: stripeOf(row.pruning_seed),
    offersRpc: (count(row.rpc_port) ?? 0) > 0,
    lastReceive,
    lastTransmit,
  };
}

/**
 * When the last byte came or went. Without one, the idle time counts from the start of the connection (get_connections of
 * cryptonote_protocol_handler.inl), so it is never longer than the connection is open. A byte that arrives while monerod
 * computes it wraps it below 0, to 2^64 - 1; such a time is left out, as `count` rejects it.
 * The clocks of node and exporter change to the next second at different moments: a difference of one second to the list before
 * comes from that, and the earlier time stays.
 */
function lastTime(
  idle: unknown,
  ageSeconds: number | undefined,
  nowSeconds: number,
  before: number | undefined,
): number | undefined {
  const idleSeconds = count(idle);
  if (idleSeconds === undefined || idleSeconds >= nowSeconds) return undefined;
  if (ageSeconds !== undefined && idleSeconds > ageSeconds) return undefined;
  const seconds = nowSeconds - idleSeconds;
  return before !== undefined && Math.abs(before - seconds) <= 1 ? before : seconds;
}

function timeSamples(lastReceive: number | undefined, lastTransmit: number | undefined): readonly ChainSample[] {
  const known: ChainSample[] = [];
  addSample(known, LAST_RECEIVE, lastReceive);
  addSample(known, LAST_TRANSMIT, lastTransmit);
  return known;
}

/** `ip` and `port` are empty for IPv6 up to 0.18.5.0 and for Tor and I2P, so `address` is read instead. */
function addressOf(address: string, typeNumber: unknown): PeerAddress {
  const parsed = parseAddress(address);
  return parsed.ip === undefined ? { ...parsed, type: ADDRESS_TYPES.get(typeNumber) ?? parsed.type } : parsed;
}

/** contrib/epee/include/net/enums.h. The number says Tor also for "<unknown tor host>", an inbound Tor peer. */
const ADDRESS_TYPES: ReadonlyMap<unknown, AddressType> = new Map([
  [1, "ipv4"],
  [2, "ipv6"],
  [3, "i2p"],
  [4, "tor"],
]);

/** 0 before the handshake. */
function peerHeight(value: unknown): number | undefined {
  const height = count(value);
  return height === 0 ? undefined : height;
}

type Stripe = (typeof STRIPES)[number];

/** The first of the eight seeds: the logarithm of 8 stripes, shifted by 7 (src/common/pruning.h). */
const FIRST_SEED = 3 << 7;

/**
 * The stripe that a pruning seed stands for. Undefined for a seed of another scheme: monerod disconnects peers that claim
 * one (process_payload_sync_data).
 */
export function stripeOf(seed: unknown): Stripe | undefined {
  const number = count(seed);
  if (number === 0) return "none";
  return number === undefined || number < FIRST_SEED ? undefined : STRIPES[number - FIRST_SEED + 1];
}
