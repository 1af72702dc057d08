import { fields, type HttpAnswer, type HttpRequest, json, OUTAGES, type Outage, text } from "../http.ts";
import { ancestor, type Block } from "../ledger.ts";
import type { Side } from "../memory.ts";

/** A simulated bitcoind, which answers as Core 30 or as Core 0.21 does. */

export const RELEASES = ["30", "0.21"] as const;

export type BitcoinPeer = {
  /** Of this connection alone, of all nodes and times. */
  readonly identity: string;
  /** Counts up from 0 with each start of the node. */
  readonly id: number;
  readonly side: Side;
  readonly addr: string;
  readonly network: "ipv4" | "ipv6" | "onion" | "cjdns";
  readonly openedSeconds: number;
  readonly agent: string;
  readonly type: string;
  readonly transport: "v1" | "v2";
  readonly relaysTransactions: boolean;
  readonly permissions: readonly string[];
  /** What the peer claims at the handshake, which is no height. */
  readonly claim: number;
  isReady: boolean;
  syncedHeaders: number;
  syncedBlocks: number;
  pingSeconds: number | undefined;
  waitSeconds: number | undefined;
  lastReceiveSeconds: number;
  lastBlockSeconds: number;
  inFlight: readonly number[];
  readonly received: Map<string, number>;
  readonly sent: Map<string, number>;
};

/** Part of the API fails: refused by a whitelist, or because the queue is full. */
export type BitcoinFault = { readonly method: string; readonly kind: "forbidden" | "busy" };

export type BitcoinNode = {
  readonly name: string;
  readonly release: (typeof RELEASES)[number];
  startedSeconds: number;
  nextId: number;
  tip: Block;
  headers: number;
  isInitialDownload: boolean;
  isStarting: boolean;
  peers: BitcoinPeer[];
  receivedBytes: number;
  sentBytes: number;
  outage: Outage | undefined;
  fault: BitcoinFault | undefined;
};

export const BANS = ["192.0.2.1/32", "198.51.100.0/24", "2001:db8::1/128"];
export const DISK_SIZE = 650_000_000_000;
export const PROGRESS = 0.75;
export const FORK = { below: 5, length: 3 };
export const ADDED = [true, false, false];
export const UPLOAD_LEFT = 123_456_789;
export const ADDRESSES = { ipv4: { new: 5000, tried: 300 }, onion: { new: 70, tried: 0 } };

export function versionOf({ release }: BitcoinNode): string {
  return `Satoshi:${release}.1`;
}

/** Core 28 and later send errors of a method by the rules of 2.0 only to those that ask by them. */
function rpc(result: unknown): HttpAnswer {
  return json({ result, error: null, id: "0" });
}

function rpcError(code: number, message: string, status: number): HttpAnswer {
  return json({ result: null, error: { code, message }, id: "0" }, status);
}

export function answerBitcoin(node: BitcoinNode, { body }: HttpRequest, nowMs: number): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  if (node.isStarting) return rpcError(-28, "Verifying blocks...", 500);
  const { method, params } = fields(JSON.parse(body));
  const { fault } = node;
  if (fault !== undefined && fault.method === method) {
    if (fault.kind === "forbidden") return text("", 403);
    return text("Work queue depth exceeded", node.release === "30" ? 503 : 500);
  }
  const [param] = Array.isArray(params) ? params : [];
  return ANSWERS[String(method)]?.(node, nowMs, param) ?? rpcError(-32_601, "Method not found", 404);
}

type Answer = (node: BitcoinNode, nowMs: number, param: unknown) => HttpAnswer | undefined;

