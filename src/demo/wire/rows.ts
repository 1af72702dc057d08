import { blockId, CHAIN_ID, fcTime, type LinkKind, type WirePeer, ZERO_ID } from "./network.ts";

/** A row of the peer list, before a dialect writes it. Times are Unix seconds. */
export type WireRow = {
  readonly connectionId: number;
  /** The configured address; empty for a peer that dialled us, which is the API's only sign of direction. */
  readonly configured: string;
  readonly phase: "connected" | "handshaking" | "dialing" | "disconnected";
  /** The other end of the socket, also after it closed; absent if it never opened. */
  readonly remote?: { readonly ip: string; readonly port: number };
  readonly kind: LinkKind;
  readonly isBlockProducer: boolean;
  /** Whether this node sends the peer old blocks. */
  readonly syncingFromUs: boolean;
  readonly lastVoteAt?: number;
  readonly score: number;
  /** The node forgets it when the link closes (spring v1.2.2 net_plugin.cpp:1433). */
  readonly handshake?: WireHandshake;
  readonly counters: WireCounters;
};

/** The last handshake that a peer sent. */
export type WireHandshake = {
  readonly peer: WirePeer;
  readonly at: number;
  readonly generation: number;
  /** The last irreversible block of the peer. */
  readonly root: number;
  /** The block of `fork_db_head_id`. */
  readonly head: number;
  /** How far `fork_db_head_num` is above `head`: block notices raise only the number. */
  readonly noticed: number;
};

/** What only prometheus_plugin reports about a connection. Bytes belong to the connection object, not to the socket. */
type WireCounters = {
  readonly received: number;
  readonly sent: number;
  readonly syncSent: number;
  readonly lastReceivedAt: number;
  readonly openedAt: number;
  /** Absent until it was measured. */
  readonly latencySeconds?: number;
  readonly lastBlock: number;
  readonly firstBlocks: number;
};

export const NO_COUNTERS: WireCounters = {
  received: 0,
  sent: 0,
  syncSent: 0,
  lastReceivedAt: 0,
  openedAt: 0,
  lastBlock: 0,
  firstBlocks: 0,
};

/** The fields of an object, as they are written to JSON. */
type Fields = Readonly<Record<string, unknown>>;

/** Writes a row of `/v1/net/connections` with the fields of one version, in their order. */
export type Dialect = (row: WireRow) => Fields;

const EMPTY_SIGNATURE = `SIG_K1_${"1".repeat(65)}6uk5ne`;

/** Leap 5.0 and the Wire release of the documentation sample (wire 718a1077): the head is `head_num`. */
export const leapDialect: Dialect = (row) => {
  const { handshake } = row;
  return {
    // Later versions leave the text empty for a peer that was never reached (leap v5.0.3 update_endpoints).
    ...endpoint(row, "<unknown>"),
    ...state(row),
    is_bp_peer: row.isBlockProducer,
    is_socket_open: socketOpen(row),
    // These versions declare it and never assign it (leap v5.0.3 net_plugin.cpp:1355-1367).
    is_blocks_only: false,
    is_transactions_only: false,
    last_handshake: {
      network_version: handshake ? 1212 : 0,
      ...identity(handshake, "SYS"),
      last_irreversible_block_num: handshake?.root ?? 0,
      last_irreversible_block_id: idOf(handshake?.root),
      head_num: handshake ? handshake.head + handshake.noticed : 0,
      head_id: idOf(handshake?.head),
      ...software(handshake),
    },
  };
};

/** Spring 1.2 (v1.2.2 net_plugin.hpp:11-24, protocol.hpp:21-37): the head is `fork_db_head_num`. */
export const springDialect: Dialect = (row) => {
  const { handshake } = row;
  return {
    ...endpoint(row, ""),
    ...state(row),
    ...link(row),
    last_handshake: {
      network_version: handshake ? 1216 : 0,
      ...identity(handshake, "EOS"),
      fork_db_root_num: handshake?.root ?? 0,
      fork_db_root_id: idOf(handshake?.root),
      fork_db_head_num: handshake ? handshake.head + handshake.noticed : 0,
      fork_db_head_id: idOf(handshake?.head),
      ...software(handshake),
    },
  };
};

/** The newest Wire (0340bbf0 net_plugin.hpp, 08e5d156 protocol.hpp): block ids without numbers, no time, no key. */
export const wireDialect: Dialect = (row) => {
  const { handshake } = row;
  return {
    ...endpoint(row, ""),
    connection_id: row.connectionId,
    peer_score: row.score,
    ...state(row),
    ...link(row),
    last_handshake: {
      network_version: handshake ? 1 : 0,
      chain_id: handshake ? CHAIN_ID : ZERO_ID,
      node_id: handshake?.peer.nodeId ?? ZERO_ID,
      p2p_address: p2pAddress(handshake),
      fork_db_root_id: idOf(handshake?.root),
      fork_db_head_id: idOf(handshake?.head),
      chain_head_id: idOf(handshake?.head),
      agent: handshake?.peer.agent ?? "",
      generation: handshake?.generation ?? 0,
    },
  };
};

/** @param unreached the text for a peer that was never reached */
function endpoint(row: WireRow, unreached: string): Fields {
  return {
    peer: row.configured,
    remote_ip: row.remote?.ip ?? unreached,
    remote_port: row.remote === undefined ? unreached : String(row.remote.port),
  };
}

/** `connecting` means dialling or an open socket that waits for the first handshake. */
function state(row: WireRow): Fields {
  return { connecting: row.phase === "dialing" || row.phase === "handshaking", syncing: row.syncingFromUs };
}

function socketOpen(row: WireRow): boolean {
  return row.phase === "connected" || row.phase === "handshaking";
}

function link(row: WireRow): Fields {
  return {
    is_bp_peer: row.isBlockProducer,
    is_bp_gossip_peer: row.isBlockProducer && row.configured === "",
    is_socket_open: socketOpen(row),
    is_blocks_only: row.kind === ":blk",
    is_transactions_only: row.kind === ":trx",
    last_vote_received: fcTime(row.lastVoteAt ?? 0),
  };
}

function identity(handshake: WireHandshake | undefined, prefix: string): Fields {
  return {
    chain_id: handshake ? CHAIN_ID : ZERO_ID,
    node_id: handshake?.peer.nodeId ?? ZERO_ID,
    key: `${prefix}1111111111111111111111111111111114T1Anm`,
    // fc writes 64-bit integers above 0xffffffff as strings, smaller ones as numbers (libfc json.cpp:592-621).
    time: handshake ? nanoseconds(handshake.at) : 0,
    token: ZERO_ID,
    sig: EMPTY_SIGNATURE,
    p2p_address: p2pAddress(handshake),
  };
}

function software(handshake: WireHandshake | undefined): Fields {
  return {
    os: handshake?.peer.os ?? "",
    agent: handshake?.peer.agent ?? "",
    generation: handshake?.generation ?? 0,
  };
}

/** The address that the peer claims to listen on, its kind of link, and the first 7 digits of its node id. */
function p2pAddress(handshake: WireHandshake | undefined): string {
  if (handshake === undefined) return "";
  const { peer } = handshake;
  return `${peer.listen}${peer.kind} - ${peer.nodeId.slice(0, 7)}`;
}

function idOf(block: number | undefined): string {
  return block === undefined ? ZERO_ID : blockId(block);
}

/** 19 digits, more than a double holds: a reader that parses them as a number loses the last three. */
function nanoseconds(seconds: number): string {
  return `${Math.round(seconds * 1e6)}731`;
}
