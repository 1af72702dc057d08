import type { Signal } from "../../lib/abort.ts";
import { isObject } from "../../lib/json.ts";
import type { BlockId, Outcome } from "../../model/report.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import type { WantedBlock } from "../adapter.ts";
import { createBlockCall } from "../asked-block.ts";
import { explainStatus } from "./explain.ts";
import { blockOf, type ChainInfo } from "./info.ts";

/** The blocks of a node's own branch, by their ids. */

export type Blocks = {
  readonly blocks: readonly BlockId[] | undefined;
  /** How the last call for a block ended; absent: none was made, or the node does not offer it. */
  readonly outcome: Outcome<unknown> | undefined;
};

/** @param wanted a block of another node: the own one at its height is wanted */
type ReadBlocks = (info: Outcome<ChainInfo>, wanted: WantedBlock | undefined, signal: Signal) => Promise<Blocks>;

/**
 * The head and the last irreversible block, and one more where it is wanted. The handshakes of the peers have ids too, which
 * prove nothing more: a node closes the connection to a peer whose last irreversible block it does not have (net_plugin.cpp
 * handle_message of handshake_message, go_away reason forked).
 * @param limitMs how long the call for a block may take
 */
export function createBlockReader(client: RpcClient, limitMs: number): ReadBlocks {
  const call = createBlockCall(limitMs);
  return async (info, wanted, signal) => {
    if (!info.ok) return { blocks: undefined, outcome: undefined };
    const { blocks, head } = info.value;
    const isKnown = blocks.some(({ height }) => height === wanted?.height);
    if (wanted === undefined || isKnown || wanted.height > head.height) {
      return { blocks, outcome: call.lastOutcome() };
    }
    const found = await call.ask(signal, (share) => fetchBlock(client, wanted.height, share));
    return { blocks: found === undefined ? blocks : [...blocks, found], outcome: call.lastOutcome() };
  };
}

const PATH = "/v1/chain/get_block_info";

/** Since EOSIO 2.1 and Leap; undefined where the node has no block of this number, as after a start from a snapshot. */
async function fetchBlock(client: RpcClient, height: number, signal: Signal): Promise<BlockId | undefined> {
  const request = {
    name: PATH,
    method: "POST",
    path: apiPath(client.url, PATH),
    body: JSON.stringify({ block_num: height }),
    headers: { "content-type": "application/json" },
    budget: INFO_BUDGET,
  } as const;
  const { value } = await callJson(client, request, signal, explainStatus("chain"));
  return decodeBlock(value, height);
}

/** The block of this number; undefined where the answer is another one. */
export function decodeBlock(answer: unknown, height: number): BlockId | undefined {
  const block = isObject(answer) ? blockOf(answer.id, answer.block_num) : undefined;
  return block?.height === height ? block : undefined;
}
