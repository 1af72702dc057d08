import { bytes } from "../../lib/text/format.ts";
import type { ChainFamily } from "../../model/chain-family.ts";
import type { FamilyTrouble } from "../../model/family-trouble.ts";
import type { SharedSources } from "../adapter.ts";

/**
 * The metric families that only Monero has. Every poll asks for them, except for limits, caps and bans, which rarely change:
 * their help says that they may be older.
 */

/** Which old blocks a peer keeps: all of them, or one of eight stripes. */
export const STRIPES = ["none", "1", "2", "3", "4", "5", "6", "7", "8"] as const;

const LESS_OFTEN = "at the last poll or up to a minute earlier";

export const PEERLIST_SIZE: ChainFamily = {
  name: "p2p_monero_peerlist_size",
  type: "gauge",
  help: "Addresses in the lists of public peers that the node keeps, from the last poll (get_info white_peerlist_size, grey_peerlist_size): white (reached before), gray (known from others).",
  source: "get_info white_peerlist_size, grey_peerlist_size",
  labels: ["list"],
  values: { list: ["white", "gray"] },
};

export const RPC_CONNECTIONS: ChainFamily = {
  name: "p2p_monero_rpc_connections",
  type: "gauge",
  help: "Open connections to this RPC port of the node, including the exporter's own, from the last poll (get_info rpc_connections_count).",
  source: "get_info rpc_connections_count",
  labels: [],
};

export const ALTERNATIVE_BLOCKS: ChainFamily = {
  name: "p2p_monero_alternative_blocks",
  type: "gauge",
  help: "Blocks outside the main chain that the node keeps, from the last poll (get_info alt_blocks_count).",
  source: "get_info alt_blocks_count",
  labels: [],
};

const DISK_FILLING = { alert: "P2PMoneroDiskFilling" };

/** Free bytes below which the alert fires. */
const FREE_BYTES = { warning: 20 * 2 ** 30, critical: 5 * 2 ** 30 };

function freeText(level: FamilyTrouble["level"]): FamilyTrouble["textOf"] {
  return (free) => {
    if (free >= FREE_BYTES.warning) return undefined;
    const found = free < FREE_BYTES.critical ? "critical" : "warning";
    return found === level ? `${bytes(free)} of disk free` : undefined;
  };
}

export const FREE_SPACE: ChainFamily = {
  name: "p2p_monero_free_space_bytes",
  type: "gauge",
  help: "Free space where the node keeps its data, from the last poll (get_info free_space).",
  source: "get_info free_space",
  labels: [],
  troubles: [
    {
      ...DISK_FILLING,
      state: "disk-full",
      level: "critical",
      ofNodes: "almost out of disk",
      textOf: freeText("critical"),
    },
    { ...DISK_FILLING, state: "disk", level: "warning", ofNodes: "low on disk", textOf: freeText("warning") },
  ],
};

export const DATABASE_SIZE: ChainFamily = {
  name: "p2p_monero_database_size_bytes",
  type: "gauge",
  help: "Size of the node's database file, from the last poll (get_info database_size).",
  source: "get_info database_size",
  labels: [],
};

export const TARGET_HEIGHT: ChainFamily = {
  name: "p2p_monero_target_height",
  type: "gauge",
  help: "Height that the node syncs to in its first sync since its start, from the last poll (get_info target_height); absent after that sync, even when the node falls behind.",
  source: "get_info target_height",
  labels: [],
};

export const START_TIMESTAMP: ChainFamily = {
  name: "p2p_monero_start_timestamp_seconds",
  type: "gauge",
  help: "Unix time of the node's start by its own clock, from the last poll (get_info start_time); in the future if that clock is ahead.",
  source: "get_info start_time",
  labels: [],
};

export const RESTRICTED: ChainFamily = {
  name: "p2p_monero_restricted",
  type: "gauge",
  help: "1 if the polled RPC is restricted, which hides the peers, from the last poll (get_info restricted).",
  source: "get_info restricted",
  labels: [],
};

export const UNTRUSTED: ChainFamily = {
  name: "p2p_monero_untrusted",
  type: "gauge",
  help: "1 while a bootstrap daemon answers instead of the node, from the last poll (get_info untrusted); absent for releases from 0.19 on, which have no bootstrap daemon.",
  source: "get_info untrusted",
  labels: [],
  troubles: [
    {
      ...{ state: "bootstrap", level: "warning", ofNodes: "behind a bootstrap daemon", alert: "P2PMoneroUntrusted" },
      textOf: (value) => (value === 1 ? "a bootstrap daemon answers" : undefined),
    },
  ],
};

export const UPDATE_AVAILABLE: ChainFamily = {
  name: "p2p_monero_update_available",
  type: "gauge",
  help: "1 if the node knows of a newer release, from the last poll (get_info update_available); always 0 where its check-updates is disabled.",
  source: "get_info update_available",
  labels: [],
};

export const OFFLINE: ChainFamily = {
  name: "p2p_monero_offline",
  type: "gauge",
  help: "1 if the node runs without peers (its option offline), from the last poll (get_info offline).",
  source: "get_info offline",
  labels: [],
};

export const PEERS_BY_STRIPE: ChainFamily = {
  name: "p2p_monero_peers_by_pruning_stripe",
  type: "gauge",
  help: "Connected peers by the old blocks that they keep, from the last poll (get_connections pruning_seed): none, not pruned, so all blocks; 1 to 8, the stripe of a pruned node.",
  source: "get_connections pruning_seed",
  labels: ["stripe"],
  values: { stripe: STRIPES },
};

