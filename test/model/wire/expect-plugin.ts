import { type Expectations, type Expected, oneOf, type Rule } from "../expectations.ts";
import { peerLabel } from "./expect.ts";
import { EARLIEST, type WireNode, type WireRow } from "./node.ts";
import type { WireLife } from "./world.ts";

/** What the page of prometheus_plugin adds: bytes, latency and start of each connection, and sums over them. */

/** The page that the node gave last. */
export type ServedPage = { readonly isOk: boolean; readonly copied: WireNode["copied"]; readonly process: number };

export type PluginMemory = {
  served: ServedPage | undefined;
  /** Bytes of all connections that a poll has certainly seen, and what the counters showed last. */
  readonly certain: { received: number; sent: number };
  readonly shown: { received: number; sent: number };
  readonly last: Map<number, { readonly received: number; readonly sent: number }>;
  /** What all connections had received and sent when the exporter began. */
  readonly first: Map<WireRow | number, { readonly received: number; readonly sent: number }>;
};

export function createPluginMemory(): PluginMemory {
  return {
    served: undefined,
    certain: { received: 0, sent: 0 },
    shown: { received: 0, sent: 0 },
    last: new Map(),
    first: new Map(),
  };
}

export function expectPluginConnections(
  { expect, ignore }: Expectations,
  life: WireLife,
  memory: PluginMemory,
  arePeersKnown: boolean,
): void {
  const { node } = life;
  const { served } = memory;
  if (!node.hasPlugin || served === undefined) return;
  // A page that another process gave is not shown any more.
  const isOld = served.process !== life.process;
  const orAbsent = (value: Expected | undefined): Expected | undefined =>
    isOld && typeof value === "number" ? oneOf(value, undefined) : value;
  expect("p2p_node_api_up", isOld ? oneOf(0, 1, undefined) : served.isOk ? 1 : 0, { api: "prometheus" });
  expect("p2p_wire_failed_connections_total", served.isOk ? orAbsent(served.copied.failed) : undefined);
  expect("p2p_wire_dropped_transactions_total", served.isOk ? orAbsent(served.copied.dropped) : undefined);
  ignore("p2p_node_receive_bytes_total");
  ignore("p2p_node_transmit_bytes_total");
  if (!arePeersKnown || !served.isOk) return;
  const connected = node.rows.filter(({ state }) => state === "connected");
  for (const row of connected) {
    const label = peerLabel(row, node);
    const isShared = node.rows.some(
      (other) => other !== row && other.side === row.side && peerLabel(other, node) === label,
    );
    if (!isShared) expectConnection({ expect }, row, { node, connected, served, isOld });
  }
}

type Joined = {
  readonly node: WireNode;
  readonly connected: readonly WireRow[];
  readonly served: ServedPage;
  readonly isOld: boolean;
};

function expectConnection({ expect }: Pick<Expectations, "expect">, row: WireRow, joined: Joined): void {
  const { node, connected, served, isOld } = joined;
  const labels = { direction: row.side, peer: peerLabel(row, node) };
  const ownKey = keyOf(row, node);
  const match = served.copied.rows.find((each) => each.state === "connected" && keyOf(each, node) === ownKey);
  const isAmbiguous = connected.some((other) => other !== row && keyOf(other, node) === ownKey);
  const isSame = match !== undefined && match.connection === row.connection && !isAmbiguous && !isOld;
  const put = (name: string, value: number | undefined, before: number | undefined) => {
    expect(name, isSame ? value : before === undefined ? undefined : oneOf(before, undefined), labels);
  };
  // What an earlier connection of the peer had, where nothing shows that it is another one.
  const hidden = match !== undefined && !node.dialect.wholeHandshake && !isAmbiguous ? match : undefined;
  const before = row.receivedBefore;
  expect("p2p_connection_receive_bytes_total", bytes(isSame ? match : undefined, hidden, "received", before), labels);
  expect(
    "p2p_connection_transmit_bytes_total",
    bytes(isSame ? match : undefined, hidden, "sent", row.sentBefore),
    labels,
  );
  const startOf = (each: WireRow) => Math.floor(each.openedMs / 1000);
  const latencyOf = ({ latencyNs }: WireRow) => (latencyNs === 0 ? undefined : latencyNs / 1e9);
  put("p2p_connection_start_timestamp_seconds", match && startOf(match), hidden && startOf(hidden));
  put("p2p_connection_latency_seconds", match && latencyOf(match), hidden && latencyOf(hidden));
  put("p2p_wire_first_available_block", match && EARLIEST, hidden && EARLIEST);
  put("p2p_wire_last_available_block", match?.peerHead, hidden?.peerHead);
  put("p2p_wire_unique_first_blocks_total", match?.uniqueFirst, hidden?.uniqueFirst);
  put("p2p_wire_block_sync_throttling", match && 0, hidden && 0);
}

function bytes(
  same: WireRow | undefined,
  hidden: WireRow | undefined,
  which: "received" | "sent",
  before: number,
): Expected | undefined {
  if (same !== undefined) {
    if (before === 0) return same[which];
    const most = same[which];
    const rule: Rule = {
      text: `at most ${most}, of which ${before} are of earlier connections`,
      accepts: (found) => found === undefined || (found >= 0 && found <= most),
    };
    return rule;
  }
  return hidden === undefined ? undefined : oneOf(hidden[which], undefined);
}

function keyOf({ process, connectionId }: WireRow, { dialect }: WireNode): string {
  return dialect.plugin === "connid" ? process.nodeId.slice(0, 7) : String(connectionId);
}
