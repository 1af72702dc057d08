import { isObject, type JsonObject } from "../../lib/json.ts";
import { addressOf, numericAddress, numericType, parseAddress } from "../../model/address.ts";
import type { ChainSample } from "../../model/chain-family.ts";
import { type Failure, nodeError } from "../../model/failure.ts";
import type { ConnectionState, PeerAddress } from "../../model/report.ts";
import { addSample } from "../../model/report.ts";
import { checkRowCount, count, flag, text } from "../decode.ts";
import { connectionInfo } from "./connection-info.ts";
import { HANDSHAKE_GENERATION, HANDSHAKE_TIME, LAST_VOTE_TIME, PEER_SCORE } from "./families.ts";
import { linkOf } from "./links.ts";
import { peerFacts } from "./peer-facts.ts";
import { type EarlierRows, earlierRows, type RowDetails, type WireConnection, type WireList } from "./row.ts";
import { type ConfiguredAddress, handshakeTime, hashOf, numberInBlockId, parseTime, splitKind } from "./values.ts";

/**
 * Rows of /v1/net/connections: `connection_status` of net_plugin.hpp, with the fields of every dialect from EOSIO 1.0
 * over Leap and Spring to Wire. The decoder does not need the dialect: it leaves out a field that is absent.
 */

/**
 * @param before the connections of the previous poll: values that the row at the same index repeats are not decoded again
 * @throws NodeError bad_shape when the answer is not a list, or one of errors, too_large when a node cannot have that many
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
  // A gateway's error in a list, as JSON-RPC has them, is no row of a connection.
  if (isObject(answer[0]) && "error" in answer[0] && !("peer" in answer[0])) {
    throw nodeError("bad_shape", `${call}: expected connections, found an error`, WRONG_API_ADVICE);
  }
  const earlier = earlierRows(before);
  const connections: WireConnection[] = [];
  for (const row of answer) {
    const place = { index: connections.length, chain: connections.at(-1)?.chainId };
    const connection = decodeRow(row, earlier, place);
    if (connection !== undefined) connections.push(connection);
  }
  return { connections, malformed: answer.length - connections.length };
}

const WRONG_API_ADVICE: Failure["advice"] = "check that the URL is the HTTP API of a nodeop or nodeos node";

const NO_HANDSHAKE: JsonObject = {};

/** Where a row is, and the chain of the row before it, usually the same. */
type Place = { readonly index: number; readonly chain: string | undefined };

/**
 * Comparing a text with one that is already decoded takes a tenth of the time of decoding it: the row at this index in the
 * previous poll is usually of the same connection.
 */
