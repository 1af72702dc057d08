import type { AddressType } from "../addresses.ts";
import type { Expectations, Labels } from "../expectations.ts";
import { highest } from "../lag.ts";
import { type AddressMode, byName, labelsOf } from "../names.ts";
import type { WirePoll } from "./expect.ts";
import type { WireNode, WireRow } from "./node.ts";

/** What the page should say of the connections of a nodeos or nodeop, without what its prometheus_plugin adds. */

/** The best one first: it speaks for those that share its series. */
export const STATES = ["connected", "handshaking", "dialing", "disconnected"] as const;

/** Before Leap 5 dialling and shaking hands look alike; but a node never dials an inbound connection. */
export function shownState({ side, state }: WireRow, { dialect }: WireNode): WireRow["state"] {
  if (dialect.socket || (state !== "handshaking" && state !== "dialing")) return state;
  return side === "inbound" ? "handshaking" : "dialing";
}

/** The socket's address where the dialect has one, else a numeric address in the configuration or in the peer's claim. */
export function numericAddress(
  { side, listens, remoteIp, everOpened }: WireRow,
  { dialect }: WireNode,
): string | undefined {
  if (dialect.socket && (side === "inbound" || everOpened)) return remoteIp;
  const [host = ""] = listens.split(":");
  return /^[\d.]+$/.test(host) ? host : undefined;
}

export function addressType(row: WireRow, node: WireNode): AddressType {
  const isUnknown = !node.dialect.socket && row.side === "inbound" && row.state !== "connected";
  return isUnknown || numericAddress(row, node) === undefined ? "unknown" : "ipv4";
}

/** The `direction` and `peer` labels. */
export function rowLabels(mode: AddressMode | undefined, row: WireRow, node: WireNode): Labels {
  const { side, peer, listens, remoteIp, remotePort, state } = row;
  const numeric = numericAddress(row, node);
  const claimed = state === "connected" ? listens : "unknown";
  const whole = side === "outbound" ? peer : node.dialect.socket ? `${remoteIp}:${remotePort}` : claimed;
  const [host = ""] = whole.split(":");
  return labelsOf(mode, { side, whole, host, numeric, type: addressType(row, node) });
}

/** Rows with the same labels share a series. */
export function expectRows(expectations: Expectations, { life: { node }, mode }: WirePoll): void {
  const groups = byName(node.rows, (row) => rowLabels(mode, row, node));
  for (const rows of groups.values()) expectName(expectations, rows, node, mode);
  expectations.expect("p2p_node_connections_merged", node.rows.length - groups.size);
}

function expectName(
  expectations: Expectations,
  rows: readonly WireRow[],
  node: WireNode,
  mode: AddressMode | undefined,
): void {
  const { expect } = expectations;
  const { dialect } = node;
  const best = STATES.map((state) => rows.find((row) => shownState(row, node) === state)).find(Boolean);
  if (best === undefined) return;
  const labels = rowLabels(mode, best, node);
  const connected = rows.filter(({ state }) => state === "connected");
  const isConnected = best.state === "connected";
  // Before the handshake, the software is not known yet.
  expect("p2p_connection_info", isConnected ? 1 : undefined, {
    ...labels,
    agent: best.agent,
    address_type: addressType(best, node),
  });
  for (const row of rows) expect("p2p_connection_state", 1, { ...labels, state: shownState(row, node) });
  expect("p2p_connection_head_height", highest(connected.map(({ peerHead }) => peerHead)), labels);
  const syncing = rows.some((row) => row.syncing) ? 1 : 0;
  expect("p2p_connection_syncing", isConnected ? syncing : undefined, { ...labels, flow: "upload" });
  if (dialect.score) expect("p2p_wire_connection_peer_score", Math.min(...rows.map(({ score }) => score)), labels);
  const isBlockProducer = isConnected && best.isBlockProducer;
  const info = {
    ...(dialect.bp ? { bp_peer: String(isBlockProducer) } : {}),
    ...(dialect.gossip ? { bp_gossip_peer: String(isBlockProducer) } : {}),
    ...(dialect.kinds === "assigned"
      ? {
          blocks_only: String(best.peer.endsWith(":blk")),
          transactions_only: String(best.peer.endsWith(":trx")),
        }
      : {}),
  };
  // Without a handshake the node knows nothing of the peer.
  if (isConnected && Object.keys(info).length > 0) expect("p2p_wire_connection_info", 1, { ...labels, ...info });
  if (!isConnected) return;
  const newest = (of: (row: WireRow) => number) => Math.max(...connected.map(of)) / 1000;
  if (dialect.wholeHandshake)
    expect(
      "p2p_wire_connection_handshake_timestamp_seconds",
      newest(({ handshakeMs }) => handshakeMs),
      labels,
    );
  // It belongs to one connection alone.
  const isAlone = rows.length === 1 && mode !== "subnet" && mode !== "none";
  expect("p2p_wire_connection_handshake_generation", isAlone ? best.generation : undefined, labels);
  const lastVote = newest(({ lastVoteMs }) => lastVoteMs);
  if (dialect.votes && lastVote > 0) expect("p2p_wire_connection_last_vote_timestamp_seconds", lastVote, labels);
}
