import type { Signal } from "../../lib/abort.ts";
import { isObject } from "../../lib/json.ts";
import { NodeError } from "../../model/failure.ts";
import type { BlockId, NodeReport, Outcome } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { RpcResponse } from "../../rpc/message.ts";
import { parseNodeJson } from "../../rpc/node-json.ts";
import type { WantedBlock } from "../adapter.ts";
import { createBlockCall } from "../asked-block.ts";
import { explainStatus } from "./api.ts";
import type { Cut } from "./cut.ts";
import { fetchHeader, heightIn } from "./header.ts";

/**
 * Whether a node has a block that another one reports. Its API finds blocks only by their hash. It also has the headers of
 * orphans that it once followed, but none of a branch that it refuses, as after a fork of the rules.
 */

export type AskedBlock = Pick<NodeReport, "lackingBlocks"> & {
  /** The block, if the node has it. */
  readonly blocks: readonly BlockId[];
  /** How the last call for a block ended; absent: none was made, or the server does not offer it. */
  readonly outcome: Outcome<unknown> | undefined;
};

export const NOTHING_ASKED: AskedBlock = { blocks: [], outcome: undefined };

type ReadBlock = (cut: Cut, wanted: WantedBlock | undefined, signal: Signal) => Promise<AskedBlock>;

/** @param limitMs how long the call may take */
export function createBlockReader(client: RpcClient, network: string, limitMs: number): ReadBlock {
  const call = createBlockCall(limitMs);
  return async (cut, wanted, signal) => {
    const block = wanted === undefined ? undefined : toAskFor(wanted, cut);
    if (block === undefined) return { blocks: [], outcome: call.lastOutcome() };
    const isFound = await call.ask(signal, (share) => hasBlock(client, network, block, share));
    return {
      blocks: isFound === true ? [block] : [],
      lackingBlocks: isFound === false ? [block] : undefined,
      outcome: call.lastOutcome(),
    };
  };
}

/** Undefined where the answer is known: a node does not lack its newest block, nor one that it has not reached yet. */
function toAskFor({ chain = "", height, hash }: WantedBlock, { tips, head }: Cut): BlockId | undefined {
  const own = head.chainHeights?.get(chain) ?? -1;
  return hash === undefined || height > own || tips.get(chain) === hash ? undefined : { chain, height, hash };
}

/** Undefined where the header says that the block is at another height than its reporter said. */
async function hasBlock(
  client: RpcClient,
  network: string,
  { chain = "", hash, height }: BlockId,
  signal: Signal,
): Promise<boolean | undefined> {
  let isUnknown = false;
  const explain = (response: RpcResponse, call: string) => {
    isUnknown = response.status === 404 && isKeyNotFound(response.body);
    return explainStatus("header", network)(response, call);
  };
  try {
    const header = await fetchHeader(client, { network, chain, hash }, explain, signal);
    return heightIn(header) === height ? true : undefined;
  } catch (error) {
    if (isUnknown && error instanceof NodeError) return false;
    throw error;
  }
}

/**
 * Whether the node looked for the block and does not have it (src/Chainweb/BlockHeaderDB/RestAPI/Server.hs err404Msg). Any
 * other 404, such as Servant's without a body, means that the API or the chain is missing.
 */
function isKeyNotFound(body: Uint8Array): boolean {
  if (body.length > MAX_ERROR_BYTES) return false;
  try {
    const error = parseNodeJson(new TextDecoder().decode(body));
    return isObject(error) && error.reason === "key not found";
  } catch {
    return false;
  }
}

/** The error repeats the hash and has few more characters. */
const MAX_ERROR_BYTES = 1024;
