import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import type { BlockId, Outcome } from "../../model/report.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { WantedBlock } from "../adapter.ts";
import { type BlockCall, createBlockCall } from "../asked-block.ts";
import { blockHash, count } from "../decode.ts";
import { callRpc } from "./calls.ts";
import type { DaemonInfo } from "./info.ts";
import type { TopBlock } from "./secondary-calls.ts";

/** The blocks of a node's own branch, by their hashes. */

type PollSoFar = {
  readonly info: Outcome<DaemonInfo>;
  readonly topBlock: Outcome<TopBlock> | undefined;
  /** A block of another node: the own one at its height is wanted. */
  readonly wanted: WantedBlock | undefined;
};

export type Blocks = {
  readonly blocks: readonly BlockId[];
  /** How the last call for a wanted block ended; absent: none was made, or the server does not offer it. */
  readonly outcome: Outcome<unknown> | undefined;
};

type BlockReader = { read(known: PollSoFar, signal: Signal): Promise<Blocks> };

/** Coins that forked off Monero call their networks alike; their first blocks differ. */
const GENESIS = 0;

/** Without an answer, it is asked for again after this long. */
const RETRY_MS = 60_000;

/**
 * Reads the first block once for each process of the node, and any other block where it is wanted.
 * @param limitMs how long one call may take
 */
export function createBlockReader(client: RpcClient, limitMs: number): BlockReader {
  // No comparison waits for the first block, so its call is no part of a poll that may fail.
  const genesisCall = createBlockCall(limitMs);
  const wantedCall = createBlockCall(limitMs);
  let genesis: { readonly process: string; readonly blocks: readonly BlockId[]; readonly untilMs: number } | undefined;

  async function fetchAt(call: BlockCall, height: number, signal: Signal): Promise<readonly BlockId[]> {
    return (await call.ask(signal, (share) => fetchHeader(client, height, share))) ?? [];
  }

  async function genesisOf(info: DaemonInfo, signal: Signal): Promise<readonly BlockId[]> {
    const process = [info.startSeconds, info.network, info.version].join(" ");
    if (genesis?.process === process && performance.now() < genesis.untilMs) return genesis.blocks;
    const blocks = await fetchAt(genesisCall, GENESIS, signal);
    const keptMs = blocks.length > 0 ? Number.POSITIVE_INFINITY : RETRY_MS;
    genesis = { process, blocks, untilMs: performance.now() + keptMs };
    return blocks;
  }

  return {
    async read({ info, topBlock, wanted }, signal) {
      if (!info.ok) {
        // Another process may answer next, and on another chain.
        genesis = undefined;
        return { blocks: [], outcome: undefined };
      }
      // A bootstrap daemon would give its own blocks.
      if (info.value.untrusted === true) return { blocks: [], outcome: undefined };
      const blocks = [...topBlocks(info.value, topBlock)];
      if (!isKnown(GENESIS, blocks)) blocks.push(...(await genesisOf(info.value, signal)));
      if (wanted !== undefined && wanted.height < info.value.height && !isKnown(wanted.height, blocks)) {
        blocks.push(...(await fetchAt(wantedCall, wanted.height, signal)));
      }
      return { blocks, outcome: wantedCall.lastOutcome() };
    },
  };
}

function isKnown(height: number, blocks: readonly BlockId[]): boolean {
  return blocks.some((block) => block.height === height);
}

/** The top block and the one before it. */
function topBlocks({ height, topBlockHash }: DaemonInfo, topBlock: PollSoFar["topBlock"]): readonly BlockId[] {
  const previousHash = topBlock?.ok ? topBlock.value.previousHash : undefined;
  return [...blockAt(height - 1, blockHash(topBlockHash)), ...blockAt(height - 2, previousHash)];
}

function blockAt(height: number, hash: string | undefined): readonly BlockId[] {
  return hash === undefined || height < 0 ? [] : [{ height, hash }];
}

async function fetchHeader(client: RpcClient, height: number, signal: Signal): Promise<readonly BlockId[]> {
  // Answered by restricted RPC too. The height is that of the block: the top one has the node's height - 1.
  const answer = await callRpc(client, "get_block_header_by_height", signal, INFO_BUDGET, { height });
  return decodeHeader(answer, height);
}

/** The block at this height; none where the header is another one, or comes from another node (a bootstrap daemon). */
export function decodeHeader(answer: JsonObject, height: number): readonly BlockId[] {
  const header = isObject(answer.block_header) ? answer.block_header : {};
  if (answer.untrusted === true || count(header.height) !== height) return [];
  return blockAt(height, blockHash(header.hash));
}