const ANSWERS: Readonly<Record<string, Answer>> = {
  getpeerinfo: (node) => rpc(node.peers.map((peer) => rowOf(peer, node))),
  getblockchaininfo: ({ tip, headers, isInitialDownload, release }) =>
    rpc({
      ...{ chain: "main", blocks: tip.height, headers, bestblockhash: tip.hash, mediantime: tip.seconds - 3600 },
      ...{ verificationprogress: PROGRESS, initialblockdownload: isInitialDownload, pruned: false },
      ...{ size_on_disk: DISK_SIZE, ...(release === "30" ? { time: tip.seconds, warnings: [] } : { warnings: "" }) },
    }),
  getblockheader: ({ tip }, _, hash) => rpc({ hash, height: tip.height, time: tip.seconds }),
  getblockhash({ tip }, _, height) {
    const hash = ancestor(tip, Number(height))?.hash;
    return hash === undefined ? rpcError(-8, "Block height out of range", 500) : rpc(hash);
  },
  getnettotals: ({ receivedBytes, sentBytes }, nowMs) =>
    rpc({
      ...{ totalbytesrecv: receivedBytes, totalbytessent: sentBytes, timemillis: nowMs },
      uploadtarget: { target: 1e9, bytes_left_in_cycle: UPLOAD_LEFT },
    }),
  uptime: ({ startedSeconds }, nowMs) => rpc(Math.floor(nowMs / 1000) - startedSeconds),
  getnetworkinfo: (node) =>
    rpc({
      ...{ subversion: `/${versionOf(node)}/`, timeoffset: -2, networkactive: true, connections: node.peers.length },
      networks: ["ipv4", "ipv6", "onion", ...(node.release === "30" ? ["i2p", "cjdns"] : [])].map((name) => ({
        ...{ name, reachable: name === "ipv4" },
      })),
      localaddresses: [{ address: "203.0.113.1", port: 8333, score: 1 }],
    }),
  getchaintips: ({ tip }) =>
    rpc([
      { height: tip.height, hash: tip.hash, branchlen: 0, status: "active" },
      { height: tip.height - FORK.below, hash: "ab".repeat(32), branchlen: FORK.length, status: "valid-fork" },
    ]),
  listbanned: () => rpc(BANS.map((address) => ({ address, ban_created: 1, banned_until: 2 }))),
  getaddednodeinfo: () => rpc(ADDED.map((connected) => ({ addednode: "node.example", connected, addresses: [] }))),
  getaddrmaninfo: ({ release }) =>
    release === "30" ? rpc({ ...ADDRESSES, all_networks: { new: 5070, tried: 300, total: 5370 } }) : undefined,
};

function rowOf(peer: BitcoinPeer, { release }: BitcoinNode): object {
  const sum = (bytes: ReadonlyMap<string, number>) => [...bytes.values()].reduce((all, each) => all + each, 0);
  const newer = {
    ...{ addr_relay_enabled: peer.isReady, presynced_headers: -1, transport_protocol_type: peer.transport },
    session_id: "",
  };
  return {
    ...{ id: peer.id, addr: peer.addr, network: peer.network, relaytxes: peer.relaysTransactions },
    ...{ lastsend: 0, lastrecv: peer.lastReceiveSeconds, last_transaction: 0, last_block: peer.lastBlockSeconds },
    ...{ bytessent: sum(peer.sent), bytesrecv: sum(peer.received), conntime: peer.openedSeconds, timeoffset: 0 },
    ...(peer.pingSeconds === undefined ? {} : { pingtime: peer.pingSeconds, minping: peer.pingSeconds }),
    ...(peer.waitSeconds === undefined ? {} : { pingwait: peer.waitSeconds }),
    ...{ version: peer.isReady ? 70_016 : 0, subver: peer.isReady ? peer.agent : "" },
    ...{ inbound: peer.side === "inbound", startingheight: peer.isReady ? peer.claim : -1 },
    ...{ synced_headers: peer.syncedHeaders, synced_blocks: peer.syncedBlocks, inflight: peer.inFlight },
    ...{ permissions: peer.permissions, minfeefilter: 0.000_01, connection_type: peer.type },
    ...{ bytessent_per_msg: Object.fromEntries(peer.sent), bytesrecv_per_msg: Object.fromEntries(peer.received) },
    ...(release === "30" ? newer : {}),
  };
}
