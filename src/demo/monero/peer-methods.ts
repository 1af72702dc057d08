import type { MoneroConnection } from "./connections.ts";
import type { MoneroNetworkType, MoneroPeer } from "./network.ts";
import { type EpeeObject, type MoneroSoftware, type MoneroState, OK, PAID } from "./rpc-method.ts";

/** contrib/epee/src/net/enums.h */
const ADDRESS_TYPES = { ipv4: 1, ipv6: 2, i2p: 3, tor: 4 } as const satisfies Record<MoneroNetworkType, number>;
const UNLIMITED = 0xffffffff;

/** The fields of get_connections (cryptonote_protocol_defs.h:49). The struct also has `ssl`, which is not sent. */
function connectionFields(connection: MoneroConnection, software: MoneroSoftware): EpeeObject {
  const { type, host, port, liveSeconds } = connection;
  const name = type === "ipv6" ? `[${host}]` : host;
  // Empty for Tor and I2P, and for IPv6 before v0.18.5.1 (commit c90c1c3fe).
  const hasIp = type === "ipv4" || (type === "ipv6" && software.fillsIpv6);
  return {
    address: port === undefined ? name : `${name}:${port}`,
    address_type: ADDRESS_TYPES[type],
    avg_download: kibPerSecond(connection.received / Math.max(1, liveSeconds)),
    avg_upload: kibPerSecond(connection.sent / Math.max(1, liveSeconds)),
    connection_id: connection.connectionId,
    current_download: kibPerSecond(connection.downloadRate),
    current_upload: kibPerSecond(connection.uploadRate),
    height: connection.height,
    host,
    incoming: connection.isIncoming,
    ip: hasIp ? host : "",
    live_time: liveSeconds,
    local_ip: false,
    localhost: false,
    peer_id: connection.peerId,
    port: hasIp ? String(port ?? "") : "",
    pruning_seed: connection.pruningSeed,
    recv_count: connection.received,
    recv_idle_time: connection.receiveIdle,
    rpc_credits_per_hash: 0,
    rpc_port: connection.rpcPort,
    send_count: connection.sent,
    send_idle_time: connection.sendIdle,
    state: connection.state,
    support_flags: connection.state === "before_handshake" ? 0 : 1,
  };
}

export function getConnections(state: MoneroState, now: number): EpeeObject {
  const rows = state.connections().list(now);
  return { connections: rows.map((connection) => connectionFields(connection, state.software)), ...OK };
}

export function syncInfo(state: MoneroState, now: number): EpeeObject {
  const { software } = state;
  const height = state.height(now);
  const rows = state.connections().list(now);
  const sources = rows.filter((row) => row.state === "synchronizing").slice(0, 3);
  const spans = sources.map((row, index) => ({
    connection_id: row.connectionId,
    nblocks: 20,
    rate: 1_500_000 - index * 300_000,
    remote_address: connectionFields(row, software).address ?? "",
    size: index === 0 ? 1_600_000 : 0,
    speed: 100 - index * 20,
    start_block_height: height + index * 20,
  }));
  return {
    height,
    next_needed_pruning_seed: 0,
    // One character for each span: m is added next, . is requested.
    overview: `[${"m".repeat(Math.min(1, spans.length))}${".".repeat(Math.max(0, spans.length - 1))}]`,
    peers: rows.map((row) => ({ info: connectionFields(row, software) })),
    spans,
    target_height: state.targetHeight(now),
    ...PAID,
    ...OK,
  };
}

export function getNetStats(state: MoneroState, now: number): EpeeObject {
  const { received, sent } = state.connections().totals(now);
  return {
    start_time: Math.floor(state.startedAt()),
    total_bytes_in: received,
    total_bytes_out: sent,
    total_packets_in: Math.floor(received / 610),
    total_packets_out: Math.floor(sent / 940),
    ...OK,
  };
}

export function getPeerList({ directory }: MoneroState, now: number): EpeeObject {
  const row = (peer: MoneroPeer): EpeeObject => ({
    host: peer.host,
    id: BigInt(`0x${peer.peerId}`),
    ip: peer.type === "ipv4" ? littleEndian(peer.host) : 0,
    last_seen: Math.floor(now) - peer.lastSeenAgo,
    port: peer.port,
    // monerod omits these two if they are 0.
    ...(peer.pruningSeed === 0 ? {} : { pruning_seed: peer.pruningSeed }),
    ...(peer.rpcPort === 0 ? {} : { rpc_port: peer.rpcPort }),
  });
  return { gray_list: directory.gray.map(row), white_list: directory.clearnet.map(row), ...OK };
}

export function getBans(state: MoneroState, now: number): EpeeObject {
  const left = 86_400 - (Math.floor(now) % 86_400);
  return {
    bans: state.bans.map(({ host, ip }) => ({ host, ip, seconds: left })),
    ...OK,
  };
}

/** In KiB/s: the defaults since v0.18.4.0. */
export function getLimit(): EpeeObject {
  return { limit_down: 32_768, limit_up: 8192, ...OK };
}

/** The limits of peers (in_peers, out_peers). `set` is ignored: the exporter never changes them. */
export function peerLimit(direction: "in" | "out", { maxInbound = UNLIMITED }: MoneroState): EpeeObject {
  return direction === "in" ? { in_peers: maxInbound, ...OK } : { out_peers: 12, ...OK };
}

function kibPerSecond(bytesPerSecond: number): number {
  return Math.floor(bytesPerSecond / 1024);
}

function littleEndian(address: string): number {
  return address.split(".").reduceRight((sum, part) => sum * 256 + Number(part), 0);
}
