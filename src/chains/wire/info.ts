import { isObject, type JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import type { BlockId, Head, NodeIdentity } from "../../model/report.ts";
import { blockHash, count, text } from "../decode.ts";
import { hashOf, numberInBlockId, parseTime } from "./values.ts";

/** What /v1/chain/get_info returns (get_info_results of chain_plugin.hpp). */
export type ChainInfo = {
  readonly identity: NodeIdentity;
  readonly head: Head;
  /** The head and the last irreversible block, where they have ids. */
  readonly blocks: readonly BlockId[];
  /** The last block that the node received, applied or not; since EOSIO 1.8. */
  readonly forkDbHeadHeight?: number | undefined;
  /** The first block of the node's block log; since Leap 3.1. */
  readonly earliestBlock?: number | undefined;
};

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
      chainId: hashOf(info.chain_id),
    },
    head: {
      height,
      timestampSeconds: parseTime(info.head_block_time),
      finalHeight: count(info.last_irreversible_block_num),
      finalTimestampSeconds: parseTime(info.last_irreversible_block_time),
    },
    blocks: blocksOf(info, height),
    forkDbHeadHeight: count(info.fork_db_head_block_num),
    earliestBlock: count(info.earliest_available_block_num),
  };
}

function blocksOf(info: JsonObject, height: number): readonly BlockId[] {
  const head = blockOf(info.head_block_id, info.head_block_num);
  const final = blockOf(info.last_irreversible_block_id, info.last_irreversible_block_num);
  // In read-mode irreversible both are the same block.
  const blocks = [head, final?.height === head?.height ? undefined : final].flatMap((block) => block ?? []);
  return blocks.filter((block) => block.height <= height);
}

/** A block whose id begins with its number, as all do; a node that gives another number is not believed. */
export function blockOf(id: unknown, number: unknown): BlockId | undefined {
  const hash = blockHash(id);
  const height = numberInBlockId(hash);
  if (hash === undefined || height === undefined || (number !== undefined && count(number) !== height))
    return undefined;
  return { height, hash };
}
