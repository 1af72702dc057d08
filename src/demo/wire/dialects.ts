import { blockId, CHAIN_ID, fcTime, ZERO_ID } from "./chain.ts";
import type { WireHandshake, WireRow } from "./row.ts";

/** A value as it is written to JSON. */
type Fields = Readonly<Record<string, unknown>>;

/** The dialects of `/v1/net/connections`: the same list, with the fields that a version has, in their order. */
export type Dialect = (row: WireRow) => Fields;

const EMPTY_SIGNATURE = `SIG_K1_${"1".repeat(65)}6uk5ne`;

/** Leap 5.0 and the Wire release of the documentation sample (wire 718a1077): head_num. */
export const leapDialect: Dialect = (row) => {
  const { handshake } = row;
  return {
    // A peer that was never reached says so here; later versions leave the text empty (leap v5.0.3 update_endpoints).
    ...endpoint(row, "<unknown>"),
    ...state(row),
    is_bp_peer: row.blockProducer,
    is_socket_open: socketOpen(row),
    // Declared and never assigned in these versions (leap v5.0.3 net_plugin.cpp:1355-1367).
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

/** Spring 1.2 (v1.2.2 net_plugin.hpp:11-24, protocol.hpp:21-37): fork_db_head_num. */
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

/** The newest Wire (0340bbf0 net_plugin.hpp, 08e5d156 protocol.hpp): ids without numbers, no time, no key. */
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

function endpoint(row: WireRow, never: string): Fields {
  return {
    peer: row.configured,
    remote_ip: row.remote?.ip ?? never,
    remote_port: row.remote === undefined ? never : String(row.remote.port),
  };
}

/** `connecting` covers dialling as well as an open socket that waits for the first handshake. */
function state(row: WireRow): Fields {
  return { connecting: row.phase === "dialing" || row.phase === "handshaking", syncing: row.syncingFromUs };
}

function socketOpen(row: WireRow): boolean {
  return row.phase === "connected" || row.phase === "handshaking";
}

function link(row: WireRow): Fields {
  return {
    is_bp_peer: row.blockProducer,
    is_bp_gossip_peer: row.blockProducer && row.configured === "",
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

/** The address that the peer says it listens at, its kind of link, and the first 7 digits of its node id. */
function p2pAddress(handshake: WireHandshake | undefined): string {
  if (handshake === undefined) return "";
  const { peer } = handshake;
  return `${peer.listen}${peer.kind} - ${peer.nodeId.slice(0, 7)}`;
}

function idOf(block: number | undefined): string {
  return block === undefined ? ZERO_ID : blockId(block);
}

/** 19 digits, more than a double holds: the last three are only there to be lost by a careless reader. */
function nanoseconds(seconds: number): string {
  return `${Math.round(seconds * 1e6)}731`;
}
