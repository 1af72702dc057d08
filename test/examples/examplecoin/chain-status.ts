import { blockHash, count, flag, text } from "../../../src/chains/decode.ts";
import { isObject } from "../../../src/lib/json.ts";
import { nodeError } from "../../../src/model/failure.ts";
import type { BlockId, Head } from "../../../src/model/report.ts";

/** What chain_status returns. */
export type ChainStatus = {
  readonly network: string | undefined;
  readonly head: Head;
  /** The newest block. */
  readonly blocks: readonly BlockId[];
  readonly headerHeight: number | undefined;
  /** True until the node has caught up for the first time since it started. */
  readonly isFirstSync: boolean | undefined;
};

/** @throws NodeError bad_shape */
export function decodeChainStatus(answer: unknown, call: string): ChainStatus {
  const height = isObject(answer) ? count(answer.height) : undefined;
  if (!isObject(answer) || height === undefined) {
    throw nodeError("bad_shape", `${call}: expected a height`, "check that the URL is the API of examplecoind");
  }
  const hash = blockHash(answer.tip_hash);
  return {
    network: text(answer.network),
    // Only newer releases send the time of the head; an absent field stays absent.
    head: { height, timestampSeconds: count(answer.tip_time) },
    blocks: hash === undefined ? [] : [{ height, hash }],
    headerHeight: count(answer.header_height),
    isFirstSync: flag(answer.first_sync),
  };
}
