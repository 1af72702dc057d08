import type { BitcoinConnection } from "./connections.ts";
import { blockTime, type DemoCoin } from "./network.ts";
import { sumOf } from "./traffic.ts";

/** What the releases of the nodes differ in. */
export type BitcoinSoftware = {
  readonly version: number;
  readonly subversion: string;
  /** The fields of Bitcoin Core 30; without them, those of 0.21. */
  readonly isModern: boolean;
  readonly services: string;
  readonly serviceNames: readonly string[];
};

type Row = Readonly<Record<string, unknown>>;

/** A row of getpeerinfo, with its fields in the order of src/rpc/net.cpp. */
export function peerRow(connection: BitcoinConnection, software: BitcoinSoftware, coin: DemoCoin): Row {
  const { slot, peer, hasShaken } = connection;
  const { isModern } = software;
  const relays = hasShaken && slot.relaysTransactions;
  return {
    id: connection.id,
    addr: connection.address,
    addrbind: `192.0.2.1:${slot.isInbound ? coin.port : 49_152 + (connection.id % 16_384)}`,
    network: connection.network,
    services: hasShaken ? software.services : "0000000000000000",
    servicesnames: hasShaken ? software.serviceNames : [],
    relaytxes: relays,
    lastsend: connection.lastSend,
    lastrecv: connection.lastReceive,
    last_transaction: connection.lastTransaction,
    last_block: connection.lastBlock,
    bytessent: sumOf(connection.sent),
    bytesrecv: sumOf(connection.received),
    conntime: Math.floor(connection.openedAt),
    timeoffset: hasShaken ? connection.timeOffset : 0,
    ...(hasShaken ? { pingtime: connection.pingSeconds, minping: connection.pingSeconds * 0.9 } : {}),
    ...(connection.pingWait === undefined ? {} : { pingwait: connection.pingWait }),
    version: hasShaken ? 70_016 : 0,
    subver: peer?.agent ?? "",
    inbound: slot.isInbound,
    ...(isModern ? { bip152_hb_to: slot.isHighBandwidth, bip152_hb_from: false } : {}),
    startingheight: hasShaken ? connection.startHeight : -1,
    ...(isModern ? { presynced_headers: connection.presyncedHeaders } : {}),
    synced_headers: connection.syncedHeaders,
    synced_blocks: connection.syncedBlocks,
    inflight: connection.inFlight,
    ...(isModern ? { addr_relay_enabled: relays, addr_processed: relays ? 1012 : 0, addr_rate_limited: 0 } : {}),
    permissions: slot.permissions,
    minfeefilter: relays ? 0.00001 : 0,
    bytessent_per_msg: connection.sent,
    bytesrecv_per_msg: connection.received,
    connection_type: slot.type,
    ...(isModern ? transport(connection) : {}),
  };
}

/** From 26 on: not known before an inbound peer has sent something. */
function transport({ slot, peer, sessionKey }: BitcoinConnection): Row {
  if (peer === undefined) return { transport_protocol_type: slot.isInbound ? "detecting" : "v2", session_id: "" };
  return { transport_protocol_type: peer.isV2 ? "v2" : "v1", session_id: peer.isV2 ? sessionKey : "" };
}

/** What getblockheader says about a block; the last fields are of the node's own branch. */
export function headerRow(coin: DemoCoin, hash: string, height: number, confirmations: number): Row {
  return {
    hash,
    confirmations,
    height,
    version: 0x20000000,
    versionHex: "20000000",
    merkleroot: "0".repeat(64),
    time: blockTime(coin, height),
    mediantime: medianTime(coin, height),
    nonce: 2_147_506_111,
    bits: "1701f0cc",
    difficulty: 142_342_602_928_674.9,
    nTx: 2800,
  };
}

/** The time of the sixth newest of the last eleven blocks. */
export function medianTime(coin: DemoCoin, height: number): number {
  return blockTime(coin, height - 5);
}
