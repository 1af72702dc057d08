import { PageExcessError, readSamples, type TextSample } from "../../lib/prometheus-text.ts";
import { numericAddress } from "../../model/address.ts";
import { nodeError } from "../../model/failure.ts";
import { describeExcess, type ResponseBudget } from "../../rpc/budget.ts";

/**
 * What prometheus_plugin reports about each connection in addition to /v1/net/connections: bytes, latency, times, block ranges.
 * Families are named `nodeos_p2p_…` (Leap 5, Spring) or `nodeop_p2p_…` (Wire). Source: spring v1.2.2
 * plugins/prometheus_plugin/metrics.hpp and net_plugin.cpp; wire-sysio metrics.hpp f0b76aaa.
 */

/** One connection on the plugin's page. */
export type PluginConnection = {
  readonly receivedBytes?: number | undefined;
  readonly sentBytes?: number | undefined;
  readonly latencySeconds?: number | undefined;
  readonly startSeconds?: number | undefined;
  /** Differs between two connections of one row: the start as precisely as the node sends it. */
  readonly startMark?: number | undefined;
  readonly firstAvailableBlock?: number | undefined;
  readonly lastAvailableBlock?: number | undefined;
  readonly uniqueFirstBlocks?: number | undefined;
  readonly isThrottled?: boolean | undefined;
  /** Identify the connection: the peer's end of the socket and the number of the connection. */
  readonly remoteIp?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly connectionId?: number | undefined;
};

/** A whole page of the plugin. */
export type PluginPage = {
  /** By `connectionKey` or `nodeKey`. */
  readonly connections: ReadonlyMap<string, PluginConnection>;
  readonly failedConnections: number | undefined;
  readonly droppedTransactions: number | undefined;
  /** HTTP requests that the process has answered, the one for this page included. */
  readonly requests: number | undefined;
};

/** The families with a series for each connection, without their prefix. */
const CONNECTION_FAMILIES = [
  "bytes_received",
  "bytes_sent",
  "latency",
  "connection_start_time",
  "first_available_block",
  "last_available_block",
  "unique_first_block_count",
  "block_sync_throttling",
  "port",
  "connection_number",
] as const;

type Values = Partial<Record<(typeof CONNECTION_FAMILIES)[number], number>> & { readonly ip: string | undefined };

const PREFIXES = ["nodeos_p2p_", "nodeop_p2p_"] as const;

function named<Family extends string>(families: readonly Family[]): ReadonlyMap<string, Family> {
  return new Map(families.flatMap((family) => PREFIXES.map((prefix) => [prefix + family, family] as const)));
}

const OF_CONNECTION = named(CONNECTION_FAMILIES);
const OF_NODE = named(["failed_connections", "dropped_trxs_total"]);

/** A series for each path of the API. */
const REQUESTS: ReadonlySet<string> = new Set(["nodeos_http_requests_total", "nodeop_http_requests_total"]);

const LABELS: ReadonlySet<string> = new Set(["connection_id", "connid", "remote_ip"]);

/**
 * Series of peers that left stay on the page until the node restarts (leap issue 1687). Four times as many connections as
 * fit into a page of the default limits with all their families; a page with more is not from the plugin.
 */
const MAX_CONNECTIONS = 5000;

/** Which limit of a node bounds what of a page. */
const LIMIT_KEYS = { lines: "containers", labels: "keys", samples: "numbers" } as const;

/**
 * @param text the page; names, numbers and addresses in it are ASCII
 * @param limits of the page
 * @throws NodeError bad_shape when the text has no family of the plugin, too_large
 */
export function decodePluginPage(text: string, call: string, limits?: ResponseBudget): PluginPage {
  try {
    return readPage(text, call, limits);
  } catch (error) {
    if (!(error instanceof PageExcessError)) throw error;
    const limit = LIMIT_KEYS[error.limit];
    throw nodeError(
      "too_large",
      `${call}: ${describeExcess({ limit, max: limits?.[limit] ?? 0 }, "metrics")}`,
      `raise limits.${limit} of this node`,
    );
  }
}

