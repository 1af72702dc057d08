import { HANG, type HttpAnswer, type HttpRequest, json, OUTAGES, type Outage, text } from "../http.ts";
import { ancestor, type Block } from "../ledger.ts";
import type { Side } from "../memory.ts";
import type { Random } from "../random.ts";

/** A simulated monerod: its state, and what it answers by the notes on monerod's API. */

export type MoneroPeer = {
  readonly id: string;
  readonly side: Side;
  readonly host: string;
  readonly port: number;
  /** contrib/epee/include/net/enums.h: 1 IPv4, 2 IPv6, 3 I2P, 4 Tor. */
  readonly type: 1 | 2 | 3 | 4;
  readonly openedMs: number;
  readonly stripe: number;
  readonly offersRpc: boolean;
  /** What it claims in place of its height; undefined: it is honest. */
  readonly claim: number | undefined;
  state: "before_handshake" | "synchronizing" | "standby" | "normal";
  height: number;
  received: number;
  sent: number;
  lastReceivedMs: number;
  lastSentMs: number;
};

/** A call that does not work in this poll. */
export type MoneroFault = { readonly method: string; readonly kind: "hang" | "busy" | "refused" };

export type MoneroNode = {
  readonly name: string;
  readonly version: string;
  /** 0.18 sends `untrusted`, 0.19 does not. */
  readonly sendsUntrusted: boolean;
  readonly restricted: boolean;
  readonly network: string;
  startedSeconds: number;
  tip: Block;
  peers: MoneroPeer[];
  /** It has caught up once since its start. */
  synchronized: boolean;
  targetHeight: number;
  receivedBytes: number;
  sentBytes: number;
  white: number;
  gray: number;
  alternatives: number;
  bans: string[];
  outage: Outage | undefined;
  fault: MoneroFault | undefined;
};

export function answerMonero(node: MoneroNode, request: HttpRequest, nowMs: number): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  if (request.path !== "/json_rpc") return answerEndpoint(node, request.path.slice(1));
  const { method, params } = JSON.parse(request.body) as { method: string; params?: { height?: number } };
  const fault = faultOf(node, method);
  if (fault !== undefined) return fault;
  if (method === "get_block_header_by_height") return blockHeader(node, params?.height ?? 0);
  const found = node.restricted && RESTRICTED_AWAY.has(method) ? undefined : RPC[method]?.(node, nowMs);
  const envelope = { id: "0", jsonrpc: "2.0" };
  if (found === undefined) return json({ error: { code: -32601, message: "Method not found" }, ...envelope });
  return json({ ...envelope, result: { status: "OK", ...untrusted(node), ...found } });
}

function faultOf({ fault }: MoneroNode, method: string): HttpAnswer | undefined {
  if (fault?.method !== method) return undefined;
  if (fault.kind === "hang") return HANG;
  if (fault.kind === "refused") return text("", 500);
  return json({ error: { code: -9, message: "Core is busy" }, id: "0", jsonrpc: "2.0" });
}

function untrusted({ sendsUntrusted }: MoneroNode) {
  return sendsUntrusted ? { untrusted: false } : {};
}

const RESTRICTED_AWAY: ReadonlySet<string> = new Set(["get_connections", "sync_info", "get_bans"]);
const RESTRICTED_AWAY_ENDPOINTS: ReadonlySet<string> = new Set(["get_net_stats", "in_peers", "out_peers"]);

function answerEndpoint(node: MoneroNode, name: string): HttpAnswer {
  const fault = faultOf(node, name);
  if (fault !== undefined) return fault;
  if (node.restricted && RESTRICTED_AWAY_ENDPOINTS.has(name)) return text("", 404);
  const found = ENDPOINTS[name]?.(node);
  return found === undefined ? text("", 404) : json({ ...found, status: "OK", ...untrusted(node) });
}

/** Both caps and both rates are those of a node without options. */
export const RATE_LIMITS = { up: 8192, down: 32768 } as const;
export const MAX_OUTBOUND = 12;
const UNLIMITED = 4294967295;

const ENDPOINTS: Readonly<Record<string, (node: MoneroNode) => object>> = {
  get_net_stats: ({ startedSeconds, receivedBytes, sentBytes }) => ({
    start_time: startedSeconds,
    total_packets_in: 1000,
    total_bytes_in: receivedBytes,
    total_packets_out: 1000,
    total_bytes_out: sentBytes,
  }),
  get_limit: () => ({ limit_up: RATE_LIMITS.up, limit_down: RATE_LIMITS.down }),
  in_peers: () => ({ in_peers: UNLIMITED }),
  out_peers: () => ({ out_peers: MAX_OUTBOUND }),
};

const RPC: Readonly<Record<string, (node: MoneroNode, nowMs: number) => object | undefined>> = {
  get_info: info,
  get_connections: ({ peers }, nowMs) =>
    peers.length === 0 ? {} : { connections: peers.map((peer) => row(peer, nowMs)) },
  get_last_block_header: ({ tip, synchronized }) =>
    synchronized ? { block_header: header(tip) } : { status: "BUSY", block_header: {} },
  get_bans: ({ bans }) =>
    bans.length === 0 ? {} : { bans: bans.map((host) => ({ host, ip: host.includes("/") ? 0 : 1, seconds: 100 })) },
  sync_info: ({ tip, targetHeight }) => ({
    height: tip.height + 1,
    target_height: targetHeight,
    next_needed_pruning_seed: 0,
    overview: "[]",
  }),
};

