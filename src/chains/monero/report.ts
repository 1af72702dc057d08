import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import {
  chainSample,
  type Head,
  knownOutcomes,
  type NodeReport,
  type Outcome,
  type PeerList,
  type SyncingWord,
  samplesOf,
  succeeded,
} from "../../model/report.ts";
import type { Blocks } from "./blocks.ts";
import type { MoneroPeer, MoneroPeerList } from "./connections.ts";
import * as families from "./families.ts";
import type { DaemonInfo } from "./info.ts";
import type { Bans, Limits, SyncQueue } from "./secondary-answers.ts";
import type { SecondaryAnswers, TopBlock } from "./secondary-calls.ts";

type MoneroAnswers = {
  readonly info: Outcome<DaemonInfo>;
  readonly peers: Outcome<MoneroPeerList>;
  readonly topBlock: Outcome<TopBlock> | undefined;
  readonly blocks: Blocks;
  readonly secondary: SecondaryAnswers;
  readonly syncing: SyncingWord;
};

/** Blocks may come faster than the target while the hash rate grows, but not twice as fast for long. */
const FASTEST_SHARE_OF_TARGET = 0.5;

export function report({ info, peers, topBlock, blocks, secondary, syncing }: MoneroAnswers): NodeReport {
  const daemon = info.ok ? info.value : undefined;
  const isRegtest = daemon?.network === "fakechain";
  const blockSeconds = isRegtest ? undefined : daemon?.blockSeconds;
  return {
    identity: { version: daemon?.version, network: daemon?.network },
    peers,
    head: info.ok ? succeeded(headOf(info.value, topBlock)) : info,
    apis: knownOutcomes({ last_block: topBlock, block: blocks.outcome, ...secondary }),
    chainSamples: [
      ...samplesOf(info, infoSamples),
      ...samplesOf(peers, ({ connections }) => peerSamples(connections)),
      ...secondarySamples(secondary),
    ],
    totals: secondary.totals,
    syncing,
    networkKey: daemon?.network === undefined ? undefined : `monero ${daemon.network}`,
    // Two processes that start within a second differ in their connections, whose ids are unique.
    process: daemon?.startSeconds === undefined ? undefined : `start ${daemon.startSeconds}`,
    startSeconds: daemon?.startSeconds,
    blocks: blocks.blocks,
    minBlockSeconds: (blockSeconds ?? 0) * FASTEST_SHARE_OF_TARGET,
    blockSeconds,
  };
}

function headOf(info: DaemonInfo, topBlock: MoneroAnswers["topBlock"]): Head {
  return { height: info.height, timestampSeconds: topBlock?.ok ? topBlock.value.timestamp : undefined };
}

function secondarySamples({ bans, limits, sync }: SecondaryAnswers): readonly ChainSample[] {
  return [...samplesOf(bans, banSamples), ...samplesOf(limits, limitSamples), ...samplesOf(sync, syncSamples)];
}

/**
 * A peer may have the newest block a moment earlier: until the node has it too, monerod calls that peer `synchronizing`
 * (process_payload_sync_data of cryptonote_protocol_handler.inl), and its target is that much higher.
 */
const NEWEST_BLOCKS = 2;

/**
 * Whether the node syncs, in its own word. The flags of get_info show only the first sync; after it, a node 60 blocks behind
 * still says `synchronized: true, target_height: 0` (seen on 0.18.0.0). The states of the peers show every sync. Where they
 * are missing (restricted RPC, gateways), a node that says `synchronized` may be far behind, or not.
 * @param before its word at the last poll: a node that syncs does so until it has the newest block
 */
export function syncingWord(info: DaemonInfo, peers: Outcome<PeerList>, before: SyncingWord): SyncingWord {
  const newest = before === true ? Number.NEGATIVE_INFINITY : NEWEST_BLOCKS;
  if (!info.synchronized || info.targetHeight > info.height + NEWEST_BLOCKS) return true;
  if (!peers.ok) return "unknown";
  return peers.value.connections.some(
    ({ syncing, height }) => syncing === "download" && (height === undefined || height > info.height + newest),
  );
}

