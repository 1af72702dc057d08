import type { PollRequest } from "../chains/adapter.ts";
import type { NodeConfig } from "../config/model.ts";
import type { NodeReport } from "../model/report.ts";
import { type BlockIndex, createBlockIndex } from "./block-index.ts";
import { createNodeBlocks, GENESIS, type NodeBlocks, type ReportTimes, unlist, updateBlocks } from "./blocks.ts";
import { areApart, areTogether, leave, takeSide } from "./branches.ts";
import { compareBlocks, type Forks, haveCommonBlock, NO_FORKS } from "./forks.ts";
import {
  ASK_EVERY_MS,
  type Asking,
  chooseWanted,
  type PlaceSettings,
  type WantedPlaces,
  wantPlace,
} from "./wanted-blocks.ts";

/**
 * The recent blocks of all nodes: which nodes are on which branch, and so, whose heads can be compared. Nodes that call their
 * network alike may be on other chains, and nodes of one chain may have left each other.
 */
type KnownBlocks = {
  /**
   * Takes the blocks of a poll, also of one that failed.
   * @param reorgDepth reorganisations of up to this many blocks are usual on the chain
   */
  record(node: NodeConfig, report: NodeReport, times: ReportTimes, reorgDepth: number): void;
  /** Compares the node's blocks with those of the others, and finds out which nodes its heads can be compared with. */
  compare(name: string, nowMs: number): Forks;
  /** Since when the node has the head of its last report, as far as polls show; unix milliseconds. */
  headSinceMs(name: string): number | undefined;
  /**
   * Whether the heads of two nodes of one network key belong to the same chain, as far as that is known.
   * @param mayCompare whether their blocks may be compared, where nothing else says it
   */
  areComparable(name: string, other: string, mayCompare: () => boolean): boolean;
  /** What the next poll of the node has to find out. */
  request(name: string, nowMs: number): PollRequest;
  forgetAll(names: readonly string[]): void;
};

/** Nodes with one network key and one first block: the first block shows which coins call their networks alike. */
type Network = {
  readonly genesis: string;
  readonly index: BlockIndex;
  readonly wanted: WantedPlaces;
  /** By chain; computed at most once a second, as it takes a pass over all nodes. */
  readonly usualHeads: Map<string, { readonly height: number | undefined; readonly atMs: number }>;
  nodes: number;
};

/** Why nodes of one network key are on one chain, where that needs no blocks. */
type Proof = "named" | "chain id" | undefined;

type Known = Asking & {
  readonly blocks: NodeBlocks;
  readonly network: Network;
  proof: Proof;
  settings: PlaceSettings;
  headHeight: number;
  headSinceMs: number;
  /** When its first and its last report came, unix milliseconds. */
  readonly firstMs: number;
  lastMs: number;
};

/** The index loses nodes that are no longer fresh at most so often: a pass over all nodes costs more than a poll. */
const SWEEP_EVERY_MS = 1000;

/** Nodes are together if they had a block in common not longer ago than this, and no usual reorganisation lies between. */
const NEAR_SECONDS = 180;
const NEAR_REORGS = 4;

/**
 * A node needs no other block in common while it has one from this time, below which there is room for few reorganisations: the
 * last irreversible block of Antelope before Savanna is 165 s old, and nodes may have left each other since.
 */
const PLACED_SECONDS = 90;
const PLACED_REORGS = 2;

