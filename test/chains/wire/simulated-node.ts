import { createHash } from "node:crypto";
import type { Fields, Reply } from "../support.ts";
import { CHAIN_ID } from "./support.ts";

/**
 * A nodeos or nodeop with what a poll can see of its processes, connections and counters, written from the facts about
 * net_plugin and prometheus_plugin. It is a model for tests: it uses nothing of the adapter.
 */

export type Version = "eosio-1.8" | "leap-4" | "leap-5" | "spring-1.0" | "spring-1.2" | "wire-w3" | "wire-w4";

export const VERSIONS: readonly Version[] = [
  "eosio-1.8",
  "leap-4",
  "leap-5",
  "spring-1.0",
  "spring-1.2",
  "wire-w3",
  "wire-w4",
];

const WITHOUT_SOCKET: readonly Version[] = ["eosio-1.8", "leap-4"];
const NUMBERED: readonly Version[] = ["wire-w3", "wire-w4"];
const ZEROS = "0".repeat(64);

/** A TCP connection with a handshake. */
export type Link = {
  /** Unique over all processes. */
  readonly serial: number;
  readonly nodeId: string;
  readonly port: number;
  readonly openedMs: number;
  generation: number;
  handshakeMs: number;
  received: number;
  sent: number;
};

export type Row = {
  readonly number: number;
  /** Empty in an inbound row. */
  readonly configured: string;
  readonly ip: string;
  link: Link | undefined;
  /** The last port of the peer; undefined before the first connection. */
  port: number | undefined;
  /** The object's counters: of all its connections. */
  received: number;
  sent: number;
  openedMs: number;
};

type Process = {
  readonly serial: number;
  lastNumber: number;
  requests: number;
  failedConnections: number;
  rows: Row[];
  copiedMs: number;
  /** Sample lines of each series; those of peers that left stay, except in the newest Wire. */
  series: Map<string, string>;
};

