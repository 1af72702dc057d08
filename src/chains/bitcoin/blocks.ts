import { type Signal, withDeadline } from "../../lib/abort.ts";
import { attempt, type BlockId, type Outcome, succeeded } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { WantedBlock } from "../adapter.ts";
import { createBlockCall } from "../asked-block.ts";
import { blockHash } from "../decode.ts";
import { callRpc, wrongShape } from "./calls.ts";
import { type ChainInfo, headBlock } from "./chain-info.ts";
import { decodeHeader, NOT_OFFERED } from "./secondary-answers.ts";

/** The blocks of a node's own branch, by their hashes. */
export type Blocks = {
  readonly blocks: readonly BlockId[];
  /** How the last call for a wanted block ended; absent: none was made, or the server does not offer it. */
  readonly outcome: Outcome<unknown> | undefined;
};

type BlockReader = {
  read(info: ChainInfo | undefined, wanted: WantedBlock | undefined, signal: Signal): Promise<Blocks>;
};

/** @param limitMs how long the call for a wanted block may take */
export function createBlockReader(client: RpcClient, limitMs: number): BlockReader {
  const call = createBlockCall(limitMs);
  return {
    async read(info, wanted, signal) {
      // What an earlier poll found says nothing of a node that does not answer.
      if (info === undefined) return { blocks: [], outcome: undefined };
      const blocks = headBlock(info);
      // Above its head a node has no block.
      if (wanted === undefined || wanted.height >= info.height) {
        return { blocks, outcome: call.lastOutcome() };
      }
      const own = await call.ask(signal, (share) => fetchBlock(client, wanted.height, share));
      return { blocks: own === undefined ? blocks : [...blocks, own], outcome: call.lastOutcome() };
    },
  };
}

async function fetchBlock(client: RpcClient, height: number, signal: Signal): Promise<BlockId> {
  const hash = blockHash(await callRpc(client, "getblockhash", { signal, params: [height] }));
  if (hash === undefined) throw wrongShape(`getblockhash at ${client.url.label}`, "a hash");
  return { height, hash };
}

type HeadTimes = {
  /** Undefined: not asked for, or not offered. */
  of(info: ChainInfo, signal: Signal): Promise<Outcome<number | undefined> | undefined>;
};

/**
 * The time of the head block, unix seconds. Nodes before 23 and other software do not send it with the head; then its header is
 * asked for, once for each new block.
 * @param limitMs how long the call may take
 */
export function createHeadTimes(client: RpcClient, limitMs: number): HeadTimes {
  let known: { readonly hash: string; readonly answer: Outcome<number | undefined> | undefined } | undefined;
  return {
    async of({ hash, timestampSeconds }, signal) {
      if (timestampSeconds !== undefined || hash === undefined) return undefined;
      if (known?.hash === hash) return known.answer;
      const answer = await attempt(() =>
        withDeadline(signal, limitMs, async (share) => {
          const header = await callRpc(client, "getblockheader", { signal: share, params: [hash] });
          const call = `getblockheader at ${client.url.label}`;
          const decoded = decodeHeader(header, call);
          // Behind a load balancer, another node may answer.
          if (decoded.hash !== undefined && decoded.hash !== hash)
            throw wrongShape(call, "the header of its head block");
          return decoded;
        }),
      );
      const isRefused = !answer.ok && NOT_OFFERED.has(answer.failure.reason);
      if (!answer.ok && !isRefused) return answer;
      known = { hash, answer: answer.ok ? succeeded(answer.value.timestampSeconds) : undefined };
      return known.answer;
    },
  };
}
