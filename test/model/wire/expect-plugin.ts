import { between, type Expectations, type Expected, type Labels, oneOf, type Rule } from "../expectations.ts";
import { byName, bytesOf, countNames, type NameCounts } from "../names.ts";
import type { WirePoll } from "./expect.ts";
import { rowLabels } from "./expect-rows.ts";
import { EARLIEST, type WireNode, type WireRow } from "./node.ts";

/** What the page of prometheus_plugin adds: bytes, latency and start of each connection, and sums over them. */

/** The page that the node gave last. */
type ServedPage = {
  readonly isOk: boolean;
  readonly copied: WireNode["copied"];
  readonly process: number;
  readonly atMs: number;
};

export type PluginMemory = {
  served: ServedPage | undefined;
  /** The first connection of each row of this process that polls have seen. */
  readonly firstSeen: Map<string, number>;
  /** Rows of this process that a list has shown closed after they had been open. */
  readonly closed: Set<string>;
  process: number;
  /** Rows of earlier processes: it may not be clear that a row of the same name is another one. */
  readonly namesakes: Set<string>;
  /** The bytes of the names of connections, as the node counts them. */
  names: NameCounts;
  /** Those that were shown last of the names that connections share. */
  shown: ReadonlyMap<string, { received: number; sent: number }>;
};

export function createPluginMemory(): PluginMemory {
  return {
    served: undefined,
    firstSeen: new Map(),
    closed: new Set(),
    process: 1,
    namesakes: new Set(),
    names: new Map(),
    shown: new Map(),
  };
}

export function expectPlugin(
  expectations: Expectations,
  { life, memory: { plugin: memory }, mode }: WirePoll,
  arePeersKnown: boolean,
): void {
  const { node } = life;
  const { expect, ignore } = expectations;
  const { served } = memory;
  const connected = node.rows.filter(({ state }) => state === "connected");
  if (memory.process !== life.process) {
    for (const name of memory.firstSeen.keys()) memory.namesakes.add(name);
    memory.firstSeen.clear();
    memory.closed.clear();
    memory.process = life.process;
  }
  if (arePeersKnown) {
    for (const row of node.rows) {
      const name = nameOf(row, node);
      if (row.state !== "connected") {
        if (row.everOpened) memory.closed.add(name);
      } else if (!memory.firstSeen.has(name)) memory.firstSeen.set(name, row.connection);
    }
    const counted = node.rows.map((row) => ({ ...row, id: String(row.connection) }));
    memory.names = countNames(
      memory.names,
      byName(counted, (row) => rowLabels(mode, row, node)),
      mode,
    );
    const shared = [...memory.names].filter(([, { isShared }]) => isShared);
    memory.shown = new Map(shared.map(([name]) => [name, memory.shown.get(name) ?? { received: 0, sent: 0 }] as const));
  }
  if (!node.hasPlugin || served === undefined) return;
  // A page that another process gave is not shown once that is known.
  const isOld = served.process !== life.process;
  const orAbsent = (value: number) => (isOld ? oneOf(value, undefined) : value);
  expect("p2p_node_api_up", isOld ? oneOf(0, 1, undefined) : served.isOk ? 1 : 0, { api: "prometheus" });
  expect("p2p_wire_failed_connections_total", served.isOk ? orAbsent(served.copied.failed) : undefined);
  expect("p2p_wire_dropped_transactions_total", served.isOk ? orAbsent(served.copied.dropped) : undefined);
  expect("p2p_wire_plugin_page_timestamp_seconds", served.isOk ? orAbsent(Math.floor(served.atMs / 1000)) : undefined);
  ignore("p2p_node_receive_bytes_total");
  ignore("p2p_node_transmit_bytes_total");
  if (!arePeersKnown || !served.isOk) return;
  const joined = { node, connected, served, isOld, memory };
  for (const [name, rows] of byName(node.rows, (row) => rowLabels(mode, row, node))) {
    const [row] = rows;
    if (row === undefined) continue;
    const labels = rowLabels(mode, row, node);
    if (rows.length > 1) expectMerged(expectations, rows, labels, joined);
    else if (row.state === "connected") expectConnection(expectations, row, labels, joined);
    if (rows.length > 1 || mode === "subnet" || mode === "none") {
      // These belong to one connection alone.
      expect("p2p_wire_connection_unique_first_blocks_total", undefined, labels);
      expect("p2p_wire_connection_counters_start_timestamp_seconds", undefined, labels);
    }
    expectNameBytes(expectations, name, labels, memory);
  }
}

type Joined = {
  readonly node: WireNode;
  readonly connected: readonly WireRow[];
  readonly served: ServedPage;
  readonly isOld: boolean;
  readonly memory: PluginMemory;
};

function expectConnection(expectations: Expectations, row: WireRow, labels: Labels, joined: Joined): void {
  const { node, connected, isOld } = joined;
  const match = matchOf(row, joined);
  const isAmbiguous = connected.some((other) => other !== row && keyOf(other, node) === keyOf(row, node));
  if (match !== undefined && match.connection === row.connection && !isAmbiguous && !isOld) {
    expectJoined(expectations, row, match, labels, joined);
  } else if (match !== undefined && (isOld || !node.dialect.wholeHandshake) && !isAmbiguous) {
    expectHidden(expectations, match, labels);
  }
}

/** The row of the page with the key of this one. */
function matchOf(row: WireRow, { node, served }: Joined): WireRow | undefined {
  const ownKey = keyOf(row, node);
  return served.copied.rows.find((each) => each.state === "connected" && keyOf(each, node) === ownKey);
}

