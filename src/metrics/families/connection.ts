import type { ChainTraits } from "../../chains/adapter.ts";
import type { ShownConnection } from "../connections.ts";
import { connectionCreated, eachConnection, ofConnections, type SharedFamily } from "../family.ts";

/** The families with a series for each connection. */
export const connectionFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_connection_info",
    type: "gauge",
    help: "State, software and address type of a connection, from the last poll; always 1. Chainweb: a known peer, which has no state.",
    ...ofConnections({ values: eachConnection(() => 1), labels: infoLabels }, ["state", "agent", "address_type"]),
  },
  {
    name: "p2p_connection_receive_bytes_total",
    type: "counter",
    help: "Bytes received since the connection opened, from the last poll (recv_count; p2p_bytes_received). Wire: from the last page of prometheus_plugin, up to a minute old, and since p2p_wire_connection_counters_start_timestamp_seconds; where that is absent, since the node has the peer in its list.",
    ...ofConnections({ values: eachConnection(({ row }) => row.receivedBytes), created: connectionCreated }),
  },
  {
    name: "p2p_connection_transmit_bytes_total",
    type: "counter",
    help: "Bytes sent since the connection opened, from the last poll (send_count; p2p_bytes_sent). Wire: from the last page of prometheus_plugin, up to a minute old, and since p2p_wire_connection_counters_start_timestamp_seconds; where that is absent, since the node has the peer in its list.",
    ...ofConnections({ values: eachConnection(({ row }) => row.sentBytes), created: connectionCreated }),
  },
  {
    name: "p2p_connection_head_height",
    type: "gauge",
    help: "Height of the peer's head as last seen by the node, from the last poll; often out of date (last_handshake: largest of head number and block id; height).",
    ...ofConnections({ values: eachConnection(({ row }) => row.height) }),
  },
  {
    name: "p2p_connection_syncing",
    type: "gauge",
    help: "1 while the connection syncs, from the last poll: download, the node from the peer (Monero); upload, the peer from the node (Wire).",
    ...ofConnections({ values: eachConnection(isSyncing), labels: (_, { flow = "" }) => `flow="${flow}"` }, ["flow"]),
  },
  {
    name: "p2p_connection_start_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the connection opened, from the last poll (live_time; p2p_connection_start_time).",
    ...ofConnections({ values: eachConnection(({ startSeconds }) => startSeconds) }),
  },
  {
    name: "p2p_connection_latency_seconds",
    type: "gauge",
    help: "Round-trip time of the connection as measured by the node, from the last poll (p2p_latency).",
    ...ofConnections({ values: eachConnection(({ row }) => row.latencySeconds) }),
  },
];

function infoLabels({ row: { state, address }, agent }: ShownConnection): string {
  const stateLabel = state === undefined ? "" : `state="${state}",`;
  const agentLabel = agent === "" ? "" : `agent="${agent}",`;
  return `${stateLabel}${agentLabel}address_type="${address.type}"`;
}

function isSyncing({ row }: ShownConnection, { flow }: ChainTraits): number | undefined {
  if (flow === undefined || row.state !== "connected") return undefined;
  return row.syncing === flow ? 1 : 0;
}