/** One sample; none where the value is not known, or is not a safe integer. */
export function sampleOf(
  family: ChainFamily,
  value: number | undefined,
  ...labels: readonly string[]
): readonly ChainSample[] {
  return value !== undefined && Number.isSafeInteger(value) ? [chainSample(family, value, labels)] : [];
}

function flagSample(family: ChainFamily, value: boolean | undefined): readonly ChainSample[] {
  return sampleOf(family, value === undefined ? undefined : Number(value));
}

/** What get_info says about the node. */
export function infoSamples(info: DaemonInfo): readonly ChainSample[] {
  const target = info.untrusted === true || info.targetHeight === 0 ? undefined : info.targetHeight;
  return [
    ...sampleOf(families.PEERLIST_SIZE, info.whitePeers, "white"),
    ...sampleOf(families.PEERLIST_SIZE, info.grayPeers, "gray"),
    ...sampleOf(families.TARGET_HEIGHT, target),
    ...sampleOf(families.ALTERNATIVE_BLOCKS, info.alternativeBlocks),
    ...sampleOf(families.START_TIMESTAMP, info.startSeconds),
    ...flagSample(families.RESTRICTED, info.restricted),
    ...flagSample(families.UNTRUSTED, info.untrusted),
    ...flagSample(families.OFFLINE, info.offline),
    ...flagSample(families.UPDATE_AVAILABLE, info.updateAvailable),
    ...sampleOf(families.RPC_CONNECTIONS, info.rpcConnections),
    ...sampleOf(families.FREE_SPACE, info.freeSpaceBytes),
    ...sampleOf(families.DATABASE_SIZE, info.databaseBytes),
  ];
}

/** Counts of connected peers: before the handshake, nothing is known about a peer. */
export function peerSamples(peers: readonly MoneroPeer[]): readonly ChainSample[] {
  const keepers = new Map<MoneroPeer["pruningStripe"], number>();
  let publicRpc = 0;
  for (const { state, pruningStripe, offersRpc } of peers) {
    if (state !== "connected") continue;
    keepers.set(pruningStripe, (keepers.get(pruningStripe) ?? 0) + 1);
    if (offersRpc) publicRpc += 1;
  }
  return [
    ...families.STRIPES.flatMap((stripe) => sampleOf(families.PEERS_BY_STRIPE, keepers.get(stripe) ?? 0, stripe)),
    ...sampleOf(families.PUBLIC_RPC_PEERS, publicRpc),
  ];
}

export function limitSamples(limits: Limits): readonly ChainSample[] {
  return [
    ...sampleOf(families.MAX_PEERS, limits.maxInbound, "inbound"),
    ...sampleOf(families.MAX_PEERS, limits.maxOutbound, "outbound"),
    ...sampleOf(families.RECEIVE_LIMIT, limits.receiveBytesPerSecond),
    ...sampleOf(families.TRANSMIT_LIMIT, limits.transmitBytesPerSecond),
  ];
}

export function banSamples({ addresses, subnets }: Bans): readonly ChainSample[] {
  return [...sampleOf(families.BANS, addresses, "address"), ...sampleOf(families.BANS, subnets, "subnet")];
}

export function syncSamples({ requested, downloaded }: SyncQueue): readonly ChainSample[] {
  return [
    ...sampleOf(families.SYNC_SPANS, requested.spans, "requested"),
    ...sampleOf(families.SYNC_SPANS, downloaded.spans, "downloaded"),
    ...sampleOf(families.SYNC_BLOCKS, requested.blocks, "requested"),
    ...sampleOf(families.SYNC_BLOCKS, downloaded.blocks, "downloaded"),
    ...sampleOf(families.SYNC_BYTES, downloaded.bytes),
  ];
}
