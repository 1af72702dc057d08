import type { ChainFamily } from "../../model/chain-family.ts";
import { MESSAGE_TYPES } from "./message-bytes.ts";
import { CONNECTION_TYPES, PEER_NETWORKS, TRANSPORTS } from "./peer-facts.ts";

/** The metric families about all peers of a node that only the Bitcoin family has; all count connected peers. */

export const BY_CONNECTION_TYPE: ChainFamily = {
  name: "p2p_bitcoin_peers_by_connection_type",
  type: "gauge",
  help: "Connected peers by what the connection is for, from the last poll (connection_type, from release 0.21 on).",
  source: "getpeerinfo connection_type",
  labels: ["connection_type"],
  values: { connection_type: CONNECTION_TYPES },
  barsTitle: "Connection types",
};

export const BY_TRANSPORT: ChainFamily = {
  name: "p2p_bitcoin_peers_by_transport",
  type: "gauge",
  help: "Connected peers by the protocol of the transport, from the last poll (transport_protocol_type, from release 26 on): v2 is encrypted (BIP 324), v1 is not.",
  source: "getpeerinfo transport_protocol_type; btcd: v2_connection",
  labels: ["transport"],
  values: { transport: TRANSPORTS },
  barsTitle: "Transports",
};

export const BY_NETWORK: ChainFamily = {
  name: "p2p_bitcoin_peers_by_network",
  type: "gauge",
  help: "Connected peers by direction and by the network that they are reached over, from the last poll (network; before release 0.21 from the address).",
  source: "getpeerinfo network, else addr",
  labels: ["direction", "peer_network"],
  values: { direction: ["inbound", "outbound"], peer_network: PEER_NETWORKS },
  barsTitle: "Networks",
};

export const TRANSACTION_RELAY: ChainFamily = {
  name: "p2p_bitcoin_transaction_relay_peers",
  type: "gauge",
  help: "Connected peers that want transactions, from the last poll (relaytxes); the others take blocks only.",
  source: "getpeerinfo relaytxes",
  labels: [],
};

export const ADDRESS_RELAY: ChainFamily = {
  name: "p2p_bitcoin_address_relay_peers",
  type: "gauge",
  help: "Connected peers that exchange addresses of other nodes with the node, from the last poll (addr_relay_enabled, from release 23 on).",
  source: "getpeerinfo addr_relay_enabled",
  labels: [],
};

export const PERMITTED: ChainFamily = {
  name: "p2p_bitcoin_permitted_peers",
  type: "gauge",
  help: "Connected peers with permissions of their own, from the last poll (permissions; before release 0.19 whitelisted).",
  source: "getpeerinfo permissions, whitelisted",
  labels: [],
};

/** Nodes ping every two minutes, and drop a peer that leaves a ping without an answer for 20. */
export const PING_WAIT_SECONDS = 60;

export const PING_WAITING: ChainFamily = {
  name: "p2p_bitcoin_ping_waiting_peers",
  type: "gauge",
  help: `Connected peers that have left a ping without an answer for more than ${PING_WAIT_SECONDS} s, from the last poll (pingwait): nodes drop them after 20 minutes.`,
  source: "getpeerinfo pingwait",
  labels: [],
};

export const BLOCKS_IN_FLIGHT: ChainFamily = {
  name: "p2p_bitcoin_blocks_in_flight",
  type: "gauge",
  help: "Blocks that the node downloads now, from the last poll (inflight of all peers, each height once).",
  source: "getpeerinfo inflight",
  labels: [],
};

export const PRESYNCED_HEADERS: ChainFamily = {
  name: "p2p_bitcoin_presynced_headers_height",
  type: "gauge",
  help: "How far the headers have come that the node checks before it keeps any, from the last poll (getpeerinfo presynced_headers, the highest); only in the first part of its first sync.",
  source: "getpeerinfo presynced_headers",
  labels: [],
};

const MESSAGES = "one series for each type that was seen";

export const MESSAGE_RECEIVE: ChainFamily = {
  name: "p2p_bitcoin_message_receive_bytes_total",
  type: "counter",
  help: `Bytes that the node received by type of message (bytesrecv_per_msg), added up from the first to the last poll; ${MESSAGES}.`,
  source: "getpeerinfo bytesrecv_per_msg, added up",
  labels: ["message"],
  values: { message: MESSAGE_TYPES },
};

export const MESSAGE_TRANSMIT: ChainFamily = {
  name: "p2p_bitcoin_message_transmit_bytes_total",
  type: "counter",
  help: `Bytes that the node sent by type of message (bytessent_per_msg), added up from the first to the last poll; ${MESSAGES}.`,
  source: "getpeerinfo bytessent_per_msg, added up",
  labels: ["message"],
  values: { message: MESSAGE_TYPES },
};

export const peerFamilies: readonly ChainFamily[] = [
  ...[BY_CONNECTION_TYPE, BY_NETWORK, BY_TRANSPORT, TRANSACTION_RELAY, ADDRESS_RELAY, PERMITTED],
  ...[PING_WAITING, BLOCKS_IN_FLIGHT, PRESYNCED_HEADERS, MESSAGE_RECEIVE, MESSAGE_TRANSMIT],
];
