import type { ChainFamily } from "../../model/chain-family.ts";
import { CONNECTION_TYPES, TRANSPORTS } from "./peer-facts.ts";

/** The metric families about single connections that only the Bitcoin family has. */

export const CONNECTION_INFO: ChainFamily = {
  name: "p2p_bitcoin_connection_info",
  type: "gauge",
  help: "Always 1: what the connection is for, its transport, and whether the peer has permissions, from the last poll (connection_type, transport_protocol_type, permissions); a label is empty where the node does not tell. Absent before the handshake.",
  source: "getpeerinfo connection_type, transport_protocol_type, permissions",
  labels: ["connection_type", "transport", "permitted"],
  values: { connection_type: CONNECTION_TYPES, transport: TRANSPORTS, permitted: ["true", "false"] },
  scope: "connection",
};

export const SYNCED_BLOCKS: ChainFamily = {
  name: "p2p_bitcoin_connection_synced_blocks_height",
  type: "gauge",
  help: "The highest block that the node knows it has in common with the peer, from the last poll (synced_blocks); absent while it knows none, as of inbound peers that announce nothing.",
  source: "getpeerinfo synced_blocks",
  labels: [],
  scope: "connection",
  merged: "max",
};

export const LAST_RECEIVE: ChainFamily = {
  name: "p2p_bitcoin_connection_last_receive_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the node last received something on the connection, from the last poll (lastrecv).",
  source: "getpeerinfo lastrecv",
  labels: [],
  scope: "connection",
  merged: "max",
};

export const LAST_BLOCK: ChainFamily = {
  name: "p2p_bitcoin_connection_last_block_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the peer last gave the node a new block, from the last poll (last_block); absent before the first one.",
  source: "getpeerinfo last_block",
  labels: [],
  scope: "connection",
  merged: "max",
};

export const LAST_TRANSACTION: ChainFamily = {
  name: "p2p_bitcoin_connection_last_transaction_timestamp_seconds",
  type: "gauge",
  help: "Unix time when the peer last gave the node a transaction that it took, from the last poll (last_transaction); absent before the first one.",
  source: "getpeerinfo last_transaction",
  labels: [],
  scope: "connection",
  merged: "max",
};

export const rowFamilies: readonly ChainFamily[] = [
  ...[CONNECTION_INFO, SYNCED_BLOCKS, LAST_RECEIVE, LAST_BLOCK, LAST_TRANSACTION],
];
