import { isObject, type JsonObject } from "../../lib/json.ts";
import { addressOf, numericAddress, numericType, parseAddress } from "../../model/address.ts";
import { addSample } from "../../model/chain-samples.ts";
import { type Failure, nodeError } from "../../model/failure.ts";
import type { ChainSample, ConnectionState, PeerAddress, PeerConnection } from "../../model/report.ts";
import { checkRowCount, count, flag, text } from "../decode.ts";
import {
  HANDSHAKE_GENERATION,
  HANDSHAKE_TIME,
  IS_BLOCKS_ONLY,
  IS_BP_GOSSIP_PEER,
  IS_BP_PEER,
  IS_TRANSACTIONS_ONLY,
  LAST_VOTE_TIME,
  PEER_SCORE,
} from "./families.ts";
import { handshakeTime, hashOf, numberInBlockId, parseTime } from "./values.ts";

/**
 * Rows of /v1/net/connections: `connection_status` of net_plugin.hpp, with the fields of every dialect from EOSIO 1.0
 * over Leap and Spring to Wire. The dialect is never asked for; a field that is not there is left out.
 */

/** What only this adapter needs of a row: to join it with other APIs and to compare it with other rows. */
export type RowDetails = {
  /** Of the peer's process (it draws one at each start), while there is a handshake. */
  readonly nodeId?: string | undefined;
  /** Counts up over all connections of the node: a new one for each inbound connection (Wire W3 and later). */
  readonly connectionId?: number | undefined;
  readonly remotePort?: number | undefined;
  /** The configured address as it stands; absent in inbound rows. */
  readonly configured?: string | undefined;
  /** Where the peer says that it listens, or the configured address: `host:port`, without kind. */
  readonly listens?: string | undefined;
  /** By configuration or by gossip. */
  readonly isBlockProducer: boolean;
};

export type WireConnection = PeerConnection & { readonly wire: RowDetails };

export type WireList = { readonly connections: readonly WireConnection[]; readonly malformed: number };

/**
 * @param before the connections of the poll before: what a row at the same place still says is not read again
 * @throws NodeError bad_shape when the answer is not a list, too_large when it is none of a node.
 */
export function decodeConnections(
  answer: unknown,
  call: string,
  before: readonly WireConnection[] = [],
  maxRows?: number,
): WireList {
  if (!Array.isArray(answer)) {
    throw nodeError("bad_shape", `${call}: expected a JSON array of connections`, WRONG_API_ADVICE);
  }
  checkRowCount(answer, call, maxRows);
  const connections: WireConnection[] = [];
  for (const row of answer) {
    const connection = decodeRow(row, before[connections.length], connections.at(-1)?.chainId);
    if (connection !== undefined) connections.push(connection);
  }
  return { connections, malformed: answer.length - connections.length };
}

const WRONG_API_ADVICE: Failure["advice"] = "check that the URL is the HTTP API of a nodeop or nodeos node";

const NO_HANDSHAKE: JsonObject = {};

/**
 * To compare a text with one that was read already takes a tenth of the time of reading it.
 * @param known the row at this place in the poll before, mostly of the same connection
 * @param chain that of the row before in this list: most are on the same one
 */