function readPage(text: string, call: string, limits: ResponseBudget | undefined): PluginPage {
  const rows = new Map<string, Values>();
  const totals = new Map<string, number>();
  let requests: number | undefined;
  const isWanted = (name: string) => OF_CONNECTION.has(name) || OF_NODE.has(name) || REQUESTS.has(name);
  const options = {
    isWantedLabel: (name: string) => LABELS.has(name),
    limits: limits && { lines: limits.containers, labels: limits.keys, samples: limits.numbers },
  };
  for (const sample of readSamples(text, isWanted, options)) {
    if (REQUESTS.has(sample.name)) requests = (requests ?? 0) + sample.value;
    const total = OF_NODE.get(sample.name);
    if (total !== undefined) totals.set(total, sample.value);
    const family = OF_CONNECTION.get(sample.name);
    const row = family === undefined ? undefined : rowFor(rows, sample);
    if (family !== undefined && row !== undefined) row[family] = sample.value;
  }
  if (rows.size === 0 && totals.size === 0) {
    throw nodeError(
      "bad_shape",
      `${call}: expected metrics named nodeos_p2p_… or nodeop_p2p_…`,
      "check that wire.prometheus_url is the listener of prometheus_plugin, of Leap 5 or later",
    );
  }
  return {
    connections: new Map([...rows].map(([key, values]) => [key, decodeRow(values)])),
    failedConnections: countOf(totals.get("failed_connections")),
    droppedTransactions: countOf(totals.get("dropped_trxs_total")),
    requests: countOf(requests),
  };
}

function rowFor(rows: Map<string, Values>, sample: TextSample): Values | undefined {
  const key = keyOf(sample);
  if (key === undefined) return undefined;
  const known = rows.get(key);
  if (known !== undefined || rows.size >= MAX_CONNECTIONS) return known;
  const row: Values = { ip: remoteIpOf(sample) };
  rows.set(key, row);
  return row;
}

/** The key of a connection by the node's own count. */
export function connectionKey(connectionId: number): string {
  return `id ${connectionId}`;
}

export function isConnectionKey(key: string): boolean {
  return key.startsWith("id ");
}

/** The key of a connection by its peer. */
export function nodeKey(nodeId: string): string {
  return `node ${nodeId.slice(0, 7)}`;
}

/**
 * Leap 5 to Wire W3 label with `connid`, the first 7 hex digits of the peer's node_id; the newest Wire with
 * `connection_id` and `remote_ip`. An empty label (leap issue 1871) identifies no peer.
 */
function keyOf({ labels }: TextSample): string | undefined {
  const id = labels.get("connection_id");
  if (id !== undefined) return /^\d{1,15}$/.test(id) ? connectionKey(Number(id)) : undefined;
  const node = labels.get("connid");
  return node !== undefined && /^[0-9a-f]{7}$/.test(node) ? nodeKey(node) : undefined;
}

/** Only the newest Wire sends it, as IPv6 text; "::" before the first connection. */
function remoteIpOf({ labels }: TextSample): string | undefined {
  const ip = numericAddress(labels.get("remote_ip") ?? "");
  return ip === "::" ? undefined : ip;
}

function decodeRow(values: Values): PluginConnection {
  const { block_sync_throttling: throttling } = values;
  return {
    receivedBytes: countOf(values.bytes_received),
    sentBytes: countOf(values.bytes_sent),
    latencySeconds: latencyOf(values.latency),
    startSeconds: startOf(values.connection_start_time),
    startMark: markOf(values.connection_start_time),
    firstAvailableBlock: knownOf(values.first_available_block),
    lastAvailableBlock: knownOf(values.last_available_block),
    uniqueFirstBlocks: countOf(values.unique_first_block_count),
    isThrottled: throttling === undefined ? undefined : throttling > 0,
    remoteIp: values.ip,
    remotePort: knownOf(values.port),
    connectionId: countOf(values.connection_number),
  };
}

function countOf(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** For a number that is 0 while it is not known. */
function knownOf(value: number | undefined): number | undefined {
  return value === 0 ? undefined : countOf(value);
}

/** 2^64 - 1 as a double: the value of a latency that was not measured. */
const NOT_MEASURED = 2 ** 64;

function latencyOf(nanoseconds: number | undefined): number | undefined {
  const isMeasured = nanoseconds !== undefined && nanoseconds > 0 && nanoseconds < NOT_MEASURED;
  return isMeasured ? nanoseconds / 1e9 : undefined;
}

function markOf(nanoseconds: number | undefined): number | undefined {
  return startOf(nanoseconds) === undefined ? undefined : nanoseconds;
}

/** Unix seconds; 0 for a connection that never opened. */
function startOf(nanoseconds: number | undefined): number | undefined {
  const seconds = Math.floor((nanoseconds ?? 0) / 1e9);
  return seconds > 0 ? seconds : undefined;
}