/** Blocks before the remembered ones are the same for all nodes, as is the first one. */
function blockHeader(node: MoneroNode, height: number): HttpAnswer {
  const envelope = { id: "0", jsonrpc: "2.0" };
  if (height > node.tip.height) {
    const message = `Requested block height: ${height} greater than current top block height: ${node.tip.height}`;
    return json({ ...envelope, error: { code: -2, message } });
  }
  const known = ancestor(node.tip, height);
  const hash = height.toString(16).padStart(64, "0");
  const block = known ?? { height, hash, seconds: 1_400_000_000 + height * 120, parent: undefined };
  return json({ ...envelope, result: { status: "OK", ...untrusted(node), block_header: header(block) } });
}

function header({ height, hash, seconds, parent }: Block) {
  return {
    height,
    hash,
    prev_hash: parent?.hash ?? "0".repeat(64),
    timestamp: seconds,
    orphan_status: false,
    depth: 0,
  };
}

function info(node: MoneroNode) {
  const { tip, restricted, peers } = node;
  const open = (value: number) => (restricted ? 0 : value);
  const countOf = (side: Side) => peers.filter((peer) => peer.side === side && peer.type < 3).length;
  return {
    height: tip.height + 1,
    target_height: node.targetHeight,
    synchronized: node.synchronized,
    busy_syncing: false,
    outgoing_connections_count: open(countOf("outbound")),
    incoming_connections_count: open(countOf("inbound")),
    rpc_connections_count: open(1),
    white_peerlist_size: open(node.white),
    grey_peerlist_size: open(node.gray),
    alt_blocks_count: open(node.alternatives),
    start_time: open(node.startedSeconds),
    free_space: restricted ? UNKNOWN_SPACE : FREE_SPACE,
    database_size: restricted ? 5368709120 : DATABASE_SIZE,
    version: restricted ? "" : node.version,
    update_available: false,
    nettype: node.network,
    offline: false,
    restricted,
    target: 120,
    top_block_hash: tip.hash,
  };
}

/** 2^64 - 1, as JSON.stringify writes it. */
const UNKNOWN_SPACE = 2 ** 64;
export const FREE_SPACE = 123456789504;
export const DATABASE_SIZE = 95489675264;

function row(peer: MoneroPeer, nowMs: number) {
  const address = peer.type === 2 ? `[${peer.host}]:${peer.port}` : `${peer.host}:${peer.port}`;
  const whole = (milliseconds: number) => Math.floor(milliseconds / 1000);
  const isNumeric = peer.type === 1;
  return {
    address,
    address_type: peer.type,
    avg_download: 0,
    avg_upload: 0,
    connection_id: peer.id,
    current_download: 0,
    current_upload: 0,
    height: peer.height,
    host: peer.host,
    incoming: peer.side === "inbound",
    ip: isNumeric ? peer.host : "",
    live_time: whole(nowMs) - whole(peer.openedMs),
    local_ip: false,
    localhost: false,
    peer_id: peer.state === "before_handshake" ? "0".repeat(16) : peer.id.slice(0, 16),
    port: isNumeric ? String(peer.port) : "",
    pruning_seed: peer.stripe === 0 ? 0 : 384 + peer.stripe - 1,
    recv_count: peer.received,
    recv_idle_time: whole(nowMs) - whole(peer.lastReceivedMs),
    rpc_credits_per_hash: 0,
    rpc_port: peer.offersRpc ? 18089 : 0,
    send_count: peer.sent,
    send_idle_time: whole(nowMs) - whole(peer.lastSentMs),
    state: peer.state,
    support_flags: peer.state === "before_handshake" ? 0 : 1,
  };
}

/** Some peers come from one address: behind one router, or one after the other. */
const SHARED_HOST = "77.1.2.3";

export function newMoneroPeer(random: Random, nowMs: number, claim?: number): MoneroPeer {
  const type = random.pick([1, 1, 1, 1, 1, 2, 4] as const);
  const side = random.chance(0.5) ? "inbound" : "outbound";
  const openedMs = nowMs - random.int(0, 14_000);
  return {
    id: random.hex(32),
    side,
    host: {
      1: random.chance(0.2) ? SHARED_HOST : ipv4(random),
      2: `2001:db8:${random.int(1, 9)}::${random.int(1, 9999)}`,
      3: "",
      4: `${random.hex(50)}.onion`,
    }[type],
    port: side === "outbound" ? 18080 : random.int(30_000, 60_000),
    type,
    openedMs,
    stripe: random.chance(0.3) ? random.int(1, 8) : 0,
    offersRpc: random.chance(0.2),
    claim,
    state: "before_handshake",
    height: 0,
    received: 0,
    sent: 0,
    lastReceivedMs: openedMs,
    lastSentMs: openedMs,
  };
}

export function ipv4(random: Random): string {
  return `${random.int(11, 99)}.${random.int(0, 3)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}
