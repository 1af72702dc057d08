import { isObject } from "../../lib/json.ts";
import type { BlockId, SyncingWord } from "../../model/report.ts";
import { blockHash, count, flag, text } from "../decode.ts";
import { wrongShape } from "./calls.ts";

/** What getblockchaininfo tells; absent: the node does not. */
export type ChainInfo = {
  /** As the node names it: main, test, testnet4, signet, regtest. */
  readonly network: string | undefined;
  readonly height: number;
  readonly hash: string | undefined;
  /** Of the head block, unix seconds: from 23 on. `mediantime` is older by an hour. */
  readonly timestampSeconds: number | undefined;
  /** The best header, whose proof of work the node has checked. */
  readonly headers: number | undefined;
  readonly isInitialDownload: boolean | undefined;
  /** The share of all transactions up to now that the node has verified, as it estimates it. */
  readonly progress: number | undefined;
  readonly isPruned: boolean | undefined;
  readonly pruneHeight: number | undefined;
  readonly diskBytes: number | undefined;
  /** How many warnings the node has. */
  readonly warnings: number | undefined;
};

/** @throws NodeError bad_shape */
export function decodeChainInfo(answer: unknown, call: string): ChainInfo {
  const height = isObject(answer) ? count(answer.blocks) : undefined;
  if (!isObject(answer) || height === undefined) throw wrongShape(call, "a number of blocks");
  return {
    network: networkOf(answer.chain),
    height,
    hash: blockHash(answer.bestblockhash),
    // The first block of a regtest network has a time of 2011, as all have.
    timestampSeconds: count(answer.time) || undefined,
    headers: count(answer.headers),
    isInitialDownload: flag(answer.initialblockdownload) ?? not(flag(answer.initial_block_download_complete)),
    progress: shareOf(answer.verificationprogress),
    isPruned: flag(answer.pruned),
    pruneHeight: count(answer.pruneheight),
    diskBytes: count(answer.size_on_disk),
    warnings: warningsOf(answer.warnings),
  };
}

/** btcd's names for networks that all others call as Bitcoin Core does (chaincfg/params.go). */
const NETWORK_NAMES: ReadonlyMap<string | undefined, string> = new Map([
  ["mainnet", "main"],
  ["testnet3", "test"],
]);

function networkOf(value: unknown): string | undefined {
  const name = text(value);
  return NETWORK_NAMES.get(name) ?? name;
}

/** zcashd says whether the download is over. */
function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** An estimate may be slightly above 1. */
function shareOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? Math.min(1, value) : undefined;
}

/** One text up to 27, a list of them from 28 on. */
function warningsOf(value: unknown): number | undefined {
  if (typeof value === "string") return value === "" ? 0 : 1;
  return Array.isArray(value) ? value.length : undefined;
}

/** A node that is one or two blocks behind its headers waits for blocks that were just made. */
const NEWEST_BLOCKS = 2;

/**
 * Whether the node syncs. `initialblockdownload` stays false once it was, even of a node that falls far behind: then headers and
 * blocks tell. Nodes that have no such word (before 0.16, btcd, whose headers are always its blocks) are judged by their progress.
 */
export function syncingWord({ height, headers, isInitialDownload }: ChainInfo): SyncingWord {
  if (isInitialDownload === true) return true;
  if (headers !== undefined && headers > height + NEWEST_BLOCKS) return true;
  return isInitialDownload ?? "progress";
}

/** The newest block of the node's branch. */
export function headBlock({ height, hash }: ChainInfo): readonly BlockId[] {
  return hash === undefined ? [] : [{ height, hash }];
}