function decodeRow(
  row: unknown,
  known: WireConnection | undefined,
  chain: string | undefined,
): WireConnection | undefined {
  if (!isObject(row)) return undefined;
  const connecting = flag(row.connecting);
  if (typeof row.peer !== "string" || connecting === undefined) return undefined;
  const handshake = isObject(row.last_handshake) ? row.last_handshake : NO_HANDSHAKE;
  // The only sign of direction: net_plugin.cpp `incoming() { return peer_address().empty(); }`, the same in all versions.
  const inbound = row.peer === "";
  const state = stateOf({
    inbound,
    connecting,
    open: flag(row.is_socket_open),
    shookHands: (count(handshake.generation) ?? 0) > 0,
  });
  const nodeId = known?.wire.nodeId === handshake.node_id ? known?.wire.nodeId : hashOf(handshake.node_id);
  const { connectionId, id } = identityOf(row, handshake, known);
  const { address, configured, listens } = inbound
    ? inboundEnd(row, handshake, known)
    : outboundEnd(row.peer, row, known);
  return {
    id,
    // An outbound row keeps its id when it is dialled again. An inbound one does not live that long.
    session: inbound || nodeId === undefined ? undefined : sessionOf(id, nodeId, known),
    direction: inbound ? "inbound" : "outbound",
    state,
    address,
    agent: agentOf(handshake),
    height: peerHead(handshake),
    chainId: chain !== undefined && handshake.chain_id === chain ? chain : hashOf(handshake.chain_id),
    // "The peer is behind and downloads from us" (peer_syncing_from_us); it says nothing about the polled node.
    syncing: flag(row.syncing) === true && state === "connected" ? "upload" : undefined,
    chainSamples: rowSamples(row, handshake, state),
    wire: {
      nodeId,
      connectionId,
      remotePort: count(row.remote_port),
      configured,
      listens,
      isBlockProducer: flag(row.is_bp_peer) === true || flag(row.is_bp_gossip_peer) === true,
    },
  };
}

function sessionOf(id: string, nodeId: string, known: WireConnection | undefined): string {
  const isSame = known?.session !== undefined && known.id === id && known.wire.nodeId === nodeId;
  return isSame ? known.session : `${id} ${nodeId.slice(0, SESSION_DIGITS)}`;
}

/** Enough to tell two processes apart; each poll looks them up. */
const SESSION_DIGITS = 16;

type RowState = {
  readonly inbound: boolean;
  readonly connecting: boolean;
  /** Undefined before Leap 5, which does not send is_socket_open. */
  readonly open: boolean | undefined;
  readonly shookHands: boolean;
};

/** `connecting` stays true until the first handshake or notice, and a closed row's handshake is zeroed. */
function stateOf({ inbound, connecting, open, shookHands }: RowState): ConnectionState {
  if (open === true) return !connecting && shookHands ? "connected" : "handshaking";
  if (open === false) return connecting ? "dialing" : "disconnected";
  // Without is_socket_open dialling cannot be told from shaking hands, but nobody dials an inbound connection.
  if (connecting) return inbound ? "handshaking" : "dialing";
  return shookHands ? "connected" : "disconnected";
}

type Identity = Pick<WireConnection, "id"> & Pick<RowDetails, "connectionId">;

/**
 * connection_id (Wire W3+) only grows; else the configured address, or the socket. node_id is zeros before the handshake
 * and again after a close, so it counts only before Leap 5, which tells nothing else of an inbound row.
 */
function identityOf(row: JsonObject, handshake: JsonObject, known: WireConnection | undefined): Identity {
  const connectionId = count(row.connection_id);
  if (connectionId !== undefined) {
    return { connectionId, id: known?.wire.connectionId === connectionId ? known.id : `id ${connectionId}` };
  }
  if (row.peer !== "") return { connectionId, id: `out ${row.peer}` };
  const remote = remoteIp(row);
  const id =
    remote === undefined ? `in ${text(handshake.node_id) ?? ""}` : `in ${remote} ${text(row.remote_port) ?? ""}`;
  return { connectionId, id };
}

/** Leap 5 and the first Wire write "<unknown>" for a row that never connected. */
function remoteIp(row: JsonObject): string | undefined {
  const remote = text(row.remote_ip);
  return remote === "<unknown>" ? undefined : remote;
}

/** What the peer says of itself: `listen address - first 7 of node_id`. */
function claimedAddress(handshake: JsonObject): ConfiguredAddress | undefined {
  const claim = text(handshake.p2p_address);
  const end = claim?.indexOf(" - ") ?? -1;
  const address = end < 0 ? claim : text(claim?.slice(0, end));
  return address === undefined ? undefined : splitKind(address);
}

/** The far end of a connection. */
type FarEnd = Pick<WireConnection, "address"> & Pick<RowDetails, "configured" | "listens">;

