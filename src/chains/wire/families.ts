import { counted } from "../../lib/text/format.ts";
import { type ChainFamily, NEW_TEXTS_PER_HOUR } from "../../model/chain-family.ts";
import type { SharedSources } from "../adapter.ts";

/** The families that only Wire and Antelope nodes have. Flags are 1 or 0. */

const NET = "/v1/net/connections";
const INFO = "/v1/chain/get_info";
const PLUGIN = "/v1/prometheus/metrics";

type Declaration = Pick<ChainFamily, "name" | "help" | "source"> & Partial<Omit<ChainFamily, "scope">>;

function ofNode(declaration: Declaration): ChainFamily {
  return { type: "gauge", labels: [], ...declaration };
}

function ofConnection(declaration: Declaration): ChainFamily {
  return { ...ofNode(declaration), scope: "connection" };
}

export const FORK_DB_HEAD = ofNode({
  name: "p2p_wire_fork_db_head_height",
  help: "Height of the newest block that the node received, applied or not, from the last poll (get_info fork_db_head_block_num, EOSIO 1.8 and later). Minus p2p_node_head_height it is the node's backlog, which in read-mode=irreversible always has the blocks that are not yet irreversible.",
  source: `${INFO} fork_db_head_block_num`,
});

export const EARLIEST_BLOCK = ofNode({
  name: "p2p_wire_earliest_available_block",
  help: "Height of the first block in the node's block log, from the last poll (get_info earliest_available_block_num, Leap 3.1 and later).",
  source: `${INFO} earliest_available_block_num`,
});

export const DUPLICATE_LINKS = ofNode({
  name: "p2p_wire_duplicate_links",
  help: "Outbound connections of the last poll that are not up because the same peer, by the address that it claims (last_handshake.p2p_address), is connected inbound.",
  source: `${NET} peer, last_handshake.p2p_address`,
});

export const WRONG_CHAIN_PEERS = ofNode({
  name: "p2p_wire_wrong_chain_peers",
  help: "Connected peers of the last poll whose chain id (last_handshake.chain_id) differs from that of the node. The node closes such links quickly.",
  source: `${NET} last_handshake.chain_id, ${INFO} chain_id`,
  troubles: [
    {
      state: "other-chain",
      level: "warning",
      ofNodes: "with peers of another chain",
      alert: "P2PWirePeersOnOtherChain",
      textOf: (peers) => (peers > 0 ? `${counted(peers, "peer")} of another chain` : undefined),
    },
  ],
});

export const PEERS_BY_NETWORK_VERSION = ofNode({
  name: "p2p_wire_peers_by_network_version",
  help: "Connected peers by protocol version, from the last poll (last_handshake.network_version): the 20 most common; other for the rest, and for those beyond 60 new ones in an hour; unknown for peers without one. EOSIO to Spring count from 1206 on, newer Wire from 1 on.",
  source: `${NET} last_handshake.network_version`,
  labels: ["network_version"],
  newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: ["other"] },
});

export const PEERS_BY_OS = ofNode({
  name: "p2p_wire_peers_by_os",
  help: "Connected peers by operating system, from the last poll (last_handshake.os): the 20 most common; other for the rest, and for those beyond 60 new ones in an hour; unknown for peers without one. Absent where the node does not send it, as some newer Wire builds.",
  source: `${NET} last_handshake.os`,
  labels: ["os"],
  newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: ["other"] },
});

export const PEERS_FINAL_HEIGHT = ofNode({
  name: "p2p_wire_peers_final_height",
  help: "Last irreversible block that at least two connected peers on the node's chain have reached (if only one peer reports any, that one), from the last poll (last_handshake.last_irreversible_block_num). Handshakes are rarely repeated, so it is often old: a node with a lower p2p_node_final_height is behind, and one with a higher may be.",
  source: `${NET} last_handshake: largest of last_irreversible_block_num, fork_db_root_num and the numbers in their ids`,
});

export const VANISHED_PEERS = ofNode({
  name: "p2p_wire_vanished_peers",
  help: "Outbound peers that were connected in an earlier poll since the node's start, and that its list no longer has, from the last poll (/v1/net/connections). The node removes peers that are on another chain, are forked or refuse it permanently, and those that an operator disconnects by the API. Peers of block producers, which come and go with the schedule (bp_gossip_peers), do not count.",
  source: `${NET} peer, /v1/net/bp_gossip_peers server_endpoint`,
  needsHistory: true,
  troubles: [
    {
      state: "vanished",
      level: "warning",
      ofNodes: "without configured peers",
      alert: "P2PWireConfiguredPeerVanished",
      textOf: (peers) => (peers > 0 ? "dropped configured peers" : undefined),
    },
  ],
});