export function createKnownBlocks(): KnownBlocks {
  /** By network key, then by the hash of the first block, which is empty where no node reports it. */
  const networks = new Map<string, Map<string, Network>>();
  const nodes = new Map<string, Known>();
  let sweptMs = Number.NEGATIVE_INFINITY;

  function forget(name: string): void {
    const known = nodes.get(name);
    if (known === undefined) return;
    const { blocks, network } = known;
    unlist(blocks);
    leave(blocks);
    nodes.delete(name);
    network.nodes -= 1;
    if (network.nodes > 0) return;
    const alike = networks.get(blocks.networkKey);
    alike?.delete(network.genesis);
    if (alike?.size === 0) networks.delete(blocks.networkKey);
  }

  function known({ name, role }: NodeConfig, networkKey: string, genesis: string | undefined, nowMs: number): Known {
    const before = nodes.get(name);
    if (before?.blocks.networkKey === networkKey && before.blocks.role === role) {
      // A report without the first block says nothing new.
      if (genesis === undefined ? before.network.genesis !== "" : before.network.genesis === genesis) return before;
    }
    const alike = networks.get(networkKey) ?? new Map<string, Network>();
    const ofGenesis = genesis ?? mostCommon(alike);
    if (before !== undefined && before.network === alike.get(ofGenesis) && before.blocks.role === role) return before;
    forget(name);
    const network = alike.get(ofGenesis) ?? {
      genesis: ofGenesis,
      index: createBlockIndex(),
      wanted: [],
      usualHeads: new Map(),
      nodes: 0,
    };
    alike.set(ofGenesis, network);
    networks.set(networkKey, alike);
    network.nodes += 1;
    const entry: Known = {
      blocks: createNodeBlocks(name, role, networkKey, network.index),
      network,
      proof: undefined,
      settings: { reorgDepth: 0, nearBlocks: 0, placedBlocks: 0, blockMs: 0, freshMs: 0 },
      headHeight: -1,
      headSinceMs: Number.NEGATIVE_INFINITY,
      firstMs: nowMs,
      lastMs: nowMs,
      needsBlock: false,
      askedMs: Number.NEGATIVE_INFINITY,
      askedPlace: undefined,
    };
    nodes.set(name, entry);
    return entry;
  }

  function sweep(nowMs: number): void {
    if (sweptMs <= nowMs && nowMs - sweptMs < SWEEP_EVERY_MS) return;
    sweptMs = nowMs;
    for (const { blocks } of nodes.values()) if (blocks.freshUntilMs < nowMs) unlist(blocks);
  }

  return {
    record(node, report, times, reorgDepth) {
      sweep(times.nowMs);
      const { networkKey } = report;
      if (!report.head.ok) {
        // What it had before stays its own, but says nothing about the present.
        const before = nodes.get(node.name);
        if (before !== undefined) unlist(before.blocks);
        return;
      }
      if (networkKey === undefined) return forget(node.name);
      const entry = known(node, networkKey, genesisOf(report), times.nowMs);
      entry.proof =
        node.network !== undefined ? "named" : report.identity.chainId === undefined ? undefined : "chain id";
      entry.lastMs = times.nowMs;
      const { blocks, askedPlace } = entry;
      updateBlocks(blocks, report, times, { reorgDepth, askedPlace });
      entry.settings = placeSettings(report, blocks, reorgDepth, times);
      if (askedPlace !== undefined && hasBlockAt(blocks, askedPlace)) entry.askedPlace = undefined;
      if (report.head.value.height === entry.headHeight && entry.headSinceMs <= times.nowMs) return;
      entry.headHeight = report.head.value.height;
      entry.headSinceMs = times.nowMs;
    },
    compare(name, nowMs) {
      const entry = nodes.get(name);
      if (entry?.blocks.isListed !== true || entry.network.nodes === 1) return NO_FORKS;
      const { blocks, network, settings } = entry;
      const comparison = compareBlocks(blocks, { ...settings, nowMs });
      takeSide(blocks, comparison);
      const { depths, forkedChain, placedMs } = comparison;
      entry.needsBlock = forkedChain !== undefined || placedMs === undefined || nowMs - placedMs >= ASK_EVERY_MS;
      if (entry.needsBlock) {
        const usualHead = (chain: string) => usualHeadOf(network, chain, nodes.values(), nowMs);
        wantPlace(network.wanted, blocks, settings, { nowMs, forkedChain, usualHead });
      }
      return depths.size === 0 ? NO_FORKS : { depths, reorgDepth: settings.reorgDepth };
    },
    headSinceMs: (name) => nodes.get(name)?.headSinceMs,
    areComparable(name, other, mayCompare) {
      const [a, b] = [nodes.get(name), nodes.get(other)];
      if (a === undefined || b === undefined || a.blocks.networkKey !== b.blocks.networkKey) return false;
      if (a.proof === "named" && b.proof === "named") return true;
      if (a.network !== b.network) return false;
      if (areTogether(a.blocks, b.blocks)) return true;
      if (areApart(a.blocks, b.blocks)) return false;
      if (a.proof === "chain id" && b.proof === "chain id" && !isNew(a) && !isNew(b)) return true;
      return mayCompare() && haveCommonBlock(a.blocks, b.blocks, a.settings.nearBlocks);
    },
    request(name, nowMs) {
      const entry = nodes.get(name);
      if (entry === undefined || entry.network.nodes === 1) return {};
      const { network, blocks, settings } = entry;
      sweep(nowMs);
      const block = chooseWanted(network.wanted, blocks, entry, { nowMs, reorgDepth: settings.reorgDepth });
      return block === undefined ? {} : { block };
    },
    forgetAll(names) {
      for (const name of names) forget(name);
    },
  };
}