function decodeRow(row: unknown, earlier: EarlierRows, { index, chain }: Place): WireConnection | undefined {
  if (!isObject(row)) return undefined;
  const connecting = flag(row.connecting);
  if (typeof row.peer !== "string" || connecting === undefined) return undefined;
  const known = earlier.at(index);
  const handshake = isObject(row.last_handshake) ? row.last_handshake : NO_HANDSHAKE;
  // The only sign of direction: net_plugin.cpp `incoming() { return peer_address().empty(); }`, the same in all versions.
  const inbound = row.peer === "";
  const generation = count(handshake.generation) || undefined;
  const open = flag(row.is_socket_open);
  const state = stateOf({ inbound, connecting, open, shookHands: generation !== undefined });
  const nodeId = known?.wire.nodeId === handshake.node_id ? known?.wire.nodeId : hashOf(handshake.node_id);
  const { connectionId, id } = identityOf(row, handshake, known);
  const { address, configured, listens } = inbound
    ? inboundEnd(row, handshake, known)
    : outboundEnd(row.peer, row, known);
  const facts = peerFacts(handshake);
  // All fields in one literal: copying objects for each row would take longer than decoding it.
  const wire: Writable<RowDetails> = {
    nodeId,
    connectionId,
    remoteIp: remoteIp(row),
    remotePort: count(row.remote_port),
    configured,
    listens,
    isBlockProducer: flag(row.is_bp_peer) === true || flag(row.is_bp_gossip_peer) === true,
    generation,
    mark: markOf(handshake),
    networkVersion: facts.networkVersion,
    os: facts.os,
    finalHeight: facts.finalHeight,
    link: 0,
  };
  const before = earlier.find(id, index);
  wire.link = linkOf(before, { state, wire });
  return {
    id,
    session: inbound && wire.link === 0 ? undefined : sessionOf(id, wire, before),
    direction: inbound ? "inbound" : "outbound",
    state,
    address,
    agent: agentOf(handshake),
    height: peerHead(handshake),
    chainId: chain !== undefined && handshake.chain_id === chain ? chain : hashOf(handshake.chain_id),
    // "The peer is behind and downloads from us" (peer_syncing_from_us); it says nothing about the polled node.
    syncing: flag(row.syncing) === true && state === "connected" ? "upload" : undefined,
    chainSamples: rowSamples(row, handshake, state),
    info: state === "connected" ? connectionInfo(row) : undefined,
    wire,
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The peer's process and the number of the connection: an outbound row keeps its id when the node dials again. */
function sessionOf(
  id: string,
  { nodeId, link }: Pick<RowDetails, "nodeId" | "link">,
  before: WireConnection | undefined,
): string | undefined {
  if (nodeId === undefined) return undefined;
  if (before?.session !== undefined && before.wire.link === link && before.wire.nodeId === nodeId)
    return before.session;
  const session = `${id} ${nodeId.slice(0, SESSION_DIGITS)}`;
  return link === 0 ? session : `${session} #${link}`;
}

/** The row as of a new process of the node, which has had no earlier connection of it. */
export function ofNewProcess(row: WireConnection): WireConnection {
  const wire = { ...row.wire, link: 0 };
  return { ...row, session: row.direction === "inbound" ? undefined : sessionOf(row.id, wire, undefined), wire };
}

/** Enough to distinguish two processes, and short, as each poll looks sessions up. */
const SESSION_DIGITS = 16;

/** Nodes with `time` write 0 as a number, other times as text, as they are above 2^32 (libfc json.cpp). */
function markOf({ time, fork_db_head_id: head }: JsonObject): string | undefined {
  return time === undefined ? text(head) : typeof time === "number" ? String(time) : text(time);
}

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
  // Without is_socket_open, dialling and shaking hands look alike; but a node never dials an inbound connection.
  if (connecting) return inbound ? "handshaking" : "dialing";
  return shookHands ? "connected" : "disconnected";
}

type Identity = Pick<WireConnection, "id"> & Pick<RowDetails, "connectionId">;

/**
 * By connection_id (Wire W3+), which only grows; else by the configured address, or the socket. node_id is zeros before the
 * handshake and after a close, so it is used only before Leap 5, where an inbound row has nothing else.
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

/** What the peer claims: `listen address - first 7 of node_id`. */
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

/** The endpoint of the socket; before Leap 5 only what the peer claims. */
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
 * The peer's head: the largest number in the fields of any dialect. Notices raise only the number, and Leap 4.0.2 reports
 * 0 with a valid id, so both number and id are read. 0 means that the peer never sent a height.
 */
function peerHead(handshake: JsonObject): number | undefined {
  let height = 0;
  for (const [number, id] of HEADS) {
    height = Math.max(height, count(handshake[number]) ?? 0, numberInBlockId(handshake[id]) ?? 0);
  }
  return height > 0 ? height : undefined;
}

/**
 * What a row reports in addition to the model that all chains share. When a link closes, the node zeroes the handshake, the vote
 * and the producer flags (net_plugin.cpp connection::_close), so only connected rows have these samples, and info.
 */
function rowSamples(row: JsonObject, handshake: JsonObject, state: ConnectionState): readonly ChainSample[] {
  const known: ChainSample[] = [];
  if (state === "connected") {
    addSample(known, HANDSHAKE_TIME, handshakeTime(handshake.time));
    addSample(known, HANDSHAKE_GENERATION, count(handshake.generation));
    addSample(known, LAST_VOTE_TIME, parseTime(row.last_vote_received));
  }
  addSample(known, PEER_SCORE, count(row.peer_score));
  return known;
}