export const PUBLIC_RPC_PEERS: ChainFamily = {
  name: "p2p_monero_public_rpc_peers",
  type: "gauge",
  help: "Connected peers that say they offer public RPC, from the last poll (get_connections rpc_port).",
  source: "get_connections rpc_port",
  labels: [],
};

export const BANS: ChainFamily = {
  name: "p2p_monero_bans",
  type: "gauge",
  help: `Addresses and subnets that the node has banned, from get_bans ${LESS_OFTEN}.`,
  source: "get_bans bans",
  labels: ["kind"],
  values: { kind: ["address", "subnet"] },
};

export const RECEIVE_LIMIT: ChainFamily = {
  name: "p2p_monero_receive_limit_bytes_per_second",
  type: "gauge",
  help: `P2P bytes that the node may receive in a second, from get_limit ${LESS_OFTEN}.`,
  source: "/get_limit limit_down, in KiB/s",
  labels: [],
};

export const TRANSMIT_LIMIT: ChainFamily = {
  name: "p2p_monero_transmit_limit_bytes_per_second",
  type: "gauge",
  help: `P2P bytes that the node may send in a second, from get_limit ${LESS_OFTEN}.`,
  source: "/get_limit limit_up, in KiB/s",
  labels: [],
};

export const MAX_PEERS: ChainFamily = {
  name: "p2p_monero_max_peers",
  type: "gauge",
  help: `Maximum number of public peers of the node, from in_peers and out_peers ${LESS_OFTEN}; absent where there is no limit.`,
  source: "/in_peers in_peers, /out_peers out_peers",
  labels: ["direction"],
  values: { direction: ["inbound", "outbound"] },
};

export const SYNC_SPANS: ChainFamily = {
  name: "p2p_monero_sync_spans",
  type: "gauge",
  help: "Runs of blocks in the node's download queue, from the last poll (sync_info spans): requested from a peer, or downloaded and waiting to be added. Only while the node syncs.",
  source: "sync_info spans",
  labels: ["state"],
  values: { state: ["requested", "downloaded"] },
};

export const SYNC_BLOCKS: ChainFamily = {
  name: "p2p_monero_sync_queued_blocks",
  type: "gauge",
  help: "Blocks in the node's download queue, from the last poll (sync_info nblocks): requested from a peer, or downloaded and waiting to be added. Only while the node syncs.",
  source: "sync_info spans nblocks",
  labels: ["state"],
  values: { state: ["requested", "downloaded"] },
};

export const SYNC_BYTES: ChainFamily = {
  name: "p2p_monero_sync_queued_bytes",
  type: "gauge",
  help: "Bytes of the blocks that are downloaded and wait to be added, from the last poll (sync_info size). Only while the node syncs.",
  source: "sync_info spans size",
  labels: [],
};

export const LAST_RECEIVE: ChainFamily = {
  name: "p2p_monero_connection_last_receive_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the node last received a byte of the connection, or when it opened, from the last poll: the time of the list less recv_idle_time (get_connections), precise to a second or two.",
  source: "get_connections recv_idle_time",
  labels: [],
  scope: "connection",
  merged: "max",
};

export const LAST_TRANSMIT: ChainFamily = {
  name: "p2p_monero_connection_last_transmit_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the node last sent a byte on the connection, or when it opened, from the last poll: the time of the list less send_idle_time (get_connections), precise to a second or two.",
  source: "get_connections send_idle_time",
  labels: [],
  scope: "connection",
  merged: "max",
};

/** In the order of the page. */
export const families: readonly ChainFamily[] = [
  ...[PEERLIST_SIZE, PEERS_BY_STRIPE, PUBLIC_RPC_PEERS, MAX_PEERS, BANS, RECEIVE_LIMIT, TRANSMIT_LIMIT],
  ...[TARGET_HEIGHT, SYNC_SPANS, SYNC_BLOCKS, SYNC_BYTES, ALTERNATIVE_BLOCKS],
  ...[START_TIMESTAMP, RESTRICTED, UNTRUSTED, OFFLINE, UPDATE_AVAILABLE, RPC_CONNECTIONS, FREE_SPACE, DATABASE_SIZE],
  ...[LAST_RECEIVE, LAST_TRANSMIT],
];

/** Where the families that all chains share get their values. */
export const sources: SharedSources = {
  p2p_node_up: "get_connections",
  p2p_node_info: "get_info version, nettype",
  p2p_node_peers: "get_connections: all but before_handshake",
  p2p_node_connections: "get_connections state",
  p2p_node_syncing_peers: "get_connections state synchronizing, standby",
  p2p_node_head_height: "get_info height",
  p2p_node_head_timestamp_seconds: "get_last_block_header timestamp",
  p2p_node_block_interval_seconds: "get_info target",
  p2p_node_syncing: "get_info synchronized, target_height; get_connections state, height",
  p2p_node_receive_bytes_total: "/get_net_stats total_bytes_in, else added up from recv_count",
  p2p_node_transmit_bytes_total: "/get_net_stats total_bytes_out, else added up from send_count",
  p2p_node_peer_connects_total: "get_connections connection_id, compared",
  p2p_node_peer_disconnects_total: "get_connections connection_id, compared",
  p2p_node_peer_subnets: "address",
  p2p_node_largest_subnet_peers: "address",
  p2p_node_peers_by_head: "get_connections height; get_info height",
  p2p_node_peers_by_address_type: "address, address_type",
  p2p_connection_info: "address",
  p2p_connection_state: "state",
  p2p_connection_receive_bytes_total: "recv_count",
  p2p_connection_transmit_bytes_total: "send_count",
  p2p_connection_head_height: "height",
  p2p_connection_syncing: "state",
  p2p_connection_start_timestamp_seconds: "live_time",
  p2p_reference_up: "get_info",
  p2p_reference_head_height: "get_info",
};
