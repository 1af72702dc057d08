import { nodeError } from "../../errors.ts";
import type { Head, NodeIdentity } from "../chain.ts";
import { count, isObject, text } from "../decode.ts";
import { chainIdOf, numberInBlockId } from "./connections.ts";

/** What /v1/chain/get_info tells (get_info_results of chain_plugin.hpp). */
export type ChainInfo = { readonly identity: NodeIdentity; readonly head: Head };

/** @throws NodeError bad_shape when there is no head block number. */
export function decodeInfo(answer: unknown, call: string): ChainInfo {
  const info = isObject(answer) ? answer : {};
  const height = count(info.head_block_num) ?? numberInBlockId(info.head_block_id);
  if (height === undefined) {
    throw nodeError(
      "bad_shape",
      `${call}: expected an object with head_block_num`,
      "check that the URL is the HTTP API of a nodeop or nodeos node",
    );
  }
  return {
    identity: {
      version: text(info.server_version_string) ?? text(info.server_full_version_string),
      chainId: chainIdOf(info.chain_id),
    },
    head: {
      height,
      timestampSeconds: parseTime(info.head_block_time),
      finalHeight: count(info.last_irreversible_block_num),
    },
  };
}

/**
 * Unix seconds of a nodeos time. It is UTC but has no Z (libfc time.cpp to_iso_string), so JavaScript alone would read
 * it as local time. 1970 stands for "never" and gives undefined.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/.test(value)) return undefined;
  const seconds = Date.parse(value.endsWith("Z") ? value : `${value}Z`) / 1000;
  return seconds > 0 ? seconds : undefined;
}
