import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { NodeError, nodeError } from "../../model/failure.ts";
import type { ByteCounts, ChainSample } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count, text } from "../decode.ts";
import { callEndpoint, callRpc } from "./calls.ts";
import { BANS, MAX_PEERS, RECEIVE_LIMIT, SYNC_BLOCKS, SYNC_BYTES, SYNC_SPANS, TRANSMIT_LIMIT } from "./families.ts";
import type { DaemonInfo } from "./info.ts";
import { sampleOf } from "./report.ts";

/** What the operator allows the node; absent: no limit, or not known. */
export type Limits = {
  readonly receiveBytesPerSecond?: number | undefined;
  readonly transmitBytesPerSecond?: number | undefined;
  readonly maxInbound?: number | undefined;
  readonly maxOutbound?: number | undefined;
};

/**
 * /in_peers and /out_peers read only with this body: in a request without `set` it counts as true (KV_SERIALIZE_OPT in
 * core_rpc_server_commands_defs.h), and an empty body sets the cap to 0, which drops all peers (seen on 0.18.0.0).
 */
const READ_ONLY = { set: false } as const;

/** (uint32_t)-1, the default of in-peers: as many as come. */
const UNLIMITED = 0xffff_ffff;

/** @param info of the same poll: the version, and the proof that request bodies arrive whole at this server */
export async function fetchLimits(client: RpcClient, info: DaemonInfo, signal: Signal): Promise<Limits> {
  const rates = decodeRates(await callEndpoint(client, "/get_limit", {}, signal));
  if (!knowsSet(info)) return rates;
  const inbound = await ifOffered(() => callEndpoint(client, "/in_peers", READ_ONLY, signal));
  const outbound = await ifOffered(() => callEndpoint(client, "/out_peers", READ_ONLY, signal));
  return { ...rates, maxInbound: capOf(inbound?.in_peers), maxOutbound: capOf(outbound?.out_peers) };
}

/**
 * Before 0.15 the same calls always set the cap, whatever `set` says (monero-project/monero pull request 5582), and
 * coins that were forked off earlier still may. So only numbers that are Monero's own and known are asked.
 */
function knowsSet({ version = "" }: DaemonInfo): boolean {
  const [, minor = "0"] = /^0\.(\d{1,3})\./.exec(version) ?? [];
  return Number(minor) >= 18;
}

/** A proxy may let only some paths through. */
async function ifOffered(call: () => Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof NodeError && error.failure.reason === "not_found") return undefined;
    throw error;
  }
}

/** Exported for the tests. */
export function decodeRates(answer: JsonObject): Limits {
  // This call, unlike those for the caps, is handed on to a bootstrap daemon (seen on 0.18.0.0).
  if (answer.untrusted === true) return {};
  return { receiveBytesPerSecond: rateOf(answer.limit_down), transmitBytesPerSecond: rateOf(answer.limit_up) };
}

/** "kB/s" here are KiB/s: network_throttle::set_target_speed multiplies by 1024. */
function rateOf(limit: unknown): number | undefined {
  const kibibytes = count(limit);
  return kibibytes === undefined ? undefined : count(kibibytes * 1024);
}

/** Exported for the tests. */
export function capOf(cap: unknown): number | undefined {
  const peers = count(cap);
  return peers === UNLIMITED ? undefined : peers;
}

export function limitSamples(limits: Limits): readonly ChainSample[] {
  return [
    ...sampleOf(MAX_PEERS, limits.maxInbound, "inbound"),
    ...sampleOf(MAX_PEERS, limits.maxOutbound, "outbound"),
    ...sampleOf(RECEIVE_LIMIT, limits.receiveBytesPerSecond),
    ...sampleOf(TRANSMIT_LIMIT, limits.transmitBytesPerSecond),
  ];
}

/** How many bans are in force. A ban of a subnet says nothing of how many peers it keeps away. */
export type Bans = { readonly addresses: number; readonly subnets: number };

export async function fetchBans(client: RpcClient, signal: Signal): Promise<Bans> {
  return decodeBans(await callRpc(client, "get_bans", signal, LIST_BUDGET), `get_bans at ${client.url.label}`);
}

