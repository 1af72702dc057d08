import { isObject } from "../../lib/json.ts";
import { type Clock, delayAt, isStalledAt, type LagCycle, type OutageCycle } from "../clock.ts";
import { createDemoServer, type DemoHandler, type DemoRequest, type DemoResponse, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import * as chain from "./chain-methods.ts";
import { createMoneroConnections } from "./connections.ts";
import { createMoneroDirectory, heightAt } from "./network.ts";
import * as peers from "./peer-methods.ts";
import {
  type EpeeObject,
  epeeJson,
  type MoneroSoftware,
  type MoneroState,
  RpcError,
  type RpcMethod,
} from "./rpc-method.ts";

/** The nodes were started this long before the demo, so that their peer lists are full from the start. */
const HEAD_START_SECONDS = 7200;
/** How long a node that was just started needs to download the blocks that it missed. */
const FIRST_SYNC_SECONDS = 8;

/**
 * monero-2 and its peers are cut off from the network for 180 s and fall 18 blocks behind; then it catches up in 30 s. A node
 * whose peers have newer blocks would be syncing from the start.
 */
export const MONERO_LAG: LagCycle = { period: 330, stallFrom: 40, stallFor: 180, catchUpFor: 30 };
/** monero-4 is down for 30 s of every 2 minutes. */
export const MONERO_OUTAGE: OutageCycle = { period: 120, downFrom: 27, downFor: 30 };

const NEWEST: MoneroSoftware = { version: "0.18.5.1-release", rpcMinor: 16, fillsIpv6: true, isOutdated: false };
const OLDER: MoneroSoftware = { version: "0.18.4.4-release", rpcMinor: 15, fillsIpv6: false, isOutdated: true };

type MoneroDemoNode = {
  readonly server: DemoServer;
  readonly respond: DemoHandler;
  /** Simulates restart number `index` (from 0): a new start time, new connections, counters from 0. */
  restart(index: number): void;
};

type MoneroNodes = {
  readonly healthy: MoneroDemoNode;
  readonly lagging: MoneroDemoNode;
  readonly restricted: MoneroDemoNode;
  readonly restarting: MoneroDemoNode;
};

type NodeOptions = {
  readonly name: string;
  readonly software: MoneroSoftware;
  readonly outbound: number;
  readonly inbound: number;
  readonly isAnonymous?: boolean;
  readonly isRestricted?: boolean;
  readonly lag?: LagCycle;
  readonly bans?: MoneroState["bans"];
  readonly hasAlternativeChain?: boolean;
  readonly maxInbound?: number;
};

/** Creates the four nodes of the simulated Monero network. Who creates them makes the outages. */
export function createMoneroNodes(
  clock: Clock,
  random: Random,
  { lag: laggingFor, outage }: { lag: LagCycle; outage: OutageCycle } = { lag: MONERO_LAG, outage: MONERO_OUTAGE },
): MoneroNodes {
  const directory = createMoneroDirectory(random.fork("directory"));

  function node(options: NodeOptions): MoneroDemoNode {
    const { name, software, outbound, inbound, isAnonymous = false, lag } = options;
    const source = random.fork(name);
    let startedAt = clock.startedAt - HEAD_START_SECONDS;
    let delay = (now: number) => (lag === undefined ? 0 : delayAt(lag, now - clock.startedAt));
    const isCutOff = (now: number) => lag !== undefined && isStalledAt(lag, now - clock.startedAt);
    let connections = connect(source);

    function connect(drawn: Random) {
      const size = { outbound, inbound, isAnonymous };
      return createMoneroConnections({ random: drawn, startedAt, directory, ...size, delay, isCutOff });
    }

    const isSynchronized = (now: number) => now - startedAt >= FIRST_SYNC_SECONDS;
    const respond = createMoneroRpc(
      {
        software,
        isRestricted: options.isRestricted ?? false,
        directory,
        bans: options.bans ?? [],
        hasAlternativeChain: options.hasAlternativeChain ?? false,
        maxInbound: options.maxInbound,
        startedAt: () => startedAt,
        connections: () => connections,
        rpcConnections: () => server.openSockets(),
        height: (now) => heightAt(now - delay(now)),
        isSynchronized,
        targetHeight: (now) => (isSynchronized(now) ? 0 : heightAt(now)),
      },
      clock.now,
    );
    const server = createDemoServer(respond);

    return {
      server,
      respond,
      restart(index) {
        const restartedAt = clock.now();
        const missed = outage.downFor;
        startedAt = restartedAt;
        delay = (now) => missed * Math.max(0, 1 - Math.max(0, now - restartedAt) / FIRST_SYNC_SECONDS);
        connections = connect(source.fork(`run ${index}`));
      },
    };
  }

  return {
    healthy: node({
      name: "monero-1",
      software: NEWEST,
      outbound: 12,
      inbound: 16,
      isAnonymous: true,
      bans: [
        { host: "203.0.113.250", ip: 0xfa7100cb },
        // monerod reports 0 for a subnet.
        { host: "198.51.100.0/28", ip: 0 },
      ],
      hasAlternativeChain: true,
    }),
    lagging: node({ name: "monero-2", software: OLDER, outbound: 8, inbound: 6, maxInbound: 32, lag: laggingFor }),
    restricted: node({ name: "monero-3", software: NEWEST, outbound: 12, inbound: 20, isRestricted: true }),
    restarting: node({ name: "monero-4", software: OLDER, outbound: 10, inbound: 8 }),
  };
}

const METHODS = new Map<string, RpcMethod>([
  ["get_info", chain.getInfo],
  ["get_version", chain.getVersion],
  ["get_last_block_header", chain.getLastBlockHeader],
  ["get_block_header_by_height", chain.getBlockHeaderByHeight],
  ["hard_fork_info", chain.hardForkInfo],
]);
/** A restricted RPC answers to these as to an unknown method. */
const ADMIN_METHODS = new Map<string, RpcMethod>([
  ["get_connections", peers.getConnections],
  ["sync_info", peers.syncInfo],
  ["get_bans", peers.getBans],
  ["get_alternate_chains", chain.getAlternateChains],
]);
const PATHS = new Map<string, RpcMethod>([
  ["/get_info", chain.getInfo],
  ["/get_height", chain.getHeight],
  ["/get_limit", peers.getLimit],
]);
const ADMIN_PATHS = new Map<string, RpcMethod>([
  ["/get_net_stats", peers.getNetStats],
  ["/get_peer_list", peers.getPeerList],
  ["/out_peers", (state) => peers.peerLimit("out", state)],
  ["/in_peers", (state) => peers.peerLimit("in", state)],
]);

/** The RPC of monerod: JSON-RPC at /json_rpc, and the other endpoints, which answer without an envelope. */
function createMoneroRpc(state: MoneroState, now: () => number): DemoHandler {
  return (request) => {
    const time = now();
    const path = request.target.split("?")[0] ?? "";
    if (path === "/json_rpc") return ok(time, callMethod(state, request, time));
    const method = PATHS.get(path) ?? (state.isRestricted ? undefined : ADMIN_PATHS.get(path));
    if (method === undefined || (request.method !== "GET" && request.method !== "POST")) {
      return empty(time, 404, "Not found");
    }
    // An empty body is accepted like {}.
    if (request.body !== "" && !isObject(parseJson(request.body))) return empty(time, 400, "Bad request");
    return ok(time, method(state, time, {}));
  };
}

/** Errors are those of a real monerod 0.18.0.0, which sends all of them with HTTP 200. */
function callMethod(state: MoneroState, request: DemoRequest, now: number): EpeeObject {
  // epee needs Content-Length: it does not read the body of a chunked request.
  const body = request.method === "GET" || request.headers["transfer-encoding"] !== undefined ? "" : request.body;
  if (body !== "" && !body.trimStart().startsWith("{")) return rpcError(-32700, "Parse error", 0);
  const call = parseJson(body);
  if (!isObject(call) || typeof call.method !== "string") return rpcError(-32600, "Invalid Request", 0);
  const id = typeof call.id === "string" || typeof call.id === "number" ? call.id : 0;
  const method = METHODS.get(call.method) ?? (state.isRestricted ? undefined : ADMIN_METHODS.get(call.method));
  if (method === undefined) return rpcError(-32601, "Method not found", id);
  try {
    return { id, jsonrpc: "2.0", result: method(state, now, isObject(call.params) ? call.params : {}) };
  } catch (error) {
    if (error instanceof RpcError) return rpcError(error.code, error.message, id);
    throw error;
  }
}

function rpcError(code: number, message: string, id: string | number): EpeeObject {
  return { error: { code, message }, id, jsonrpc: "2.0" };
}

function ok(now: number, value: EpeeObject): DemoResponse {
  return { status: 200, reason: "Ok", headers: headers(now, "application/json"), body: epeeJson(value) };
}

function empty(now: number, status: number, reason: string): DemoResponse {
  return { status, reason, headers: headers(now, "text/plain"), body: "" };
}

function headers(now: number, type: string): Record<string, string> {
  return {
    Server: "Epee-based",
    "Content-Type": type,
    "Last-Modified": new Date(now * 1000).toUTCString(),
    "Accept-Ranges": "bytes",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
