import type { SharedSources } from "../../../src/chains/adapter.ts";
import type { ChainFamily } from "../../../src/model/chain-family.ts";

/** A family that only this chain has. Its name begins with p2p_ and the name of the chain. */
export const HEADERS_HEIGHT: ChainFamily = {
  name: "p2p_examplecoin_headers_height",
  type: "gauge",
  help: "The best header that the node has, from the last poll: above the head while it fetches blocks (header_height).",
  source: "chain_status header_height",
  labels: [],
};

/** A family with a series for each connection: its name says so. */
export const LAST_RECEIVE: ChainFamily = {
  name: "p2p_examplecoin_connection_last_receive_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the node last received a byte of the connection, from the last poll (last_byte_at).",
  source: "list_peers last_byte_at",
  labels: [],
  scope: "connection",
  // Of connections that share a series.
  merged: "max",
};

/** Facts about a connection that do not change while it is open. Its value is 1. */
export const CONNECTION_INFO: ChainFamily = {
  name: "p2p_examplecoin_connection_info",
  type: "gauge",
  help: "Always 1: whether the peer asked for payments when the connection opened, from the last poll (wants_payments).",
  source: "list_peers wants_payments",
  labels: ["wants_payments"],
  values: { wants_payments: ["true", "false"] },
  scope: "connection",
};

export const families: readonly ChainFamily[] = [HEADERS_HEIGHT, LAST_RECEIVE, CONNECTION_INFO];

/** Where the families that all chains share get their values. */
export const sources: SharedSources = {
  p2p_node_up: "list_peers",
  p2p_node_info: "chain_status network",
  p2p_node_peers: "list_peers: greeted",
  p2p_node_connections: "list_peers greeted",
  p2p_node_head_height: "chain_status height",
  p2p_node_head_timestamp_seconds: "chain_status tip_time",
  p2p_node_syncing: "chain_status first_sync",
  p2p_node_receive_bytes_total: "byte_totals bytes_in",
  p2p_node_transmit_bytes_total: "byte_totals bytes_out",
  p2p_node_peer_connects_total: "list_peers connection_id, compared",
  p2p_node_peer_disconnects_total: "list_peers connection_id, compared",
  p2p_node_peer_subnets: "list_peers remote",
  p2p_node_largest_subnet_peers: "list_peers remote",
  p2p_node_peers_by_head: "list_peers tip_height, chain_status height",
  p2p_node_peers_by_agent: "list_peers software",
  p2p_node_peers_by_address_type: "list_peers remote",
  p2p_connection_info: "list_peers remote, software",
  p2p_connection_state: "list_peers greeted",
  p2p_connection_receive_bytes_total: "list_peers bytes_in",
  p2p_connection_transmit_bytes_total: "list_peers bytes_out",
  p2p_connection_head_height: "list_peers tip_height",
  p2p_connection_start_timestamp_seconds: "list_peers opened_at",
  p2p_connection_latency_seconds: "list_peers ping_ms",
  p2p_reference_up: "chain_status",
  p2p_reference_head_height: "chain_status height",
};
