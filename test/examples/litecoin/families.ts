import type { SharedSources } from "../../../src/chains/adapter.ts";
import type { ChainFamily } from "../../../src/model/chain-family.ts";

/** A family that only this chain has. Its name begins with p2p_ and the name of the chain. */
export const HEADERS_HEIGHT: ChainFamily = {
  name: "p2p_litecoin_headers_height",
  type: "gauge",
  help: "The best header that the node has, from the last poll: above the head while it fetches blocks (headers).",
  source: "getblockchaininfo headers",
  labels: [],
};

/** A family with a series for each connection: its name says so. */
export const LAST_RECEIVE: ChainFamily = {
  name: "p2p_litecoin_connection_last_receive_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the node last received a byte of the connection, from the last poll (lastrecv).",
  source: "getpeerinfo lastrecv",
  labels: [],
  scope: "connection",
  // Of connections that share a series.
  merged: "max",
};

/** Facts about a connection that do not change while it is open. Its value is 1. */
export const CONNECTION_INFO: ChainFamily = {
  name: "p2p_litecoin_connection_info",
  type: "gauge",
  help: "Always 1: whether the peer asked for transactions when the connection opened, from the last poll (relaytxes).",
  source: "getpeerinfo relaytxes",
  labels: ["relays_transactions"],
  values: { relays_transactions: ["true", "false"] },
  scope: "connection",
};

export const families: readonly ChainFamily[] = [HEADERS_HEIGHT, LAST_RECEIVE, CONNECTION_INFO];

/** Where the families that all chains share get their values. */
export const sources: SharedSources = {
  p2p_node_up: "getpeerinfo",
  p2p_node_info: "getblockchaininfo chain",
  p2p_node_peers: "getpeerinfo: handshake done",
  p2p_node_connections: "getpeerinfo version",
  p2p_node_head_height: "getblockchaininfo blocks",
  p2p_node_head_timestamp_seconds: "getblockchaininfo time",
  p2p_node_syncing: "getblockchaininfo initialblockdownload",
  p2p_node_receive_bytes_total: "getnettotals totalbytesrecv",
  p2p_node_transmit_bytes_total: "getnettotals totalbytessent",
  p2p_node_peer_connects_total: "getpeerinfo id, compared",
  p2p_node_peer_disconnects_total: "getpeerinfo id, compared",
  p2p_node_peer_subnets: "getpeerinfo addr",
  p2p_node_largest_subnet_peers: "getpeerinfo addr",
  p2p_node_peers_by_head: "getpeerinfo synced_headers, getblockchaininfo blocks",
  p2p_node_peers_by_agent: "getpeerinfo subver",
  p2p_node_peers_by_address_type: "getpeerinfo addr",
  p2p_connection_info: "getpeerinfo addr, subver",
  p2p_connection_state: "getpeerinfo version",
  p2p_connection_receive_bytes_total: "getpeerinfo bytesrecv",
  p2p_connection_transmit_bytes_total: "getpeerinfo bytessent",
  p2p_connection_head_height: "getpeerinfo synced_headers",
  p2p_connection_start_timestamp_seconds: "getpeerinfo conntime",
  p2p_connection_latency_seconds: "getpeerinfo pingtime",
  p2p_reference_up: "getblockchaininfo",
  p2p_reference_head_height: "getblockchaininfo blocks",
};
