import type { ShownConnection } from "../connections.ts";
import { joinLabels, renderLabels } from "../exposition.ts";
import { CONNECTION_LABELS, type NodeFamily, type NodeView, type SampleValue } from "../family.ts";

/** The families with a series for each connection. */

export const connectionFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_connection_info",
    type: "gauge",
    help: "Text facts about a connection, from the last poll; always 1. Chainweb: a known peer, which has no state.",
    sources: { wire: "peer, remote_ip, last_handshake agent", monero: "address, state", chainweb: "cut/peer" },
    labels: [...CONNECTION_LABELS, "state", "agent", "address_type"],
    samples: (view) => (view.shown?.connections ?? []).map(({ infoLabels }): SampleValue => [infoLabels, 1]),
  },
  {
    name: "p2p_connection_receive_bytes_total",
    type: "counter",
    help: "Bytes received since the connection opened, from the last poll (recv_count; p2p_bytes_received).",
    sources: { wire: "prometheus_plugin p2p_bytes_received", monero: "recv_count" },
    labels: CONNECTION_LABELS,
    samples: (view) => each(view, ({ row }) => row.receivedBytes),
  },
  {
    name: "p2p_connection_transmit_bytes_total",
    type: "counter",
    help: "Bytes sent since the connection opened, from the last poll (send_count; p2p_bytes_sent).",
    sources: { wire: "prometheus_plugin p2p_bytes_sent", monero: "send_count" },
    labels: CONNECTION_LABELS,
    samples: (view) => each(view, ({ row }) => row.sentBytes),
  },
  {
    name: "p2p_connection_head_height",
    type: "gauge",
    help: "The peer's head as the node last heard it, from the last poll; often old (last_handshake: largest of head number and block id; height).",
    sources: { wire: "last_handshake: largest of the head numbers and block ids", monero: "height" },
    labels: CONNECTION_LABELS,
    samples: (view) => each(view, ({ row }) => row.height),
  },
  {
    name: "p2p_connection_syncing",
    type: "gauge",
    help: "1 while the connection syncs, from the last poll: download, the node from the peer (Monero); upload, the peer from the node (Wire).",
    sources: { wire: "syncing", monero: "state" },
    labels: [...CONNECTION_LABELS, "flow"],
    samples: syncingSamples,
  },
  {
    name: "p2p_connection_start_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the connection opened, from the last poll (live_time; p2p_connection_start_time).",
    sources: { wire: "prometheus_plugin p2p_connection_start_time", monero: "live_time" },
    labels: CONNECTION_LABELS,
    samples: (view) => each(view, ({ startSeconds }) => startSeconds),
  },
  {
    name: "p2p_connection_latency_seconds",
    type: "gauge",
    help: "Round trip of the connection as the node measures it, from the last poll (p2p_latency).",
    sources: { wire: "prometheus_plugin p2p_latency" },
    labels: CONNECTION_LABELS,
    samples: (view) => each(view, ({ row }) => row.latencySeconds),
  },
];

function each({ shown }: NodeView, pick: (connection: ShownConnection) => number | undefined): readonly SampleValue[] {
  const samples: SampleValue[] = [];
  for (const connection of shown?.connections ?? []) {
    const value = pick(connection);
    if (value !== undefined) samples.push([connection.labels, value]);
  }
  return samples;
}

function syncingSamples({ shown, traits: { flow } }: NodeView): readonly SampleValue[] {
  const samples: SampleValue[] = [];
  if (flow === undefined) return samples;
  const flowLabel = renderLabels([["flow", flow]]);
  for (const { labels, row } of shown?.connections ?? []) {
    if (row.state === "connected") samples.push([joinLabels(labels, flowLabel), row.syncing === flow ? 1 : 0]);
  }
  return samples;
}
