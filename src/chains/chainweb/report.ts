import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import {
  type BlockId,
  chainSample,
  type Head,
  knownOutcomes,
  knownSamples,
  type NodeIdentity,
  type NodeReport,
  type Outcome,
  succeeded,
} from "../../model/report.ts";
import type { NodeHeaders } from "./api.ts";
import type { AskedBlock } from "./asked-block.ts";
import type { Cut } from "./cut.ts";
import {
  CHAIN_HEAD_TIMESTAMP,
  CHAIN_HEIGHT,
  CHAINS,
  CUT_WEIGHT,
  IDENTITIES,
  OUTDATED,
  PEERS_BY_IDENTITY,
  SERVICE_DATE,
} from "./families.ts";
import { type Info, isOutdated } from "./info.ts";
import type { PeerCheckRound } from "./peer-checks.ts";
import type { PeerIdentities, PeerPages } from "./peer-page.ts";
import { withPeerInfo } from "./peer-rows.ts";
import { oldestTip, type Tips } from "./tips.ts";

/** What one poll received; undefined: not asked for. */
export type ChainwebAnswers = {
  readonly peers: Outcome<Omit<PeerPages, "firstResponse"> & { readonly headers: NodeHeaders }>;
  readonly cut: Outcome<{ readonly cut: Cut; readonly headers: NodeHeaders }>;
  readonly info: Outcome<Info> | undefined;
  readonly tips: Tips | undefined;
  readonly asked: AskedBlock;
  readonly mempools: Outcome<readonly ChainSample[]> | undefined;
  readonly peerCheck: Outcome<PeerCheckRound> | undefined;
};

/** Each chain makes a block every 30 s on every network seen (BlockDelay 30_000_000 µs). */
const CHAIN_BLOCK_SECONDS = 30;

export function report(network: string, answers: ChainwebAnswers): NodeReport {
  const { cut, info, tips, mempools, peerCheck, asked } = answers;
  // A node whose cut names another network is the wrong node, so its peers are not shown either.
  const peers = !cut.ok && isWrongNode(cut) ? cut : answers.peers;
  const headers = answers.peers.ok ? answers.peers.value.headers : cut.ok ? cut.value.headers : {};
  const identity = {
    version: (info?.ok ? info.value.version : undefined) ?? headers.version,
    network: peers.ok || cut.ok ? network : undefined,
  };
  return {
    identity,
    peers: peers.ok ? succeeded(peersOf(peers.value, peerCheck)) : peers,
    head: cut.ok ? succeeded(headOf(cut.value.cut, tips)) : isWrongNode(answers.peers) ? answers.peers : cut,
    apis: knownOutcomes({
      ...{ info, tips: tips?.outcome, mempool: mempools, probe: peerCheck },
      block: asked.outcome,
    }),
    chainSamples: [
      ...(cut.ok ? cutSamples(cut.value.cut) : []),
      ...(tips === undefined ? [] : tipSamples(tips)),
      ...(mempools?.ok ? mempools.value : []),
      ...(peers.ok ? identitySamples(peers.value.identities) : []),
      ...(info?.ok ? infoSamples(info.value) : []),
      ...versionSamples(identity),
      ...(peerCheck?.ok ? peerCheck.value.chainSamples : []),
    ],
    peerHeads: peerCheck?.ok ? peerCheck.value.heads : undefined,
    clockSkewSeconds: headers.clockSkewSeconds,
    syncing: "progress",
    // No `process`: nothing here ends with it. The list is of known peers, which the node keeps on disk, and there is no churn.
    networkKey: `chainweb ${network}`,
    blocks: cut.ok ? [...blocksOf(cut.value.cut), ...asked.blocks] : undefined,
    lackingBlocks: asked.lackingBlocks,
    minBlockSeconds: 0,
    blockSeconds: cut.ok ? blockSeconds(cut.value.cut, info) : undefined,
  };
}

function peersOf({ list, identities }: Pick<PeerPages, "list" | "identities">, check: ChainwebAnswers["peerCheck"]) {
  return withPeerInfo(list, identities, check?.ok ? check.value.peerSamples : undefined);
}

export function isWrongNode(answer: Outcome<unknown>): answer is Outcome<never> {
  return !answer.ok && answer.failure.reason === "wrong_network";
}

function headOf(cut: Cut, tips: Tips | undefined): Head {
  return tips === undefined ? cut.head : { ...cut.head, timestampSeconds: oldestTip(cut, tips) };
}

/** The newest block of each chain. */
function blocksOf({ tips, head: { chainHeights } }: Cut): readonly BlockId[] {
  const blocks: BlockId[] = [];
  for (const [chain, hash] of tips) {
    const height = chainHeights?.get(chain);
    if (hash !== undefined && height !== undefined) blocks.push({ chain, height, hash });
  }
  return blocks;
}

/** Seconds between two steps of the cut height, which counts the blocks of all chains. */
function blockSeconds({ tips }: Cut, info: ChainwebAnswers["info"]): number {
  return ((info?.ok ? info.value.blockSeconds : undefined) ?? CHAIN_BLOCK_SECONDS) / tips.size;
}

function cutSamples({ head: { chainHeights = new Map() }, weight }: Cut): readonly ChainSample[] {
  return [
    ...byChain(CHAIN_HEIGHT, chainHeights),
    chainSample(CHAINS, chainHeights.size),
    ...knownSamples([CUT_WEIGHT, weight]),
  ];
}

function tipSamples({ seconds }: Tips): readonly ChainSample[] {
  return byChain(CHAIN_HEAD_TIMESTAMP, seconds);
}

function identitySamples(identities: PeerIdentities): readonly ChainSample[] {
  const kinds = [...identities.values()].map(({ kind }) => kind);
  return IDENTITIES.map((kind) => chainSample(PEERS_BY_IDENTITY, kinds.filter((each) => each === kind).length, [kind]));
}

function infoSamples({ serviceDateSeconds }: Info): readonly ChainSample[] {
  return knownSamples([SERVICE_DATE, serviceDateSeconds]);
}

function versionSamples({ version, network }: NodeIdentity): readonly ChainSample[] {
  const outdated = isOutdated(version, network);
  return knownSamples([OUTDATED, outdated]);
}

function byChain(family: ChainFamily, values: ReadonlyMap<string, number>): readonly ChainSample[] {
  return [...values].map(([chain, value]) => chainSample(family, value, [chain]));
}
