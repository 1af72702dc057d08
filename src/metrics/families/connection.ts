import { ADDRESS_TYPES, CONNECTION_STATES } from "../../model/report.ts";
import { createdOf, NOT_COUNTED, totalOf } from "../../poll/name-bytes.ts";
import {
  eachConnection,
  labelEnd,
  type NodeView,
  ofRows,
  ownCountersCreated,
  pastOnly,
  type SharedFamily,
} from "../family.ts";
import type { ShownConnection } from "../shown-connection.ts";

const scope = "connection";

const WIRE_SINCE = "up to a minute old, since p2p_wire_connection_counters_start_timestamp_seconds";

const SHARED_BYTES = "Connections that share a name are added up; when one closes, its bytes stay in the sum.";

/** By the bits of states. */
const STATE_FACTS: readonly (readonly string[])[] = Array.from({ length: 1 << CONNECTION_STATES.length }, (_, states) =>
  CONNECTION_STATES.filter((__, bit) => (states & (1 << bit)) !== 0).map((state) => labelEnd(`state="${state}"`)),
);

/** The families with series for each connection. */
export const connectionFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_connection_info",
    type: "gauge",
    help: "Software and address type of a connection, from the last poll (Wire: last_handshake.agent and remote_ip, absent before the handshake; Monero: address_type, no software; Bitcoin family: subver and network, absent before the handshake); always 1. Of connections that share a name, those of one in the best state.",
    ...ofRows(
      { scope, values: eachConnection(hasInfo), labels: infoLabels },
      { labels: ["agent", "address_type"], values: { address_type: ADDRESS_TYPES } },
    ),
  },
  {
    name: "p2p_connection_state",
    type: "gauge",
    help: "State of a connection, from the last poll (Wire: connecting, is_socket_open, last_handshake.generation; Monero: state; Bitcoin family: version); always 1, and only for the present state. Connections that share a name have a series for each of their states.",
    ...ofRows(
      { scope, facts: ({ states }) => STATE_FACTS[states] ?? [] },
      { labels: ["state"], values: { state: CONNECTION_STATES } },
    ),
  },
  {
    name: "p2p_connection_receive_bytes_total",
    type: "counter",
    help: `Bytes received since the connection opened, from the last poll (Monero: recv_count; Bitcoin family: bytesrecv; Wire: p2p_bytes_received of prometheus_plugin, ${WIRE_SINCE}). ${SHARED_BYTES}`,
    ...ofRows({ scope, values: eachConnection(receivedBytes), created: eachConnection(bytesCreated) }),
  },
  {
    name: "p2p_connection_transmit_bytes_total",
    type: "counter",
    help: `Bytes sent since the connection opened, from the last poll (Monero: send_count; Bitcoin family: bytessent; Wire: p2p_bytes_sent of prometheus_plugin, ${WIRE_SINCE}). ${SHARED_BYTES}`,
    ...ofRows({ scope, values: eachConnection(sentBytes), created: eachConnection(bytesCreated) }),
  },
  {
    name: "p2p_connection_head_height",
    type: "gauge",
    help: "Height of the peer's head as last seen by the node, from the last poll; often out of date (Wire: last_handshake, largest of head numbers and block ids; Monero: height; Bitcoin family: synced_headers). Of connections that share a name, the highest.",
    ...ofRows({ scope, values: eachConnection(({ row }) => row.height) }),
  },
  {
    name: "p2p_connection_syncing",
    type: "gauge",
    help: "1 while the connection syncs, from the last poll: download, the node from the peer (Monero: state synchronizing, standby; Bitcoin family: inflight, while the node syncs); upload, the peer from the node (Wire: syncing). Of connections that share a name, 1 if any syncs.",
    ...ofRows(
      { scope, values: eachConnection(isSyncing), labels: (_, { flow = "" }) => `flow="${flow}"` },
      { labels: ["flow"], values: { flow: ["download", "upload"] } },
    ),
  },
  {
    name: "p2p_connection_start_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the connection opened, from the last poll (Monero: live_time; Bitcoin family: conntime; Wire: p2p_connection_start_time of prometheus_plugin). Of connections that share a name, the earliest.",
    ...ofRows({ scope, values: eachConnection(({ startSeconds }) => startSeconds) }),
  },
  {
    name: "p2p_connection_latency_seconds",
    type: "gauge",
    help: "Round-trip time of the connection as measured by the node, from the last poll (Wire: p2p_latency of prometheus_plugin; Bitcoin family: pingtime). Of connections that share a name, the lowest.",
    ...ofRows({ scope, values: eachConnection(({ row }) => row.latencySeconds) }),
  },
];

/** Before the handshake, the software of a peer is not known yet: a series without it would soon be another one. */
function hasInfo({ row, agent }: ShownConnection, { traits }: NodeView): number | undefined {
  return traits.agents !== true || agent !== "" || row.state === "connected" ? 1 : undefined;
}

function infoLabels({ row: { address }, agent }: ShownConnection): string {
  const agentLabel = agent === "" ? "" : `agent="${agent}",`;
  return `${agentLabel}address_type="${address.type}"`;
}

function receivedBytes({ row, place, hasCounters }: ShownConnection, { shown }: NodeView): number | undefined {
  if (place === NOT_COUNTED || shown === undefined) return row.receivedBytes;
  return hasCounters ? totalOf(shown.bytes, place, "received") : undefined;
}

function sentBytes({ row, place, hasCounters }: ShownConnection, { shown }: NodeView): number | undefined {
  if (place === NOT_COUNTED || shown === undefined) return row.sentBytes;
  return hasCounters ? totalOf(shown.bytes, place, "sent") : undefined;
}

function bytesCreated(connection: ShownConnection, view: NodeView): number | undefined {
  const { place } = connection;
  if (place === NOT_COUNTED || view.shown === undefined) return ownCountersCreated(view, connection);
  return pastOnly(view, createdOf(view.shown.bytes, place));
}

function isSyncing({ row }: ShownConnection, { traits: { flow } }: NodeView): number | undefined {
  if (flow === undefined || row.state !== "connected") return undefined;
  return row.syncing === flow ? 1 : 0;
}
