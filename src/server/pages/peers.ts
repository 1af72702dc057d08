import type { TextSample } from "../../lib/prometheus-text.ts";
import { bytes, count, duration, isoTime } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import type { PageQuery } from "./query.ts";
import { type Column, table } from "./table.ts";

/** One connection, or several that share their series, which it is read from, so that the page and the metrics agree. */
type PeerRow = {
  readonly peer: string;
  readonly direction: string;
  /** Several if connections in different states share their series. */
  readonly states: string;
  readonly agent: string;
  readonly addressType: string;
  /** The meaning of syncing on this chain: the node downloads from this peer, or uploads to it. */
  readonly flow: string;
  readonly values: ReadonlyMap<string, number>;
};

const INFO = "p2p_connection_info";
const STATE = "p2p_connection_state";
const RECEIVED = "p2p_connection_receive_bytes_total";
const SENT = "p2p_connection_transmit_bytes_total";
const HEIGHT = "p2p_connection_head_height";
const SYNCING = "p2p_connection_syncing";
const START = "p2p_connection_start_timestamp_seconds";
const LATENCY = "p2p_connection_latency_seconds";

/** The families that the table shows. */
export const PEER_FAMILIES: readonly string[] = [INFO, STATE, RECEIVED, SENT, HEIGHT, SYNCING, START, LATENCY];

type PeersOptions = {
  /** The samples of those families, of one node. */
  readonly samples: readonly TextSample[];
  /** Connections that share a row with others. */
  readonly merged: number;
  readonly path: string;
  readonly query: PageQuery;
  readonly nowMs: number;
};

/** @returns undefined when no connection has a series */
export function peersTable({ samples, merged, path, query, nowMs }: PeersOptions): Markup | undefined {
  const rows = rowsOf(samples);
  if (rows.length === 0) return undefined;
  const total = rows.length + merged;
  const shared = merged === 0 ? "" : "; some share a row (connections.address)";
  const columns = allColumns(nowMs).map((column) => withPlace(column, rows));
  return table({
    caption: `${count(total)} ${total === 1 ? "connection" : "connections"} at the last poll, as in the p2p_connection_* series${shared}.`,
    columns: columns.map((column) => ({ ...column, key: SHORT_KEYS[column.key] ?? column.key })),
    rows,
    sorting: { path, query, anchor: "peers" },
    titlesOf: "peers",
  });
}

/** A column without any value is not shown. */
export function withPlace<Row>(column: Column<Row>, rows: readonly Row[]): Column<Row> {
  const isEmpty = column.isRowHeader !== true && rows.every((row) => column.sortBy?.(row) === undefined);
  return { ...column, isEmpty };
}

function rowsOf(samples: readonly TextSample[]): readonly PeerRow[] {
  const values = new Map<string, Map<string, number>>();
  const states = new Map<string, string>();
  const infos = new Map<string, TextSample["labels"]>();
  const flow = samples.find(({ name }) => name === SYNCING)?.labels.get("flow") ?? "";
  for (const { name, labels, value } of samples) {
    const key = keyOf(labels);
    if (name === STATE) states.set(key, [states.get(key), labels.get("state")].filter(Boolean).join(", "));
    if (name === INFO) infos.set(key, labels);
    // Before its handshake, a connection has only a state.
    else if (name === STATE && !infos.has(key)) infos.set(key, labels);
    if (name === INFO || name === STATE) continue;
    const known = values.get(key) ?? new Map<string, number>();
    values.set(key, known.set(name, value));
  }
  return [...infos].map(([key, labels]) => ({
    peer: labels.get("peer") ?? "",
    direction: labels.get("direction") ?? "",
    states: states.get(key) ?? "",
    agent: labels.get("agent") ?? "",
    addressType: addressTypeName(labels.get("address_type") ?? ""),
    flow,
    values: values.get(key) ?? new Map(),
  }));
}

function keyOf(labels: ReadonlyMap<string, string>): string {
  return JSON.stringify([labels.get("direction"), labels.get("peer")]);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  ipv4: "IPv4",
  ipv6: "IPv6",
  tor: "Tor",
  i2p: "I2P",
  unknown: "",
};

/** "" for host names, whose type is not known. */
export function addressTypeName(label: string): string {
  return TYPE_NAMES[label] ?? label;
}

/** Short keys for the links. */
const SHORT_KEYS: Readonly<Record<string, string>> = {
  [RECEIVED]: "received",
  [SENT]: "sent",
  [HEIGHT]: "head",
  [SYNCING]: "syncing",
  [START]: "since",
  [LATENCY]: "latency",
};

/** The column with the name of the peer. */
export const PEER: Column<{ readonly peer: string }> = {
  key: "peer",
  title: "Peer",
  isRowHeader: true,
  isWide: true,
  sortBy: ({ peer }) => peer,
  cell: ({ peer }) => (peer === "" ? markup`<span class="quiet">address hidden</span>` : markup`${peer}`),
};

function allColumns(nowMs: number): readonly Column<PeerRow>[] {
  return [
    PEER,
    text("direction", "Direction", ({ direction }) => direction),
    text("state", "State", ({ states }) => states),
    text("agent", "Agent", ({ agent }) => agent),
    text("type", "Address", ({ addressType }) => addressType),
    number(RECEIVED, "Received", (value) => markup`${bytes(value, " ")}`),
    number(SENT, "Sent", (value) => markup`${bytes(value, " ")}`),
    // With spaces of one byte: cells of numbers do not break.
    number(HEIGHT, "Head", (value) => markup`${count(value).replaceAll("\u202f", " ")}`),
    number(SYNCING, "Syncing", (value, { flow }) => markup`${value > 0 ? flow : "no"}`),
    number(START, "Age", (value) => age(value * 1000, nowMs)),
    number(LATENCY, "Latency", (value) => markup`${count(Math.round(value * 10_000) / 10)} ms`),
  ];
}

/** A node may send numbers that are not valid times. */
function age(ms: number, nowMs: number): Markup {
  const isValid = !Number.isNaN(new Date(ms).getTime());
  return markup`${isValid ? duration(Math.max(0, (nowMs - ms) / 1000)) : isoTime(ms)}`;
}

/** In place of a value that is not known: without markup, as tables have hundreds of them. */
export const DASH = markup`${"\u2013"}`;

/** A column of texts; "" where one is not known. */
export function text<Row>(key: string, title: string, of: (row: Row) => string): Column<Row> {
  const known = (row: Row) => (of(row) === "" ? undefined : of(row));
  return {
    key,
    title,
    isWide: key === "agent",
    sortBy: known,
    cell: (row) => (known(row) === undefined ? DASH : markup`${of(row)}`),
  };
}

function number(family: string, title: string, show: (value: number, row: PeerRow) => Markup): Column<PeerRow> {
  return {
    key: family,
    title,
    isNumeric: true,
    first: "desc",
    sortBy: ({ values }) => values.get(family),
    cell: (row) => {
      const value = row.values.get(family);
      return value === undefined ? DASH : show(value, row);
    },
  };
}