export const FAILED_CONNECTIONS = ofNode({
  name: "p2p_wire_failed_connections_total",
  type: "counter",
  help: "Failed attempts to open an outbound connection, except to names that do not resolve, from the last poll (prometheus_plugin p2p_failed_connections).",
  source: `${PLUGIN} p2p_failed_connections`,
});

export const DROPPED_TRANSACTIONS = ofNode({
  name: "p2p_wire_dropped_transactions_total",
  type: "counter",
  help: "Transactions that the node dropped because a connection had too many in progress, from the last poll (prometheus_plugin p2p_dropped_trxs_total).",
  source: `${PLUGIN} p2p_dropped_trxs_total`,
});

export const HANDSHAKE_TIME = ofConnection({
  name: "p2p_wire_connection_handshake_timestamp_seconds",
  help: "Unix time of the peer's last handshake by the peer's clock, from the last poll (last_handshake.time). On a healthy chain it is as old as the connection. Absent where the node does not send it, as some newer Wire builds.",
  source: `${NET} last_handshake.time`,
  merged: "max",
});

export const HANDSHAKE_GENERATION = ofConnection({
  name: "p2p_wire_connection_handshake_generation",
  help: "Number of the peer's last handshake on this connection, from the last poll (last_handshake.generation). It grows while no blocks flow, and begins at 2 again after 32767.",
  source: `${NET} last_handshake.generation`,
});

const FLAG_VALUES = ["true", "false"];

/** Its labels are in the order of the flags in connection-info.ts. */
export const CONNECTION_INFO = ofConnection({
  name: "p2p_wire_connection_info",
  help: "What the node reports about a connected peer, from the last poll; always 1. Each label is true or false, or absent where the node does not send it. bp_peer: the peer belongs to a block producer, by configuration or gossip (is_bp_peer, Leap 4 and later); bp_gossip_peer: by validated gossip (is_bp_gossip_peer, Spring 1.2 and later); blocks_only: the connection carries no transactions (is_blocks_only, Spring and later); transactions_only: it carries no blocks (is_transactions_only, Spring and later).",
  source: `${NET} is_bp_peer, is_bp_gossip_peer, is_blocks_only, is_transactions_only`,
  labels: ["bp_peer", "bp_gossip_peer", "blocks_only", "transactions_only"],
  values: {
    bp_peer: FLAG_VALUES,
    bp_gossip_peer: FLAG_VALUES,
    blocks_only: FLAG_VALUES,
    transactions_only: FLAG_VALUES,
  },
});

export const LAST_VOTE_TIME = ofConnection({
  name: "p2p_wire_connection_last_vote_timestamp_seconds",
  help: "Unix time when a finalizer's vote last arrived over the connection, from the last poll (last_vote_received, Spring and later). Absent before the first vote.",
  source: `${NET} last_vote_received`,
  merged: "max",
});

/** Experimental: only builds of Wire after its last release have it, and what it counts changes with them. */
export const PEER_SCORE = ofConnection({
  name: "p2p_wire_connection_peer_score",
  help: "The node's score of the peer from 0 to 200, from the last poll (peer_score, newest Wire): 100 at first, below 50 it may be evicted.",
  source: `${NET} peer_score`,
  merged: "min",
  stability: "experimental",
});

export const FIRST_AVAILABLE_BLOCK = ofConnection({
  name: "p2p_wire_connection_first_available_block",
  help: "First block that the peer says it has, from the last poll (prometheus_plugin p2p_first_available_block).",
  source: `${PLUGIN} p2p_first_available_block`,
  merged: "min",
});

export const LAST_AVAILABLE_BLOCK = ofConnection({
  name: "p2p_wire_connection_last_available_block",
  help: "Head in the peer's last handshake or notice, from the last poll (prometheus_plugin p2p_last_available_block); often old.",
  source: `${PLUGIN} p2p_last_available_block`,
  merged: "max",
});

/** A counter: the node only adds to it, and it starts at 0 with the connection object (net_plugin.cpp). */
export const UNIQUE_FIRST_BLOCKS = ofConnection({
  name: "p2p_wire_connection_unique_first_blocks_total",
  type: "counter",
  help: "Blocks that arrived first over this connection, since p2p_wire_connection_counters_start_timestamp_seconds, from the last poll (prometheus_plugin p2p_unique_first_block_count).",
  source: `${PLUGIN} p2p_unique_first_block_count`,
});

