import { HANG, type HttpAnswer, type HttpRequest, json, OUTAGES, type Outage, text } from "../http.ts";
import type { Side } from "../memory.ts";
import type { Branch, WireChain } from "./chain.ts";
import type { Dialect } from "./dialects.ts";

/** A simulated nodeos or nodeop: its state, and what it answers by the notes on its API. */

/** The process at the other end. */
export type WirePeerProcess = { readonly nodeId: string };

export type RowState = "connected" | "handshaking" | "dialing" | "disconnected";

/** A connection object of the node, which is one row. */
export type WireRow = {
  readonly side: Side;
  /** The configured address with its kind; "" for an inbound row. */
  readonly peer: string;
  /** Where the peer says that it listens. */
  readonly listens: string;
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly connectionId: number;
  readonly agent: string;
  readonly os: string;
  readonly networkVersion: number;
  process: WirePeerProcess;
  readonly chainId: string;
  readonly isBlockProducer: boolean;
  state: RowState;
  everOpened: boolean;
  /** A number for each real connection, of all nodes and times. */
  connection: number;
  generation: number;
  handshakeMs: number;
  openedMs: number;
  peerHead: number;
  peerFinal: number;
  syncing: boolean;
  lastVoteMs: number;
  score: number;
  /** Of the object: nodeos does not set them back when a link closes. */
  received: number;
  sent: number;
  /** What they were when the current connection opened. */
  receivedBefore: number;
  sentBefore: number;
  latencyNs: number;
  uniqueFirst: number;
  uniqueFirstBefore: number;
};

export type WireFault = {
  readonly part: "net" | "chain" | "plugin";
  readonly kind: "hang" | "busy" | "missing" | "error" | "host";
};

export type WireNode = {
  readonly name: string;
  readonly dialect: Dialect;
  readonly chain: WireChain;
  readonly hasPlugin: boolean;
  branch: Branch | undefined;
  head: number;
  final: number;
  forkDbHead: number;
  rows: WireRow[];
  outage: Outage | undefined;
  fault: WireFault | undefined;
  nextConnectionId: number;
  failedConnections: number;
  droppedTransactions: number;
  /** HTTP requests that the process has answered. */
  requests: number;
  earliest: number;
  /** The page of prometheus_plugin, as copied at this time. */
  copied: {
    readonly atMs: number;
    readonly rows: readonly WireRow[];
    readonly failed: number;
    readonly dropped: number;
  };
};

export const EARLIEST = 2;

export function answerWire(node: WireNode, request: HttpRequest): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  node.requests += 1;
  switch (request.path) {
    case "/v1/net/connections":
      return (
        faultOf(node, "net") ??
        json(
          node.rows.map((row) => rowJson(row, node)),
          201,
        )
      );
    case "/v1/chain/get_info":
      return faultOf(node, "chain") ?? json(info(node));
    case "/v1/chain/get_block_info":
      return faultOf(node, "chain") ?? blockInfo(node, request.body);
    default:
      return NOT_FOUND;
  }
}

export function answerPlugin(node: WireNode, request: HttpRequest): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  node.requests += 1;
  if (request.path !== "/v1/prometheus/metrics") return NOT_FOUND;
  return faultOf(node, "plugin") ?? text(pluginPage(node));
}

function error(code: number, message: string, what: string, errorCode = 0): HttpAnswer {
  return json({ code, message, error: { code: errorCode, name: "", what, details: [] } }, code);
}

const NOT_FOUND = error(404, "Not Found", "unspecified");

function faultOf({ fault }: WireNode, part: WireFault["part"]): HttpAnswer | undefined {
  if (fault?.part !== part) return undefined;
  return {
    hang: HANG,
    busy: error(503, "Busy", "Too many requests in flight: 200", 503),
    missing: NOT_FOUND,
    error: error(500, "Internal Service Error", "deadline", 3080006),
    host: error(400, "Disallowed HTTP HOST header in the request", ""),
  }[fault.kind];
}

/** `YYYY-MM-DDTHH:MM:SS.mmm`, without Z. */
function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1);
}

function info(node: WireNode) {
  const { chain, dialect, head, final, forkDbHead, branch } = node;
  return {
    server_version: "deadbeef",
    chain_id: chain.id,
    head_block_num: head,
    last_irreversible_block_num: final,
    last_irreversible_block_id: chain.blockId(final, branch),
    head_block_id: chain.blockId(head, branch),
    head_block_time: time(chain.timeOf(head)),
    head_block_producer: "producer1",
    virtual_block_cpu_limit: 200000000,
    virtual_block_net_limit: "1048576000",
    server_version_string: dialect.version,
    fork_db_head_block_num: forkDbHead,
    fork_db_head_block_id: chain.blockId(forkDbHead, branch),
    server_full_version_string: `${dialect.version}-0000`,
    total_cpu_weight: "10000002000000",
    ...(hasLeapFields(dialect)
      ? { earliest_available_block_num: node.earliest, last_irreversible_block_time: time(chain.timeOf(final)) }
      : {}),
  };
}

/** Since Leap 3.1. */
export function hasLeapFields({ name }: Dialect): boolean {
  return !name.startsWith("eosio");
}

function blockInfo({ chain, branch, head }: WireNode, body: string): HttpAnswer {
  const { block_num: height } = JSON.parse(body === "" ? "{}" : body) as { block_num?: number };
  if (height === undefined || height > head) return error(500, "Internal Service Error", "unknown block", 3100002);
  return json({ block_num: height, id: chain.blockId(height, branch), timestamp: time(chain.timeOf(height)) });
}

