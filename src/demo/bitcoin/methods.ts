import type { JsonObject } from "../../lib/json.ts";
import { type ChainView, ownHash } from "./chain-view.ts";
import type { BitcoinConnections } from "./connections.ts";
import { blockHash, blockTime, type DemoCoin, heightAt, heightOfHash, NETWORKS } from "./network.ts";
import { type BitcoinSoftware, headerRow, medianTime, peerRow } from "./rows.ts";

/** The process of a node at a time. */
export type BitcoinProcess = {
  /** In Unix seconds. */
  readonly startedAt: number;
  readonly connections: BitcoinConnections;
  readonly view: (now: number) => ChainView;
  /** What it does while it starts and answers no call; undefined: it has started. */
  warmUp(now: number): string | undefined;
};

export type BitcoinState = {
  readonly software: BitcoinSoftware;
  readonly coin: DemoCoin;
  /** Networks that the node can reach. */
  readonly reachable: readonly string[];
  readonly localAddresses: readonly string[];
  readonly bans: readonly string[];
  /** Nodes of `addnode` that never answer. */
  readonly awayNodes: readonly string[];
  /** `-maxuploadtarget`, in bytes a day; 0: none. */
  readonly uploadTarget: number;
  /** Blocks that a pruned node keeps. */
  readonly prunedTo?: number;
  process(now: number): BitcoinProcess;
};

type Moment = { readonly state: BitcoinState; readonly process: BitcoinProcess; readonly view: ChainView };

/** A method of the RPC: what it returns at a time in Unix seconds. */
type BitcoinMethod = (moment: Moment, now: number, params: readonly unknown[]) => unknown;

/** Ends a call with an error of JSON-RPC. */
export class BitcoinError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const DAY_SECONDS = 86_400;
/** Young blocks have so many times the transactions of the mean block. */
const TRANSACTIONS_OF_NEW_BLOCKS = 30;

function getPeerInfo({ state, process }: Moment, now: number): unknown {
  return process.connections.list(now).map((connection) => peerRow(connection, state.software, state.coin));
}

function getBlockchainInfo({ state, view }: Moment, now: number): unknown {
  const { coin, software, prunedTo } = state;
  const newest = heightAt(coin, now);
  const { blocks, headers, isInitialDownload } = view;
  return {
    chain: "main",
    blocks,
    headers,
    bestblockhash: ownHash(coin, view, blocks),
    ...(software.isModern ? { bits: "1701f0cc", target: `${"0".repeat(17)}1f0cc${"0".repeat(42)}` } : {}),
    difficulty: 142_342_602_928_674.9,
    ...(software.isModern ? { time: blockTime(coin, blocks) } : {}),
    mediantime: medianTime(coin, blocks),
    // Estimated from the head's age, so that it is below 1 also while the headers are missing.
    verificationprogress: Math.max(0, 1 - ((newest - blocks) / newest) * TRANSACTIONS_OF_NEW_BLOCKS),
    initialblockdownload: isInitialDownload,
    chainwork: blocks.toString(16).padStart(64, "0"),
    size_on_disk: prunedTo === undefined ? 780_000_000_000 + blocks * 1000 : prunedTo * 1_600_000,
    pruned: prunedTo !== undefined,
    ...(prunedTo === undefined
      ? {}
      : { pruneheight: blocks - prunedTo, automatic_pruning: true, prune_target_size: prunedTo * 1_600_000 }),
    warnings: software.isModern ? [] : "",
  };
}

function getNetTotals({ state, process }: Moment, now: number): unknown {
  const { received, sent } = process.connections.totals(now);
  const { uploadTarget: target } = state;
  const cycle = (now - process.startedAt) % DAY_SECONDS;
  return {
    totalbytesrecv: received,
    totalbytessent: sent,
    timemillis: Math.floor(now * 1000),
    uploadtarget: {
      timeframe: DAY_SECONDS,
      target,
      target_reached: target > 0 && sent >= target,
      serve_historical_blocks: target === 0,
      bytes_left_in_cycle: Math.max(0, target - sent),
      time_left_in_cycle: target === 0 ? 0 : Math.floor(DAY_SECONDS - cycle),
    },
  };
}