function outboundEnd(peer: string, row: JsonObject, known: WireConnection | undefined): FarEnd {
  if (known?.wire.configured === peer && known.address.ip === row.remote_ip) {
    return { address: known.address, configured: known.wire.configured, listens: known.wire.listens };
  }
  const { address, suffix } = splitKind(peer);
  const { host, port, type, ip = numericAddress(remoteIp(row) ?? "") } = parseAddress(address);
  return {
    address: { host, port, type: ip === undefined ? type : numericType(ip), ip, suffix },
    configured: peer,
    listens: address,
  };
}

function inboundEnd(row: JsonObject, handshake: JsonObject, known: WireConnection | undefined): FarEnd {
  const claimed = claimedAddress(handshake);
  return { address: inboundAddress(row, claimed, known), configured: undefined, listens: claimed?.address };
}

/** The socket's endpoint; before Leap 5 only what the peer says of itself. */
function inboundAddress(
  row: JsonObject,
  claimed: ConfiguredAddress | undefined,
  known: WireConnection | undefined,
): PeerAddress {
  const remote = remoteIp(row);
  if (remote === undefined) return claimed === undefined ? UNKNOWN_ADDRESS : parseAddress(claimed.address);
  const port = count(row.remote_port);
  const isKnown = known?.direction === "inbound" && known.address.ip === remote && known.address.port === port;
  return isKnown ? known.address : addressOf(remote, port);
}

const UNKNOWN_ADDRESS: PeerAddress = { host: "unknown", type: "unknown" };

/** `host:port`, with `:trx` or `:blk` behind it for a connection of one kind. */
type ConfiguredAddress = { readonly address: string; readonly suffix: string | undefined };

function splitKind(address: string): ConfiguredAddress {
  const suffix = address.endsWith(":trx") ? ":trx" : address.endsWith(":blk") ? ":blk" : undefined;
  return { address: suffix === undefined ? address : address.slice(0, -suffix.length), suffix };
}

/** EOSIO 1.x and 2.0 wrap the agent in literal quotes. */
function agentOf(handshake: JsonObject): string | undefined {
  const agent = text(handshake.agent);
  return agent?.startsWith('"') ? text(/^"(.*)"$/s.exec(agent)?.[1] ?? agent) : agent;
}

const HEADS = [
  ["head_num", "head_id"],
  ["fork_head_num", "fork_head_id"],
  ["fork_db_head_num", "fork_db_head_id"],
] as const;

/**
 * The peer's head: the largest number that any dialect's fields give. Notices raise only the number and Leap 4.0.2
 * reports 0 beside a good id, so number and id are both read. Heights of 0 mean "never told".
 */
function peerHead(handshake: JsonObject): number | undefined {
  let height = 0;
  for (const [number, id] of HEADS) {
    height = Math.max(height, count(handshake[number]) ?? 0, numberInBlockId(handshake[id]) ?? 0);
  }
  return height > 0 ? height : undefined;
}

/**
 * What a row tells beside the model that all chains share. When a link closes, the node zeroes the handshake, the vote
 * and the producer flags (net_plugin.cpp connection::_close), so only connected rows only.
 */
export function rowSamples(row: JsonObject, handshake: JsonObject, state: ConnectionState): readonly ChainSample[] {
  const known: ChainSample[] = [];
  if (state === "connected") {
    addSample(known, HANDSHAKE_TIME, handshakeTime(handshake.time));
    addSample(known, HANDSHAKE_GENERATION, count(handshake.generation));
    addSample(known, IS_BP_PEER, flag(row.is_bp_peer));
    addSample(known, IS_BP_GOSSIP_PEER, flag(row.is_bp_gossip_peer));
    // Leap 5 and the first Wire send both and never assign them (spring cd66df0dd); votes came after them.
    if (row.last_vote_received !== undefined) {
      addSample(known, IS_BLOCKS_ONLY, flag(row.is_blocks_only));
      addSample(known, IS_TRANSACTIONS_ONLY, flag(row.is_transactions_only));
    }
    addSample(known, LAST_VOTE_TIME, parseTime(row.last_vote_received));
  }
  addSample(known, PEER_SCORE, count(row.peer_score));
  return known;
}
