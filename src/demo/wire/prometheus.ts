import { createHash } from "node:crypto";
import { CHAIN_ID, type ChainView } from "./network.ts";
import type { WireSoftware } from "./node.ts";
import type { WireRow } from "./rows.ts";

/** The plugin copies its numbers every 30 s, so a page is up to that old (spring v1.2.2 net_plugin.cpp:4924-4928). */
const REFRESH_SECONDS = 30;

/** A latency that was not measured: the largest uint64, which the page shows as a double. */
const NOT_MEASURED = 2 ** 64;

type Labels = Readonly<Record<string, string>>;
type Family = {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  value(row: WireRow): number;
};

/** The families with one sample for each connection. The plugin declares all of them gauge, also those that only rise. */
const PER_CONNECTION: readonly Family[] = [
  family("p2p_port", "port", (row) => row.remote?.port ?? 0),
  family("p2p_connection_number", "monatomic increasing connection number", (row) => row.connectionId),
  family("p2p_accepting_blocks", "accepting blocks on connection", (row) => (row.kind === ":trx" ? 0 : 1)),
  family("p2p_last_received_block", "last received block on connection", (row) => row.counters.lastBlock),
  family("p2p_first_available_block", "first block available from connection", (row) => (row.handshake ? 1 : 0)),
  family("p2p_last_available_block", "last block available from connection", (row) => row.handshake?.head ?? 0),
  family(
    "p2p_unique_first_block_count",
    "number of blocks first received from any connection on this connection",
    (row) => row.counters.firstBlocks,
  ),
  family("p2p_latency", "last calculated latency with connection in nanoseconds", (row) =>
    row.counters.latencySeconds === undefined ? NOT_MEASURED : Math.round(row.counters.latencySeconds * 1e9),
  ),
  family("p2p_bytes_received", "total bytes received on connection", (row) => row.counters.received),
  family("p2p_last_bytes_received", "last time anything received from peer", (row) =>
    Math.round(row.counters.lastReceivedAt * 1e9),
  ),
  family("p2p_bytes_sent", "total bytes sent on connection", (row) => row.counters.sent),
  family("p2p_last_bytes_sent", "last time anything sent to peer", (row) =>
    Math.round(row.counters.lastReceivedAt * 1e9),
  ),
  family("p2p_block_sync_bytes_received", "total bytes of blocks received during syncing", () => 0),
  family("p2p_block_sync_bytes_sent", "total bytes of blocks sent during syncing", (row) => row.counters.syncSent),
  family("p2p_block_sync_throttling", "is block sync throttling currently enabled", () => 0),
  family("p2p_connection_start_time", "time of last connection to peer", (row) =>
    Math.round(row.counters.openedAt * 1e9),
  ),
];

type PrometheusPageOptions = {
  /** The prefix of all families: `nodeos`, or `nodeop` on Wire. */
  readonly prefix: string;
  /**
   * The labels of a connection. `connid` is the first 7 digits of the peer's node id; series of peers that left then
   * stay until the node restarts (leap issue 1687). `connection_id` is what the newest Wire has (metrics.hpp@f0b76aaa).
   */
  readonly labels: "connid" | "connection_id";
  readonly software: WireSoftware;
  readonly view: ChainView;
  /** When the node was started, in Unix seconds. */
  readonly startedAt: number;
  rows(now: number): WireRow[];
};

