import { isObject, type JsonObject } from "../../lib/json.ts";
import { parseAddress } from "../../model/address.ts";
import type { ChainSample } from "../../model/chain-family.ts";
import { addSample, type PeerConnection, type RowInfo } from "../../model/report.ts";
import { checkRowCount, count, flag, text } from "../decode.ts";
import { wrongShape } from "./calls.ts";
import {
  CONNECTION_TYPES,
  type ConnectionType,
  connectionTypeOf,
  isPermitted,
  type PeerNetwork,
  peerNetworkOf,
  perMessage,
  TRANSPORTS,
  type Transport,
  transportOf,
  typedAddress,
} from "./peer-facts.ts";
import { CONNECTION_INFO, LAST_BLOCK, LAST_RECEIVE, LAST_TRANSACTION, SYNCED_BLOCKS } from "./row-families.ts";

/** A row of getpeerinfo, with what only the family reports; absent: the node does not tell. */
export type BitcoinPeer = PeerConnection & {
  /** No other connection of any process of the node has its id. */
  readonly isUnique: boolean;
  readonly connectionType: ConnectionType | undefined;
  readonly transport: Transport | undefined;
  readonly peerNetwork: PeerNetwork;
  readonly relaysTransactions: boolean | undefined;
  readonly relaysAddresses: boolean | undefined;
  readonly isPermitted: boolean | undefined;
  /** Whether the node tells anything of pings to this peer. */
  readonly tellsPings: boolean;
  /** Since when an answer to a ping is missing, in seconds. */
  readonly pingWaitSeconds: number | undefined;
  /** Heights of the blocks that the node downloads from the peer now. */
  readonly inFlight: readonly number[] | undefined;
  /** How far the headers of an unverified chain have come that the node takes from the peer in its first sync. */
  readonly presyncedHeaders: number | undefined;
  /** Bytes of each type of message. */
  readonly receivedByMessage: JsonObject | undefined;
  readonly sentByMessage: JsonObject | undefined;
};

export type BitcoinPeerList = {
  readonly connections: readonly BitcoinPeer[];
  readonly malformed: number;
  readonly receivedMs: number;
  readonly hasUniqueIds: boolean;
};

/**
 * Rows of getpeerinfo, of Bitcoin Core 0.14 to 32 and what was made from it, btcd and zebra.
 * @throws NodeError bad_shape, too_large when a node cannot have that many
 */
export function decodePeers(
  answer: unknown,
  call: string,
  { receivedMs, maxRows }: { readonly receivedMs: number; readonly maxRows?: number },
): BitcoinPeerList {
  if (!Array.isArray(answer)) throw wrongShape(call, "a list of peers");
  checkRowCount(answer, call, maxRows);
  const connections: BitcoinPeer[] = [];
  let malformed = 0;
  let hasUniqueIds = true;
  for (const row of answer) {
    const peer = isObject(row) ? decodeRow(row) : undefined;
    if (peer === undefined) malformed += 1;
    else if (peer !== "no connection") {
      connections.push(peer);
      hasUniqueIds &&= peer.isUnique;
    }
  }
  return { connections, malformed, receivedMs, hasUniqueIds };
}