const NO_HASH = "0".repeat(64);

function rowJson(row: WireRow, node: WireNode) {
  const { dialect } = node;
  const { state } = row;
  const isOpen = state === "connected" || state === "handshaking";
  return {
    peer: row.peer,
    ...(dialect.socket ? remote(row, dialect) : {}),
    ...(dialect.connectionId ? { connection_id: row.connectionId } : {}),
    ...(dialect.score ? { peer_score: row.score } : {}),
    connecting: state === "handshaking" || state === "dialing",
    syncing: row.syncing,
    ...(dialect.bp ? { is_bp_peer: row.isBlockProducer && state === "connected" } : {}),
    ...(dialect.gossip ? { is_bp_gossip_peer: row.isBlockProducer && state === "connected" } : {}),
    ...(dialect.socket ? { is_socket_open: isOpen } : {}),
    ...(dialect.kinds === "none" ? {} : kinds(row, dialect)),
    ...(dialect.votes ? { last_vote_received: time(state === "connected" ? row.lastVoteMs : 0) } : {}),
    last_handshake: handshake(row, node),
  };
}

function remote({ side, everOpened, remoteIp, remotePort }: WireRow, { noRemote }: Dialect) {
  const isKnown = side === "inbound" || everOpened;
  return { remote_ip: isKnown ? remoteIp : noRemote, remote_port: isKnown ? String(remotePort) : noRemote };
}

function kinds({ peer }: WireRow, dialect: Dialect) {
  const isAssigned = dialect.kinds === "assigned";
  return {
    is_blocks_only: isAssigned && peer.endsWith(":blk"),
    is_transactions_only: isAssigned && peer.endsWith(":trx"),
  };
}

function handshake(row: WireRow, { dialect, chain }: WireNode) {
  const isThere = row.state === "connected";
  const idOf = (height: number) => (isThere ? chain.blockId(height) : NO_HASH);
  const numberOf = (height: number) => (isThere ? height : 0);
  const heads = {
    head: () => ({
      last_irreversible_block_num: numberOf(row.peerFinal),
      last_irreversible_block_id: idOf(row.peerFinal),
      head_num: numberOf(row.peerHead),
      head_id: idOf(row.peerHead),
    }),
    fork_head: () => ({
      last_irreversible_block_num: numberOf(row.peerFinal),
      last_irreversible_block_id: idOf(row.peerFinal),
      fork_head_num: numberOf(row.peerHead),
      fork_head_id: idOf(row.peerHead),
    }),
    fork_db: () => ({
      fork_db_root_num: numberOf(row.peerFinal),
      fork_db_root_id: idOf(row.peerFinal),
      fork_db_head_num: numberOf(row.peerHead),
      fork_db_head_id: idOf(row.peerHead),
    }),
    ids: () => ({
      fork_db_root_id: idOf(row.peerFinal),
      fork_db_head_id: idOf(row.peerHead),
      ...(dialect.score ? { chain_head_id: idOf(row.peerHead) } : {}),
    }),
  };
  const agent = dialect.quotesAgent ? `"${row.agent}"` : row.agent;
  return {
    network_version: isThere ? row.networkVersion : 0,
    chain_id: isThere ? row.chainId : NO_HASH,
    node_id: isThere ? row.process.nodeId : NO_HASH,
    ...(dialect.wholeHandshake
      ? { key: "EOS1111", time: isThere ? `${row.handshakeMs}123456` : 0, token: NO_HASH, sig: "SIG_K1_111" }
      : {}),
    p2p_address: isThere ? `${row.listens} - ${row.process.nodeId.slice(0, 7)}` : "",
    ...heads[dialect.heads](),
    ...(dialect.wholeHandshake ? { os: isThere ? row.os : "" } : {}),
    agent: isThere ? agent : "",
    generation: isThere ? row.generation : 0,
  };
}

/** 2^64 - 1: not measured. */
const NOT_MEASURED = "1.8446744073709552e+19";

function pluginPage({ dialect, copied, requests }: WireNode): string {
  const prefix = dialect.name.startsWith("wire") ? "nodeop" : "nodeos";
  const lines = [
    `${prefix}_p2p_failed_connections ${copied.failed}`,
    `${prefix}_p2p_dropped_trxs_total ${copied.dropped}`,
    `${prefix}_head_block_num 1`,
    // Counted as they come, and not copied.
    `${prefix}_http_requests_total{handler="/v1/net/connections"} ${requests}`,
  ];
  for (const row of copied.rows) {
    if (row.state !== "connected") continue;
    const labels =
      dialect.plugin === "connid"
        ? `connid="${row.process.nodeId.slice(0, 7)}"`
        : `connection_id="${row.connectionId}",remote_ip="::ffff:${row.remoteIp}"`;
    const line = (family: string, value: number | string) => lines.push(`${prefix}_p2p_${family}{${labels}} ${value}`);
    line("port", row.remotePort);
    line("connection_number", row.connectionId);
    line("bytes_received", row.received);
    line("bytes_sent", row.sent);
    line("latency", row.latencyNs === 0 ? NOT_MEASURED : row.latencyNs);
    line("connection_start_time", `${row.openedMs}000000`);
    line("first_available_block", EARLIEST);
    line("last_available_block", row.peerHead);
    line("unique_first_block_count", row.uniqueFirst);
    line("block_sync_throttling", 0);
  }
  return `${lines.join("\n")}\n`;
}
