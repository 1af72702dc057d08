import { connectionState } from "../derived.ts";
import { NODE_COLUMNS } from "../looks.ts";
import { CONNECTION_INFO, increase, once, oneText, rate, stillOpen } from "../select.ts";
import { ageOf } from "../shorthand.ts";
import type { PanelSpec, Words } from "../spec.ts";
import { most, of, SEARCHED } from "./peers-select.ts";

const STATES: Words = {
  connected: ["connected", "green"],
  handshaking: ["handshaking", "blue"],
  dialing: ["dialing", "orange"],
  disconnected: ["disconnected", "red"],
};

const SYNCS: Words = { 0: ["", "text"], 1: ["yes", "blue"] };

const received = once(increase(of("p2p_connection_receive_bytes_total")));
const sent = once(increase(of("p2p_connection_transmit_bytes_total")));

export const connections: PanelSpec = {
  kind: "table",
  title: "Connections",
  description:
    "Connections that share a name, as inbound ones from one host do by default, have one row: bytes added up, the highest head, the oldest start, and connected if one of them is. Bytes are for the time range of the dashboard. Chainweb lists no connections.",
  unit: "none",
  height: 16,
  queries: [
    { expr: oneText(CONNECTION_INFO, of("p2p_connection_info")) },
    { expr: ageOf(once(of("p2p_connection_start_timestamp_seconds"))) },
    { expr: once(of("p2p_connection_head_height")) },
    { expr: stillOpen(once(rate(of("p2p_connection_receive_bytes_total")))) },
    { expr: stillOpen(once(rate(of("p2p_connection_transmit_bytes_total")))) },
    { expr: stillOpen(received) },
    { expr: stillOpen(sent) },
    { expr: once(of("p2p_connection_latency_seconds")) },
    { expr: once(of("p2p_connection_syncing", 'flow="download"'), "flow") },
    { expr: once(of("p2p_connection_syncing", 'flow="upload"'), "flow") },
    { expr: connectionState(SEARCHED) },
  ],
  columns: [
    { from: "peer", title: "Peer", width: 230 },
    { from: "direction", title: "Direction", width: 95 },
    ...NODE_COLUMNS,
    { from: "state", title: "State", width: 110, words: STATES },
    { from: "agent", title: "Software", width: 150 },
    { from: "address_type", title: "Address", width: 90 },
    { from: "#B", title: "Open for", unit: "s", decimals: 0, width: 95 },
    { from: "#C", title: "Head", unit: "locale", decimals: 0, width: 120 },
    { from: "#D", title: "Receiving", unit: "Bps", width: 105, sum: true },
    { from: "#E", title: "Sending", unit: "Bps", width: 105, sum: true },
    { from: "#F", title: "Received", unit: "bytes", width: 105, sum: true },
    { from: "#G", title: "Sent", unit: "bytes", width: 105, sum: true },
    { from: "#H", title: "Round trip", unit: "s", width: 100 },
    { from: "#I", title: "We sync from it", words: SYNCS, width: 130 },
    { from: "#J", title: "It syncs from us", words: SYNCS, width: 130 },
  ],
  sortBy: "Received",
};

const [together, mostReceived, mostSent] = most(20, received, sent);

export const topPeers: PanelSpec = {
  kind: "table",
  title: "Connections with most traffic",
  description:
    "The 20 connections that moved most bytes in the time range of the dashboard, also those that have closed since. A connection between two of your nodes has a row for each.",
  unit: "none",
  height: 13,
  queries: [{ expr: together }, { expr: mostReceived }, { expr: mostSent }],
  columns: [
    { from: "peer", title: "Peer", width: 260 },
    { from: "direction", title: "Direction", width: 95 },
    ...NODE_COLUMNS,
    { from: "#A", title: "Together", unit: "bytes", bar: true },
    { from: "#B", title: "Received", unit: "bytes", bar: true },
    { from: "#C", title: "Sent", unit: "bytes", bar: true },
  ],
  sortBy: "Together",
};