/** @param now unix milliseconds */
export function createSimulatedNode(version: Version, now: () => number) {
  let links = 0;
  let process = newProcess(1);
  /** Their node ids, by their addresses; they change when a peer is restarted. */
  const peerIds = new Map<string, string>();

  function newProcess(serial: number): Process {
    return {
      serial,
      lastNumber: 0,
      requests: 0,
      failedConnections: 0,
      rows: [],
      copiedMs: now(),
      series: new Map(),
    };
  }

  function newLink(nodeId: string, port: number): Link {
    links += 1;
    const openedMs = now();
    return { serial: links, nodeId, port, openedMs, generation: 1, handshakeMs: openedMs, received: 0, sent: 0 };
  }

  function addRow(configured: string, ip: string): Row {
    process.lastNumber += 1;
    const number = process.lastNumber;
    const row: Row = { number, configured, ip, link: undefined, port: undefined, received: 0, sent: 0, openedMs: 0 };
    process.rows.push(row);
    return row;
  }

  function nodeIdOf(peer: string): string {
    const known = peerIds.get(peer);
    if (known !== undefined) return known;
    const made = digest(`${peer} first`);
    peerIds.set(peer, made);
    return made;
  }

  function open(row: Row, port: number, peer: string): void {
    row.link = newLink(nodeIdOf(peer), port);
    row.port = port;
    row.openedMs = row.link.openedMs;
  }

  function copyCounters(): void {
    process.copiedMs = now();
    const isNewest = version === "wire-w4";
    if (isNewest) process.series.clear();
    for (const row of process.rows) {
      if (row.configured === "" && row.link === undefined) continue;
      const labels = isNewest
        ? `{connection_id="${row.number}",remote_ip="::ffff:${row.ip}"}`
        : `{connid="${(row.link?.nodeId ?? digest(`temporary ${row.number}`)).slice(0, 7)}"}`;
      const values: Readonly<Record<string, number | string>> = {
        p2p_port: row.port ?? 0,
        p2p_connection_number: row.number,
        p2p_bytes_received: row.received,
        p2p_bytes_sent: row.sent,
        p2p_unique_first_block_count: row.received % 100,
        p2p_connection_start_time: `${row.openedMs}000000`,
      };
      for (const [name, value] of Object.entries(values)) process.series.set(`nodeop_${name}${labels}`, String(value));
    }
  }

  function pluginPage(): string {
    process.requests += 1;
    if (now() - process.copiedMs >= 30_000) copyCounters();
    return [
      `nodeop_http_requests_total{handler="/v1/prometheus/metrics"} ${process.requests}`,
      `nodeop_p2p_failed_connections ${process.failedConnections}`,
      ...[...process.series].map(([series, value]) => `${series} ${value}`),
      "",
    ].join("\n");
  }

  function rowJson(row: Row): Fields {
    const { link } = row;
    const isNumbered = NUMBERED.includes(version);
    const endpoint = WITHOUT_SOCKET.includes(version)
      ? {}
      : {
          remote_ip: row.port === undefined ? "" : row.ip,
          remote_port: String(row.port ?? ""),
          is_socket_open: !!link,
        };
    const block = link === undefined ? ZEROS : blockAt(link.handshakeMs);
    const handshake = {
      chain_id: link === undefined ? ZEROS : CHAIN_ID,
      node_id: link?.nodeId ?? ZEROS,
      p2p_address: link === undefined ? "" : `${row.ip}:9876 - ${link.nodeId.slice(0, 7)}`,
      agent: "",
      generation: link?.generation ?? 0,
      ...(isNumbered
        ? { fork_db_root_id: block, fork_db_head_id: block }
        : { time: link === undefined ? 0 : `${link.handshakeMs}000000`, head_num: 7, head_id: block }),
    };
    return {
      peer: row.configured,
      ...endpoint,
      ...(isNumbered ? { connection_id: row.number } : {}),
      connecting: link === undefined && row.configured !== "",
      syncing: false,
      is_bp_peer: false,
      last_handshake: handshake,
    };
  }

  return {
    process: () => process,
    showsSockets: !WITHOUT_SOCKET.includes(version),
    hasSocketOf: (peer: string) => process.rows.some(({ link }) => link?.nodeId === peerIds.get(peer)),
    /** Answers the path of a request. */
    answer(path: string): Reply {
      if (path === "/v1/prometheus/metrics") return { body: pluginPage() };
      process.requests += 1;
      if (path === "/v1/net/connections") return { status: 201, body: JSON.stringify(process.rows.map(rowJson)) };
      if (path === "/v1/chain/get_info") {
        return { body: JSON.stringify({ head_block_num: 7, chain_id: CHAIN_ID, server_version_string: "v1" }) };
      }
      return { status: 404, body: JSON.stringify({ code: 404, message: "Not Found" }) };
    },
    /** Another process, which connects to these addresses again. */
    restart(configured: readonly string[]): void {
      process = newProcess(process.serial + 1);
      for (const address of configured) addRow(address, ipOf(address));
      for (const row of process.rows) open(row, 9876, row.configured);
    },
    configure(address: string): Row {
      return addRow(address, ipOf(address));
    },
    connect(row: Row): void {
      open(row, 9876, row.configured);
    },
    accept(peer: string, port: number): void {
      open(addRow("", ipOf(peer)), port, peer);
    },
    /** The connection closes. The row of a configured peer stays. */
    close(row: Row): void {
      row.link = undefined;
      if (row.configured === "") process.rows = process.rows.filter((one) => one !== row);
    },
    /** The node gives the peer up. */
    remove(row: Row): void {
      process.rows = process.rows.filter((one) => one !== row);
    },
    carry({ link, ...row }: Row, bytes: number): void {
      const target = process.rows.find(({ number }) => number === row.number);
      if (link === undefined || target === undefined) return;
      link.received += bytes;
      link.sent += 2 * bytes;
      target.received += bytes;
      target.sent += 2 * bytes;
    },
    repeatHandshake({ link }: Row): void {
      if (link === undefined) return;
      link.generation = link.generation >= 32_767 ? 2 : link.generation + 1;
      link.handshakeMs = now();
    },
    restartPeer(address: string): void {
      peerIds.set(address, digest(`${address} ${now()}`));
    },
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A block id: its number and random digits. */
function blockAt(ms: number): string {
  return (
    Math.floor(ms / 500)
      .toString(16)
      .slice(-8)
      .padStart(8, "0") + digest(`block ${Math.floor(ms / 500)}`).slice(8)
  );
}

function ipOf(peer: string): string {
  const hash = digest(peer);
  return `198.51.${Number.parseInt(hash.slice(0, 2), 16)}.${Number.parseInt(hash.slice(2, 4), 16)}`;
}
