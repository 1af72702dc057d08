import { nodeError } from "../../errors.ts";
import { count, flag, type JsonObject, text } from "../decode.ts";

/** What get_info tells (core_rpc_server_commands_defs.h), without the values that restricted RPC fakes. */
export type DaemonInfo = {
  /** Top block + 1, as in get_connections. */
  readonly height: number;
  /** 0 once the first sync is done, for ever after. */
  readonly targetHeight: number;
  /** True since the end of the first sync and never false again, also when the node falls behind. */
  readonly synchronized: boolean;
  readonly restricted: boolean;
  readonly version?: string | undefined;
  /** mainnet, testnet, stagenet or fakechain (regtest). */
  readonly network?: string | undefined;
  /** Seconds per block that the difficulty aims at. */
  readonly blockSeconds?: number | undefined;
  readonly topBlockHash?: string | undefined;
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
  return {
    height,
    targetHeight: count(isForeign ? result.height : result.target_height) ?? 0,
    synchronized: flag(result.synchronized) ?? true,
    restricted: !isForeign && flag(result.restricted) === true,
    version: isForeign ? undefined : text(result.version),
    network: text(result.nettype),
    blockSeconds: count(result.target),
    topBlockHash: isForeign ? undefined : text(result.top_block_hash),
  };
}