/** Of several connections: the values of one of them, each the best. */
function expectMerged({ expect }: Expectations, rows: readonly WireRow[], labels: Labels, joined: Joined): void {
  const matches = rows.flatMap((row) => matchOf(row, joined) ?? []);
  const anyOf = (of: (match: WireRow) => number | undefined) => oneOf(undefined, ...matches.map(of));
  expect("p2p_connection_start_timestamp_seconds", anyOf(openedSeconds), labels);
  expect("p2p_connection_latency_seconds", anyOf(latencyOf), labels);
  expect("p2p_wire_connection_first_available_block", oneOf(EARLIEST, undefined), labels);
  expect(
    "p2p_wire_connection_last_available_block",
    anyOf(({ peerHead }) => peerHead),
    labels,
  );
  expect("p2p_wire_connection_block_sync_throttling", oneOf(0, undefined), labels);
}

function openedSeconds({ openedMs }: WireRow): number {
  return Math.floor(openedMs / 1000);
}

/** What several connections share never falls, and is no more than what they had together. */
function expectNameBytes({ expect }: Expectations, name: string, labels: Labels, memory: PluginMemory): void {
  const shown = memory.shown.get(name);
  if (shown === undefined) return;
  const most = bytesOf(memory.names, name);
  for (const side of ["received", "sent"] as const) {
    const least = shown[side];
    const limit = most[side];
    expect(
      `p2p_connection_${side === "received" ? "receive" : "transmit"}_bytes_total`,
      {
        text: `${least} to ${limit}, or absent`,
        accepts(found) {
          if (found === undefined) return true;
          shown[side] = found;
          return found >= least && found <= limit;
        },
      },
      labels,
    );
  }
}

function expectJoined(
  { expect }: Expectations,
  row: WireRow,
  match: WireRow,
  labels: Labels,
  { node, served, memory }: Joined,
): void {
  const opened = Math.floor(match.openedMs / 1000);
  // It is known to have had other connections: theirs are taken off.
  const name = nameOf(row, node);
  const hasOthers = memory.firstSeen.get(name) !== row.connection;
  const isLater = row.side === "outbound" && (hasOthers || memory.closed.has(name) || memory.namesakes.has(name));
  const counted = (whole: number, before: number): Expected => {
    if (!isLater) return whole;
    const own = hasOthers ? whole - before : whole;
    return {
      text: `at most ${own}, or absent before a page has the connection`,
      accepts: (found) => found === undefined || (found >= 0 && found <= own),
    } satisfies Rule;
  };
  const known = (value: number | undefined) => (isLater ? oneOf(value, undefined) : value);
  expect("p2p_connection_receive_bytes_total", counted(match.received, match.receivedBefore), labels);
  expect("p2p_connection_transmit_bytes_total", counted(match.sent, match.sentBefore), labels);
  expect("p2p_wire_connection_unique_first_blocks_total", counted(match.uniqueFirst, match.uniqueFirstBefore), labels);
  const shownAt = Math.floor(served.atMs / 1000);
  const since = isLater ? orAbsent(between(opened, shownAt)) : undefined;
  expect("p2p_wire_connection_counters_start_timestamp_seconds", row.side === "inbound" ? opened : since, labels);
  expect("p2p_connection_start_timestamp_seconds", known(opened), labels);
  expect("p2p_connection_latency_seconds", known(latencyOf(match)), labels);
  expect("p2p_wire_connection_first_available_block", known(EARLIEST), labels);
  expect("p2p_wire_connection_last_available_block", known(match.peerHead), labels);
  expect("p2p_wire_connection_block_sync_throttling", known(0), labels);
}

function orAbsent({ text, accepts }: Rule): Rule {
  return { text: `${text}, or absent`, accepts: (found) => found === undefined || accepts(found) };
}

/** Nothing shows that the page has an earlier connection of the peer. */
function expectHidden({ expect }: Expectations, match: WireRow, labels: Labels): void {
  const maybe = (value: number | undefined) => oneOf(value, undefined);
  const upTo = (most: number) => orAbsent(between(0, most));
  const opened = Math.floor(match.openedMs / 1000);
  expect("p2p_connection_receive_bytes_total", upTo(match.received), labels);
  expect("p2p_connection_transmit_bytes_total", upTo(match.sent), labels);
  expect("p2p_wire_connection_unique_first_blocks_total", upTo(match.uniqueFirst), labels);
  expect("p2p_wire_connection_counters_start_timestamp_seconds", orAbsent(between(0, Number.MAX_VALUE)), labels);
  expect("p2p_connection_start_timestamp_seconds", maybe(opened), labels);
  expect("p2p_connection_latency_seconds", maybe(latencyOf(match)), labels);
  expect("p2p_wire_connection_first_available_block", maybe(EARLIEST), labels);
  expect("p2p_wire_connection_last_available_block", maybe(match.peerHead), labels);
  expect("p2p_wire_connection_block_sync_throttling", maybe(0), labels);
}

function latencyOf({ latencyNs }: WireRow): number | undefined {
  return latencyNs === 0 ? undefined : latencyNs / 1e9;
}

/** What a list has to tell rows apart. */
function nameOf({ side, peer, connectionId, remoteIp, remotePort }: WireRow, { dialect }: WireNode): string {
  if (dialect.connectionId) return String(connectionId);
  return side === "outbound" ? peer : `${remoteIp} ${remotePort}`;
}

function keyOf({ process, connectionId }: WireRow, { dialect }: WireNode): string {
  return dialect.plugin === "connid" ? process.nodeId.slice(0, 7) : String(connectionId);
}