/** Experimental: it makes up for counters that nodes carry over reconnects, and goes when a release no longer does. */
export const BYTES_SINCE = ofConnection({
  name: "p2p_wire_connection_counters_start_timestamp_seconds",
  help: "Unix time from which the bytes and unique first blocks of the connection count, from the last poll (prometheus_plugin p2p_connection_start_time): its start, or after an outbound peer reconnected, the first page of the plugin with the new connection. Absent for an outbound peer that has not reconnected since the exporter first saw it: its counts may include earlier connections.",
  source: `${PLUGIN} p2p_connection_start_time`,
  stability: "experimental",
});

export const PLUGIN_PAGE_TIME = ofNode({
  name: "p2p_wire_plugin_page_timestamp_seconds",
  help: "Unix time when the page of prometheus_plugin arrived (/v1/prometheus/metrics) that has the bytes, latencies and block ranges of the last poll. The exporter requests it every 30 s, and the node updates its numbers every 30 s (connection-cleanup-period).",
  source: `${PLUGIN}`,
});

export const BLOCK_SYNC_THROTTLING = ofConnection({
  name: "p2p_wire_connection_block_sync_throttling",
  help: "1 while the node delays blocks for the syncing peer because of its rate limit, from the last poll (prometheus_plugin p2p_block_sync_throttling).",
  source: `${PLUGIN} p2p_block_sync_throttling`,
  merged: "max",
});

export const families: readonly ChainFamily[] = [
  FORK_DB_HEAD,
  EARLIEST_BLOCK,
  DUPLICATE_LINKS,
  WRONG_CHAIN_PEERS,
  PEERS_BY_NETWORK_VERSION,
  PEERS_BY_OS,
  PEERS_FINAL_HEIGHT,
  VANISHED_PEERS,
  FAILED_CONNECTIONS,
  DROPPED_TRANSACTIONS,
  CONNECTION_INFO,
  HANDSHAKE_TIME,
  HANDSHAKE_GENERATION,
  LAST_VOTE_TIME,
  PEER_SCORE,
  FIRST_AVAILABLE_BLOCK,
  LAST_AVAILABLE_BLOCK,
  UNIQUE_FIRST_BLOCKS,
  BYTES_SINCE,
  BLOCK_SYNC_THROTTLING,
  PLUGIN_PAGE_TIME,
];

/** Where the families that all chains share get their values. */
export const sources: SharedSources = {
  p2p_node_up: "/v1/net/connections",
  p2p_node_info:
    "get_info server_version_string, chain_id; while get_info fails, last_handshake.chain_id on which the peers that the node dialed agree, or without such peers, at least two others",
  p2p_node_peers: "/v1/net/connections: open, handshake done",
  p2p_node_connections: "connecting, is_socket_open, generation",
  p2p_node_syncing_peers: "syncing",
  p2p_node_head_height: "get_info head_block_num",
  p2p_node_head_timestamp_seconds: "get_info head_block_time",
  p2p_node_final_height: "get_info last_irreversible_block_num",
  p2p_node_final_timestamp_seconds: "get_info last_irreversible_block_time",
  p2p_node_block_interval_seconds: "the rules of the chain",
  p2p_node_syncing: "computed from the progress of the head",
  p2p_node_receive_bytes_total:
    "added up from prometheus_plugin p2p_bytes_received, without the bytes between the last page and the close of a connection",
  p2p_node_transmit_bytes_total:
    "added up from prometheus_plugin p2p_bytes_sent, without the bytes between the last page and the close of a connection",
  p2p_node_peer_connects_total: "/v1/net/connections, compared",
  p2p_node_peer_disconnects_total: "/v1/net/connections, compared",
  p2p_node_peer_subnets: "remote_ip",
  p2p_node_largest_subnet_peers: "remote_ip",
  p2p_node_peers_by_agent: "last_handshake agent",
  p2p_node_peers_by_head: "last_handshake: largest of the head numbers and block ids; get_info head_block_num",
  p2p_node_peers_by_address_type: "remote_ip, peer",
  p2p_connection_info: "peer, remote_ip, last_handshake agent",
  p2p_connection_state: "connecting, is_socket_open, last_handshake.generation",
  p2p_connection_receive_bytes_total:
    "prometheus_plugin p2p_bytes_received, less what the node had counted for the row by the first page after a reconnect",
  p2p_connection_transmit_bytes_total:
    "prometheus_plugin p2p_bytes_sent, less what the node had counted for the row by the first page after a reconnect",
  p2p_connection_head_height: "last_handshake: largest of the head numbers and block ids",
  p2p_connection_syncing: "syncing",
  p2p_connection_start_timestamp_seconds: "prometheus_plugin p2p_connection_start_time",
  p2p_connection_latency_seconds: "prometheus_plugin p2p_latency",
  p2p_reference_up: "get_info",
  p2p_reference_head_height: "get_info",
};