/** @throws NodeError bad_shape when `bans` is there and is not a list */
export function decodeBans(result: JsonObject, call: string): Bans {
  // epee leaves out empty lists.
  const rows = result.bans ?? [];
  if (!Array.isArray(rows)) {
    throw nodeError("bad_shape", `${call}: expected a list of bans`, "check that the URL is monerod's RPC");
  }
  const hosts = rows.flatMap((row: unknown) => (isObject(row) ? (text(row.host) ?? []) : []));
  const subnets = hosts.filter((host) => host.includes("/")).length;
  return { addresses: hosts.length - subnets, subnets };
}

export function banSamples({ addresses, subnets }: Bans): readonly ChainSample[] {
  return [...sampleOf(BANS, addresses, "address"), ...sampleOf(BANS, subnets, "subnet")];
}

/** Bytes since the node's start, P2P only: RPC does not feed these throttles (on_get_net_stats). */
export async function fetchTotals(client: RpcClient, signal: Signal): Promise<ByteCounts> {
  const path = "/get_net_stats";
  return decodeTotals(await callEndpoint(client, path, {}, signal), `${path} at ${client.url.label}`);
}

/** @throws NodeError bad_shape */
export function decodeTotals(answer: JsonObject, call: string): ByteCounts {
  const received = count(answer.total_bytes_in);
  const sent = count(answer.total_bytes_out);
  if (received === undefined || sent === undefined) {
    throw nodeError(
      "bad_shape",
      `${call}: expected whole numbers as total_bytes_in and total_bytes_out`,
      "check that the URL is monerod's RPC",
    );
  }
  return { received, sent };
}

/** Where the blocks of a sync are. Much downloaded: adding them is slow; little: the peers are. */
export type SyncQueue = {
  readonly requested: { readonly spans: number; readonly blocks: number };
  readonly downloaded: { readonly spans: number; readonly blocks: number; readonly bytes: number };
};

/** A costly call: it writes all connections, and walks through them once more for each span (on_sync_info). */
export async function fetchSyncQueue(client: RpcClient, signal: Signal): Promise<SyncQueue> {
  return decodeSyncQueue(await callRpc(client, "sync_info", signal, LIST_BUDGET), `sync_info at ${client.url.label}`);
}

/** @throws NodeError bad_shape when `spans` is there and is not a list */
export function decodeSyncQueue(result: JsonObject, call: string): SyncQueue {
  // epee leaves out empty lists: an idle queue sends no `spans` at all.
  const rows = result.spans ?? [];
  if (!Array.isArray(rows)) {
    throw nodeError("bad_shape", `${call}: expected a list of spans`, "check that the URL is monerod's RPC");
  }
  const spans = rows.flatMap((row: unknown) => {
    const [blocks, bytes] = isObject(row) ? [count(row.nblocks), count(row.size)] : [];
    return blocks === undefined || bytes === undefined ? [] : [{ blocks, bytes }];
  });
  // A span has its size from the moment when its blocks are there (block_queue::add_blocks).
  const requested = spans.filter(({ bytes }) => bytes === 0);
  const downloaded = spans.filter(({ bytes }) => bytes > 0);
  return {
    requested: { spans: requested.length, blocks: sum(requested.map(({ blocks }) => blocks)) },
    downloaded: {
      spans: downloaded.length,
      blocks: sum(downloaded.map(({ blocks }) => blocks)),
      bytes: sum(downloaded.map(({ bytes }) => bytes)),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function syncSamples({ requested, downloaded }: SyncQueue): readonly ChainSample[] {
  return [
    ...sampleOf(SYNC_SPANS, requested.spans, "requested"),
    ...sampleOf(SYNC_SPANS, downloaded.spans, "downloaded"),
    ...sampleOf(SYNC_BLOCKS, requested.blocks, "requested"),
    ...sampleOf(SYNC_BLOCKS, downloaded.blocks, "downloaded"),
    ...sampleOf(SYNC_BYTES, downloaded.bytes),
  ];
}
