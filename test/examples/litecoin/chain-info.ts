import { blockHash, count, flag, text } from "../../../src/chains/decode.ts";
import { isObject } from "../../../src/lib/json.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { BlockId, Head } from "../../../src/model/report.ts";

/** What getblockchaininfo returns. */
export type ChainInfo = {
  readonly network: string | undefined;
  readonly head: Head;
  /** The newest block. */
  readonly blocks: readonly BlockId[];
  readonly headers: number | undefined;
  /** True until the node has caught up for the first time since it started. */
  readonly isInitialDownload: boolean | undefined;
};

/** @throws NodeError bad_shape */
export function decodeChainInfo(answer: unknown, call: string): ChainInfo {
  const height = isObject(answer) ? count(answer.blocks) : undefined;
  if (!isObject(answer) || height === undefined) {
    throw nodeError("bad_shape", `${call}: expected a number of blocks`, "check that the URL is the RPC of litecoind");
  }
  const hash = blockHash(answer.bestblockhash);
  return {
    network: text(answer.chain),
    // Only newer releases send the time of the head; an absent field stays absent.
    head: { height, timestampSeconds: count(answer.time) },
    blocks: hash === undefined ? [] : [{ height, hash }],
    headers: count(answer.headers),
    isInitialDownload: flag(answer.initialblockdownload),
  };
}