/** Creates the page of prometheus_plugin at `/v1/prometheus/metrics`. */
export function createPrometheusPage(options: PrometheusPageOptions): (now: number) => string {
  const seriesByLabels = new Map<string, { readonly labels: Labels; readonly row: WireRow }>();
  let page = "";
  let pageRefresh = Number.NaN;
  let requestCount = 0;

  function refresh(now: number): string {
    const rows = options.rows(now);
    if (options.labels === "connection_id") seriesByLabels.clear();
    for (const row of rows) {
      // The node removes closed inbound rows before it copies the numbers.
      if (row.configured === "" && row.handshake === undefined) continue;
      const labels = options.labels === "connid" ? connid(row) : connectionId(row);
      seriesByLabels.set(JSON.stringify(labels), { labels, row });
    }
    const series = [...seriesByLabels.values()];
    const samples = (of: Family) => series.map(({ labels, row }) => sample(of.name, labels, of.value(row)));
    const age = now - options.startedAt;
    return [
      ...header("p2p_peers", "gauge", "current number of connected outgoing peers"),
      // It also counts configured peers that are not connected (spring issue 1006).
      sample("p2p_peers", {}, rows.filter((row) => row.configured !== "").length),
      ...header("p2p_clients", "gauge", "current number of connected incoming clients"),
      sample("p2p_clients", {}, rows.filter((row) => row.configured === "").length),
      ...header("p2p_failed_connections", "counter", "total number of failed out-going p2p connections"),
      sample("p2p_failed_connections", {}, Math.floor(age / REFRESH_SECONDS) * 2),
      ...header("p2p_dropped_trxs_total", "counter", "total number of dropped transactions by net plugin"),
      sample("p2p_dropped_trxs_total", {}, Math.floor(age / 47)),
      ...(options.labels === "connid" ? addressTable(series.map(({ row }) => row)) : []),
      ...PER_CONNECTION.flatMap((of) => [...header(of.name, of.type, of.help), ...samples(of)]),
      ...header("head_block_num", "gauge", "head block number"),
      sample("head_block_num", {}, options.view.head(now)),
      ...header("last_irreversible", "gauge", "last irreversible block number"),
      sample("last_irreversible", {}, options.view.final(now)),
      ...header("info", "gauge", "static information about the server"),
      sample("info", serverLabels(options.software), 1),
    ].join("\n");
  }

  function addressTable(rows: readonly WireRow[]): string[] {
    return [
      ...header("p2p_addr", "gauge", "ipv6 address"),
      ...rows.map((row) => {
        const address = row.handshake
          ? `${row.handshake.peer.listen} - ${row.handshake.peer.nodeId.slice(0, 7)}`
          : row.configured;
        return sample("p2p_addr", { address, ...connid(row), ipv6: ipv6(row) }, 0);
      }),
    ];
  }

  function header(name: string, type: Family["type"], help: string): string[] {
    return [`# HELP ${options.prefix}_${name} ${help}`, `# TYPE ${options.prefix}_${name} ${type}`];
  }

  function sample(name: string, labels: Labels, value: number): string {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${options.prefix}_${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}`;
  }

  return (now) => {
    const latest = Math.floor((now - options.startedAt) / REFRESH_SECONDS);
    if (latest !== pageRefresh) {
      page = refresh(now);
      pageRefresh = latest;
    }
    requestCount += 1;
    const requests = [
      ...header("http_requests_total", "counter", "number of HTTP requests"),
      sample("http_requests_total", { handler: "/v1/prometheus/metrics" }, requestCount),
    ];
    return `${requests.join("\n")}\n${page}\n`;
  };
}

function family(name: string, help: string, value: (row: WireRow) => number): Family {
  return { name, type: "gauge", help, value };
}

/** The first 7 digits of the peer's node id; a row without a handshake has invented ones. */
function connid(row: WireRow): Labels {
  const id = row.handshake?.peer.nodeId ?? createHash("sha256").update(`${row.connectionId}`).digest("hex");
  return { connid: id.slice(0, 7) };
}

function connectionId(row: WireRow): Labels {
  return { connection_id: String(row.connectionId), remote_ip: ipv6(row) };
}

function ipv6({ remote }: WireRow): string {
  if (remote === undefined) return "::";
  return remote.ip.includes(":") ? remote.ip : `::ffff:${remote.ip}`;
}

function serverLabels({ commit, version }: WireSoftware): Labels {
  return {
    chain_id: CHAIN_ID,
    earliest_available_block_num: "1",
    server_full_version_string: `${version}-${commit.repeat(5)}`,
    server_version: commit,
    server_version_string: version,
  };
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Large numbers as C++ prints doubles: 1.695820203477813e+18. */
function numberText(value: number): string {
  return value >= 1e16 ? value.toExponential() : String(value);
}
