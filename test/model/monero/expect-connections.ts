import { between, type Expectations, type Labels } from "../expectations.ts";
import { highest } from "../lag.ts";
import { type Address, byName, bytesOf, countNames, labelsOf } from "../names.ts";
import type { MoneroMemory, MoneroPoll } from "./expect.ts";
import type { MoneroPeer } from "./node.ts";

/** What the page should say of the connections of a monerod. */

export const TYPES = { 1: "ipv4", 2: "ipv6", 3: "i2p", 4: "tor" } as const;

/** Rows with the same labels share a series. */
export function expectConnections(expectations: Expectations, { life, memory, mode, endedMs }: MoneroPoll): void {
  const { peers } = life.node;
  const labels = (peer: MoneroPeer) => labelsOf(mode, addressOf(peer));
  const groups = byName(peers, labels);
  memory.names = countNames(memory.names, groups, mode);
  memory.starts = new Map(
    peers.map(({ id, openedMs }) => [id, memory.starts.get(id) ?? Math.floor(openedMs / 1000)] as const),
  );
  for (const [name, rows] of groups) {
    const [first] = rows;
    if (first !== undefined) expectName(expectations, rows, { labels: labels(first), name, memory, endedMs });
  }
  expectations.expect("p2p_node_connections_merged", peers.length - groups.size);
}

function addressOf({ side, host, port, type }: MoneroPeer): Address {
  const whole = type === 2 ? `[${host}]:${port}` : `${host}:${port}`;
  return { side, whole, host, numeric: type <= 2 ? host : undefined, type: TYPES[type] };
}

type Name = {
  readonly labels: Labels;
  readonly name: string;
  readonly memory: MoneroMemory;
  readonly endedMs: number;
};

function expectName(
  { expect }: Expectations,
  rows: readonly MoneroPeer[],
  { labels, name, memory, endedMs }: Name,
): void {
  const connected = rows.filter(({ state }) => state !== "before_handshake");
  // Its texts are of the first one in the best state.
  const [best] = [...connected, ...rows];
  if (best !== undefined) expect("p2p_connection_info", 1, { ...labels, address_type: TYPES[best.type] });
  if (connected.length > 0) expect("p2p_connection_state", 1, { ...labels, state: "connected" });
  if (connected.length < rows.length) expect("p2p_connection_state", 1, { ...labels, state: "handshaking" });
  const { received, sent } = bytesOf(memory.names, name);
  expect("p2p_connection_receive_bytes_total", received, labels);
  expect("p2p_connection_transmit_bytes_total", sent, labels);
  expect("p2p_connection_head_height", highest(rows.map(({ height }) => height).filter(Boolean)), labels);
  const isDownload = rows.some(({ state }) => state === "synchronizing" || state === "standby");
  const syncing = isDownload ? 1 : 0;
  expect("p2p_connection_syncing", connected.length > 0 ? syncing : undefined, { ...labels, flow: "download" });
  expect(
    "p2p_connection_start_timestamp_seconds",
    Math.min(...rows.map(({ id }) => memory.starts.get(id) ?? 0)),
    labels,
  );
  // The idle times are whole seconds, and the list may have come before calls that hung.
  const near = (ms: number) => between(Math.floor(ms / 1000) - 1, Math.min(endedMs, ms + 1000) / 1000);
  const last = (of: (peer: MoneroPeer) => number) => near(Math.max(...rows.map(of)));
  expect(
    "p2p_monero_connection_last_receive_timestamp_seconds",
    last(({ lastReceivedMs }) => lastReceivedMs),
    labels,
  );
  expect(
    "p2p_monero_connection_last_transmit_timestamp_seconds",
    last(({ lastSentMs }) => lastSentMs),
    labels,
  );
}