function decodeRow(row: JsonObject): BitcoinPeer | "no connection" | undefined {
  const addr = text(row.addr);
  const isInbound = flag(row.inbound);
  if (addr === undefined || isInbound === undefined) return undefined;
  // zebrad lists its address book (zebra-rpc peer_info.rs); older ones only what they are connected with.
  if (row.connection_state !== undefined && row.connection_state !== "connected") return "no connection";
  const direction = isInbound ? "inbound" : "outbound";
  const state = isBeforeHandshake(row) ? "handshaking" : "connected";
  const number = count(row.id);
  const startSeconds = timeOf(row.conntime);
  const address = typedAddress(parseAddress(addr), row);
  const connectionType = connectionTypeOf(row);
  const transport = transportOf(row);
  const permitted = isPermitted(row);
  // btcd alone has these, the first one unless it is 0, and times in microseconds (seen on 0.26).
  const isBtcd = row.currentheight !== undefined || row.syncnode !== undefined;
  const perSecond = isBtcd ? 1e6 : 1;
  return {
    // Ids begin again at 0 with each process of the node, but not in the same second.
    id: number === undefined ? `${direction} ${addr}` : `${number} ${startSeconds ?? ""}`,
    isUnique: number !== undefined && startSeconds !== undefined,
    direction,
    state,
    address,
    agent: text(row.subver),
    height: heightOf(row.synced_headers ?? row.currentheight ?? row.bestheight),
    receivedBytes: count(row.bytesrecv),
    sentBytes: count(row.bytessent),
    startSeconds,
    latencySeconds: secondsOf(row.pingtime, perSecond),
    chainSamples: samplesOf(row),
    // Before the handshake the transport may be still to be found out: a series with "detecting" would soon be another one.
    info: state === "handshaking" ? undefined : infoOf(connectionType, transport, permitted),
    connectionType,
    transport,
    peerNetwork: peerNetworkOf(row, address),
    relaysTransactions: flag(row.relaytxes),
    relaysAddresses: flag(row.addr_relay_enabled),
    isPermitted: permitted,
    // Of a connection with an id, the members are left out before the first ping; zebrad before 2026 never has them.
    tellsPings: number !== undefined || row.pingtime !== undefined || row.pingwait !== undefined,
    pingWaitSeconds: secondsOf(row.pingwait, perSecond),
    inFlight: inFlightOf(row.inflight),
    presyncedHeaders: heightOf(row.presynced_headers),
    receivedByMessage: perMessage(row.bytesrecv_per_msg),
    sentByMessage: perMessage(row.bytessent_per_msg),
  };
}

/** 0 until the version message of the peer arrives: silent TCP clients stay so. zebrad has a word for it, and may have no version. */
function isBeforeHandshake({ version, connection_state }: JsonObject): boolean {
  return connection_state === undefined && count(version) === 0;
}

const NO_BLOCKS: readonly number[] = [];

/** Nodes ask a peer for 16 blocks together (MAX_BLOCKS_IN_TRANSIT_PER_PEER). More of them are not read. */
const MAX_IN_FLIGHT = 64;

/** @returns undefined where the node does not tell: btcd and zebrad do not */
function inFlightOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) return NO_BLOCKS;
  const heights: number[] = [];
  for (let index = 0; index < value.length && heights.length < MAX_IN_FLIGHT; index += 1) {
    const height = count(value[index]);
    if (height !== undefined) heights.push(height);
  }
  return heights;
}

/**
 * -1 while it is not known, which `count` rejects. Of Bitcoin Core it is the best header in common; btcd and bcoin note what the
 * peer announces. startingheight is no height: it ages from the handshake on, and may be false.
 */
function heightOf(value: unknown): number | undefined {
  const height = count(value);
  return height === 0 ? undefined : height;
}

/** The first block of Bitcoin. Smaller numbers are 0 for "never", an age (bcoin), or of a clock that was not set. */
const FIRST_SECONDS = 1_231_006_505;

function timeOf(value: unknown): number | undefined {
  const seconds = count(value);
  return seconds === undefined || seconds < FIRST_SECONDS ? undefined : seconds;
}

/** 0 is "not measured" of btcd, -1 that of bcoin. */
function secondsOf(value: unknown, perSecond: number): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value / perSecond : undefined;
}

function samplesOf(row: JsonObject): readonly ChainSample[] {
  const samples: ChainSample[] = [];
  addSample(samples, SYNCED_BLOCKS, heightOf(row.synced_blocks));
  addSample(samples, LAST_RECEIVE, timeOf(row.lastrecv));
  addSample(samples, LAST_BLOCK, timeOf(row.last_block));
  addSample(samples, LAST_TRANSACTION, timeOf(row.last_transaction));
  return samples;
}

/** Each combination is made once, as each poll has hundreds of rows. */
const INFOS: ReadonlyMap<string, RowInfo> = new Map(
  ["", ...CONNECTION_TYPES].flatMap((type) =>
    ["", ...TRANSPORTS].flatMap((transport) =>
      ["", "false", "true"].map((permitted) => {
        const labels = [type, transport, permitted];
        return [labels.join(), { family: CONNECTION_INFO, labels }] as const;
      }),
    ),
  ),
);

function infoOf(type = "", transport = "", permitted: boolean | undefined = undefined): RowInfo | undefined {
  if (type === "" && transport === "" && permitted === undefined) return undefined;
  return INFOS.get(`${type},${transport},${permitted ?? ""}`);
}