function getNetworkInfo({ state, process }: Moment, now: number): unknown {
  const { software, reachable } = state;
  const rows = process.connections.list(now);
  const inbound = rows.filter(({ slot }) => slot.isInbound).length;
  const known = software.isModern ? NETWORKS : NETWORKS.slice(0, 3);
  return {
    version: software.version,
    subversion: software.subversion,
    protocolversion: 70_016,
    localservices: software.services,
    localservicesnames: software.serviceNames,
    localrelay: true,
    timeoffset: software.isModern ? 0 : -1,
    networkactive: true,
    connections: rows.length,
    connections_in: inbound,
    connections_out: rows.length - inbound,
    networks: known.map((name) => {
      const isReachable = reachable.includes(name);
      return { name, limited: !isReachable, reachable: isReachable, proxy: "", proxy_randomize_credentials: false };
    }),
    relayfee: 0.000001,
    incrementalfee: 0.000001,
    localaddresses: state.localAddresses.map((address) => ({ address, port: state.coin.port, score: 4 })),
    warnings: software.isModern ? [] : "",
  };
}

function getChainTips({ state, view }: Moment): unknown {
  return view.tips().map(({ height, branch, length, status }) => {
    return { height, hash: blockHash(state.coin, height, branch), branchlen: length, status };
  });
}

function listBanned({ state }: Moment, now: number): unknown {
  const created = Math.floor(now) - (Math.floor(now) % DAY_SECONDS);
  return state.bans.map((address) => ({ address, ban_created: created, banned_until: created + DAY_SECONDS }));
}

/** From 26 on. */
function getAddrmanInfo({ state, view }: Moment): unknown {
  const sizes = { ipv4: [41_200, 5100], ipv6: [8900, 1200], onion: [14_300, 1900], i2p: [2100, 340], cjdns: [9, 3] };
  const tables = NETWORKS.map((network) => {
    const [fresh = 0, tried = 0] = state.reachable.includes(network) ? sizes[network] : [];
    const grown = fresh === 0 ? 0 : view.blocks % 50;
    return [network, { new: fresh + grown, tried, total: fresh + grown + tried }] as const;
  });
  const sum = (table: "new" | "tried" | "total") => tables.reduce((all, [, sizesOf]) => all + sizesOf[table], 0);
  const all = { new: sum("new"), tried: sum("tried"), total: sum("total") };
  return { ...Object.fromEntries(tables), all_networks: all };
}

function getAddedNodeInfo({ state, process }: Moment, now: number): unknown {
  const manual = process.connections.list(now).filter(({ slot }) => slot.type === "manual");
  return [
    ...manual.map(({ address }) => {
      return { addednode: address, connected: true, addresses: [{ address, connected: "outbound" }] };
    }),
    ...state.awayNodes.map((addednode) => ({ addednode, connected: false, addresses: [] })),
  ];
}

function getBlockHash({ state, view }: Moment, _now: number, [height]: readonly unknown[]): unknown {
  if (typeof height !== "number") throw new BitcoinError(-1, "getblockhash height");
  if (height < 0 || height > view.blocks) throw new BitcoinError(-8, "Block height out of range");
  return ownHash(state.coin, view, height);
}

function getBlockHeader({ state, view }: Moment, _now: number, [hash]: readonly unknown[]): unknown {
  if (typeof hash !== "string") throw new BitcoinError(-1, 'getblockheader "blockhash" ( verbose )');
  const height = heightOfHash(hash);
  // Blocks of other branches are not looked for.
  const isOwn = height <= view.blocks && hash === ownHash(state.coin, view, height);
  if (!isOwn) throw new BitcoinError(-5, "Block not found");
  return headerRow(state.coin, hash, height, view.blocks - height + 1);
}

const METHODS: ReadonlyMap<string, BitcoinMethod> = new Map<string, BitcoinMethod>([
  ["getpeerinfo", getPeerInfo],
  ["getblockchaininfo", getBlockchainInfo],
  ["getnettotals", getNetTotals],
  ["getnetworkinfo", getNetworkInfo],
  ["uptime", ({ process }, now) => Math.floor(now - process.startedAt)],
  ["getchaintips", getChainTips],
  ["listbanned", listBanned],
  ["getaddednodeinfo", getAddedNodeInfo],
  ["getblockhash", getBlockHash],
  ["getblockheader", getBlockHeader],
]);

/** @throws BitcoinError */
export function callMethod(state: BitcoinState, now: number, { method, params }: JsonObject): unknown {
  if (typeof method !== "string") throw new BitcoinError(-32600, "Missing method");
  const process = state.process(now);
  const warmUp = process.warmUp(now);
  if (warmUp !== undefined) throw new BitcoinError(-28, warmUp);
  const known = method === "getaddrmaninfo" && state.software.isModern ? getAddrmanInfo : METHODS.get(method);
  if (known === undefined) throw new BitcoinError(-32601, "Method not found");
  return known({ state, process, view: process.view(now) }, now, Array.isArray(params) ? params : []);
}
