import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import type { ChainSample } from "../../model/report.ts";
import { LIST_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { count } from "../decode.ts";
import { callRpc } from "./calls.ts";
import { sampleOf } from "./facts.ts";
import { SYNC_BLOCKS, SYNC_BYTES, SYNC_SPANS } from "./families.ts";

/** Where the blocks of a sync are. Much downloaded: adding them is slow; little: the peers are. */
export type SyncQueue = {
  readonly requested: { readonly spans: number; readonly blocks: number };
  readonly downloaded: { readonly spans: number; readonly blocks: number; readonly bytes: number };
};

/** A costly call: it writes all connections, and walks through them once more for each span (on_sync_info). */
export async function fetchSyncQueue(client: RpcClient, signal: Signal): Promise<SyncQueue> {
  return decodeSyncQueue(await callRpc(client, "sync_info", signal, LIST_BUDGET), `sync_info at ${client.url.label}`);
}

/** @throws NodeError bad_shape when `spans` is there and is not a list */
export function decodeSyncQueue(result: JsonObject, call: string): SyncQueue {
  // epee leaves out empty lists: an idle queue sends no `spans` at all.
  const rows = result.spans ?? [];
  if (!Array.isArray(rows)) {
    throw nodeError("bad_shape", `${call}: expected a list of spans`, "check that the URL is monerod's RPC");
  }
  const spans = rows.flatMap((row: unknown) => {
    const [blocks, bytes] = isObject(row) ? [count(row.nblocks), count(row.size)] : [];
    return blocks === undefined || bytes === undefined ? [] : [{ blocks, bytes }];
  });
  // A span has its size from the moment when its blocks are there (block_queue::add_blocks).
  const requested = spans.filter(({ bytes }) => bytes === 0);
  const downloaded = spans.filter(({ bytes }) => bytes > 0);
  return {
    requested: { spans: requested.length, blocks: sum(requested.map(({ blocks }) => blocks)) },
    downloaded: {
      spans: downloaded.length,
      blocks: sum(downloaded.map(({ blocks }) => blocks)),
      bytes: sum(downloaded.map(({ bytes }) => bytes)),
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function syncSamples({ requested, downloaded }: SyncQueue): readonly ChainSample[] {
  return [
    ...sampleOf(SYNC_SPANS, requested.spans, "requested"),
    ...sampleOf(SYNC_SPANS, downloaded.spans, "downloaded"),
    ...sampleOf(SYNC_BLOCKS, requested.blocks, "requested"),
    ...sampleOf(SYNC_BLOCKS, downloaded.blocks, "downloaded"),
    ...sampleOf(SYNC_BYTES, downloaded.bytes),
  ];
}