/** The height that half of the nodes have reached; undefined while fewer than two answer. */
function usualHeadOf(network: Network, chain: string, nodes: Iterable<Known>, nowMs: number): number | undefined {
  const known = network.usualHeads.get(chain);
  if (known !== undefined && known.atMs <= nowMs && nowMs - known.atMs < SWEEP_EVERY_MS) return known.height;
  const heights: number[] = [];
  for (const { blocks, network: own } of nodes) {
    const height = own === network && blocks.isListed ? blocks.heads.get(chain) : undefined;
    if (height !== undefined) heights.push(height);
  }
  heights.sort((a, b) => b - a);
  const height = heights.length < 2 ? undefined : heights[heights.length >> 1];
  network.usualHeads.set(chain, { height, atMs: nowMs });
  return height;
}

/** So long after its first poll, a node is compared by its chain id although it was not asked for a block. */
const NEW_MS = 60_000;

/** A node that will be asked for a block in its next poll: until then, it may be on another branch of its chain. */
function isNew({ askedMs, firstMs, lastMs, blocks }: Known): boolean {
  return askedMs === Number.NEGATIVE_INFINITY && blocks.chains.size > 0 && lastMs - firstMs < NEW_MS;
}

/** The hash of the first block, where the report has it. */
function genesisOf({ blocks = [] }: NodeReport): string | undefined {
  return blocks.find(({ chain, height }) => chain === undefined && height === GENESIS)?.hash;
}

/** Where a node whose first block is unknown is compared: its other blocks show whether it belongs there. */
function mostCommon(networks: ReadonlyMap<string, Network>): string {
  let best: Network | undefined;
  for (const network of networks.values()) {
    if (network.genesis !== "" && network.nodes > (best?.nodes ?? 0)) best = network;
  }
  return best?.genesis ?? "";
}

function hasBlockAt({ chains }: NodeBlocks, place: string): boolean {
  for (const blocks of chains.values()) {
    for (const block of blocks.values()) if (block.place === place) return true;
  }
  return false;
}

function placeSettings(
  { blockSeconds = 0 }: NodeReport,
  { chains }: NodeBlocks,
  reorgDepth: number,
  { nowMs, freshUntilMs }: ReportTimes,
): PlaceSettings {
  const blocksIn = (seconds: number) => (blockSeconds > 0 ? Math.ceil(seconds / blockSeconds) : 0);
  return {
    reorgDepth,
    nearBlocks: NEAR_REORGS * reorgDepth + blocksIn(NEAR_SECONDS),
    placedBlocks: PLACED_REORGS * reorgDepth + blocksIn(PLACED_SECONDS),
    blockMs: blockSeconds * 1000 * Math.max(1, chains.size),
    freshMs: freshUntilMs - nowMs,
  };
}
