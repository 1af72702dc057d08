import type { JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import { count, flag, text } from "../decode.ts";

/** What get_info returns (core_rpc_server_commands_defs.h), without the values that restricted RPC fakes. */
export type DaemonInfo = {
  /** Top block + 1, as in get_connections. */
  readonly height: number;
  /** Always 0 after the first sync. */
  readonly targetHeight: number;
  /** True from the end of the first sync on, even when the node falls behind. */
  readonly synchronized: boolean;
  /** Whether this is a restricted RPC; not known where another node answered. */
  readonly restricted: boolean | undefined;
  readonly version?: string | undefined;
  /** mainnet, testnet, stagenet or fakechain (regtest). */
  readonly network?: string | undefined;
  /** Seconds between two blocks that the difficulty aims at. */
  readonly blockSeconds?: number | undefined;
  readonly topBlockHash?: string | undefined;
  /** Another node, a bootstrap daemon, gave this answer. Absent from 0.19 on, which has none. */
  readonly untrusted?: boolean | undefined;
  readonly offline?: boolean | undefined;
  /** From here on absent on restricted RPC. */
  readonly updateAvailable?: boolean | undefined;
  readonly startSeconds?: number | undefined;
  readonly whitePeers?: number | undefined;
  readonly grayPeers?: number | undefined;
  readonly rpcConnections?: number | undefined;
  readonly alternativeBlocks?: number | undefined;
  readonly freeSpaceBytes?: number | undefined;
  readonly databaseBytes?: number | undefined;
};

/**
 * With a bootstrap daemon (`untrusted`) another node answers while this one syncs: core_rpc_server.cpp on_get_info then
 * adds only `height_without_bootstrap` of its own.
 * @throws NodeError bad_shape
 */
export function decodeInfo(result: JsonObject, call: string): DaemonInfo {
  const isForeign = result.untrusted === true;
  const height = count(isForeign ? result.height_without_bootstrap : result.height);
  if (height === undefined) {
    throw nodeError("bad_shape", `${call}: expected a whole number as height`, "check that the URL is monerod's RPC");
  }
  const own = isForeign ? {} : result;
  const restricted = flag(own.restricted);
  return {
    height,
    targetHeight: count(isForeign ? result.height : result.target_height) ?? 0,
    synchronized: flag(result.synchronized) ?? true,
    restricted,
    version: text(own.version),
    network: text(result.nettype),
    blockSeconds: blockSeconds(result.target),
    topBlockHash: text(own.top_block_hash),
    untrusted: flag(result.untrusted),
    offline: flag(own.offline),
    ...(restricted === true ? {} : resources(own)),
  };
}

/** No network makes blocks more slowly. */
const MAX_BLOCK_SECONDS = 86_400;

function blockSeconds(target: unknown): number | undefined {
  const seconds = count(target) ?? 0;
  return seconds > 0 && seconds <= MAX_BLOCK_SECONDS ? seconds : undefined;
}

/** What restricted RPC blanks: zeros, `free_space` 2^64 - 1, `database_size` rounded up to 5 GiB (on_get_info). */
function resources(result: JsonObject) {
  return {
    updateAvailable: flag(result.update_available),
    // 0 means that the clock was never set.
    startSeconds: count(result.start_time) || undefined,
    whitePeers: count(result.white_peerlist_size),
    grayPeers: count(result.grey_peerlist_size),
    rpcConnections: count(result.rpc_connections_count),
    alternativeBlocks: count(result.alt_blocks_count),
    freeSpaceBytes: count(result.free_space),
    databaseBytes: count(result.database_size),
  };
}
