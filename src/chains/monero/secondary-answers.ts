import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { NodeError, nodeError } from "../../model/failure.ts";
import type { ByteCounts } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count, text } from "../decode.ts";
import { callEndpoint, callRpc } from "./calls.ts";
import type { DaemonInfo } from "./info.ts";

/** What the operator lets the node use; absent: no limit, or not known. */
export type Limits = {
  readonly receiveBytesPerSecond?: number | undefined;
  readonly transmitBytesPerSecond?: number | undefined;
  readonly maxInbound?: number | undefined;
  readonly maxOutbound?: number | undefined;
};

/**
 * /in_peers and /out_peers only read with this body. Without `set`, they set the cap (KV_SERIALIZE_OPT in
 * core_rpc_server_commands_defs.h), and an empty body sets it to 0, which drops all peers (seen on 0.18.0.0).
 */
const READ_ONLY = { set: false } as const;

/** (uint32_t)-1, the default of in-peers: no limit. */
const UNLIMITED = 0xffff_ffff;

/** @param info of the same poll: it has the version, and proves that request bodies arrive whole at this server */
export async function fetchLimits(client: RpcClient, info: DaemonInfo, signal: Signal): Promise<Limits> {
  const rates = decodeRates(await callEndpoint(client, "/get_limit", {}, signal));
  if (!knowsSet(info)) return rates;
  const inbound = await ifOffered(() => callEndpoint(client, "/in_peers", READ_ONLY, signal));
  const outbound = await ifOffered(() => callEndpoint(client, "/out_peers", READ_ONLY, signal));
  return { ...rates, maxInbound: capOf(inbound?.in_peers), maxOutbound: capOf(outbound?.out_peers) };
}

/**
 * Before 0.15 the same calls always set the cap, whatever `set` says (monero-project/monero pull request 5582), and
 * coins that forked off earlier still may. So the exporter asks only nodes with a known version number of Monero.
 */
function knowsSet({ version = "" }: DaemonInfo): boolean {
  const [, minor = "0"] = /^0\.(\d{1,3})\./.exec(version) ?? [];
  return Number(minor) >= 18;
}

/** A proxy may forward only some paths. */
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
  // A node forwards this call to its bootstrap daemon, unlike those for the caps (seen on 0.18.0.0).
  if (answer.untrusted === true) return {};
  return { receiveBytesPerSecond: rateOf(answer.limit_down), transmitBytesPerSecond: rateOf(answer.limit_up) };
}

/** "kB/s" means KiB/s here: network_throttle::set_target_speed multiplies by 1024. */
function rateOf(limit: unknown): number | undefined {
  const kibibytes = count(limit);
  return kibibytes === undefined ? undefined : count(kibibytes * 1024);
}

/** Exported for the tests. */
export function capOf(cap: unknown): number | undefined {
  const peers = count(cap);
  return peers === UNLIMITED ? undefined : peers;
}

/** How many bans are active. A ban of a subnet does not tell how many peers it blocks. */
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

/** Bytes since the start of the node, P2P only: RPC does not count (on_get_net_stats). */
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

/** The queue of blocks during a sync. Many downloaded blocks mean that adding them is slow; few, that the peers are slow. */
export type SyncQueue = {
  readonly requested: { readonly spans: number; readonly blocks: number };
  readonly downloaded: { readonly spans: number; readonly blocks: number; readonly bytes: number };
};

/** A costly call: it writes all connections, and searches them for each span (on_sync_info). */
export async function fetchSyncQueue(client: RpcClient, signal: Signal): Promise<SyncQueue> {
  return decodeSyncQueue(await callRpc(client, "sync_info", signal, LIST_BUDGET), `sync_info at ${client.url.label}`);
}

/** @throws NodeError bad_shape when `spans` is there and is not a list */
export function decodeSyncQueue(result: JsonObject, call: string): SyncQueue {
  // epee leaves out empty lists: an idle queue has no `spans`.
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
