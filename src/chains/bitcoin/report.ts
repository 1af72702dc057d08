import {
  failed,
  type Head,
  knownOutcomes,
  type NodeIdentity,
  type NodeReport,
  type Outcome,
  succeeded,
} from "../../model/report.ts";
import type { Blocks } from "./blocks.ts";
import { type ChainInfo, syncingWord } from "./chain-info.ts";
import { blockTimes, type CoinName } from "./coins.ts";
import type { MessageBytes } from "./message-bytes.ts";
import { type NetworkInfo, versionOf } from "./network-info.ts";
import { infoSamples, secondarySamples, warmupSamples } from "./node-samples.ts";
import { messageSamples, peerSamples } from "./peer-samples.ts";
import type { BitcoinPeerList } from "./peers.ts";
import type { SecondaryAnswers } from "./secondary-calls.ts";

type BitcoinAnswers = {
  /** The coin of the configuration. */
  readonly coin: CoinName;
  readonly label: string;
  readonly info: Outcome<ChainInfo>;
  readonly peers: Outcome<BitcoinPeerList>;
  readonly headTime: Outcome<number | undefined> | undefined;
  readonly blocks: Blocks;
  readonly secondary: SecondaryAnswers;
  /** The coin of the software, also where the last answer with it is of an earlier poll. */
  readonly knownSoftware?: CoinName | undefined;
  readonly startSeconds: number | undefined;
  readonly messages: MessageBytes | undefined;
};

/** What one poll found, in the model that all chains share. */
export function report(answers: BitcoinAnswers): NodeReport {
  const { info, headTime, blocks, secondary, startSeconds, messages } = answers;
  const chain = info.ok ? info.value : undefined;
  const network = secondary.network?.ok ? secondary.network.value : undefined;
  // What the node is decides what it is compared with, also where the configuration says something else.
  const coin = answers.knownSoftware ?? answers.coin;
  const syncing = chain === undefined ? "unknown" : syncingWord(chain);
  return {
    identity: identityOf(chain, network),
    peers: withFlow(answers.peers, syncing),
    head: info.ok ? succeeded(headOf(info.value, headTime)) : info,
    apis: knownOutcomes({
      last_block: headTime,
      block: blocks.outcome,
      ...secondary,
      network: checkedNetwork(answers),
    }),
    chainSamples: [
      ...warmupSamples(info, answers.peers),
      ...infoSamples(info),
      ...(answers.peers.ok ? peerSamples(answers.peers.value.connections) : []),
      ...(answers.peers.ok ? messageSamples(messages) : []),
      ...secondarySamples(secondary, startSeconds),
    ],
    totals: secondary.totals,
    syncing,
    clockSkewSeconds: secondary.totals?.ok ? secondary.totals.value.clockSkewSeconds : undefined,
    networkKey: chain?.network === undefined ? undefined : `${coin} ${chain.network}`,
    process: startSeconds === undefined ? undefined : `start ${startSeconds}`,
    startSeconds,
    blocks: blocks.blocks,
    // A peer that got a block from the node announces none: the best header in common is of then.
    peerHeightsAreOld: true,
    verifiedHeight: chain?.headers,
    ...blockTimes(coin, chain?.network),
  };
}

function identityOf(chain: ChainInfo | undefined, network: NetworkInfo | undefined): NodeIdentity {
  return { version: network && versionOf(network), network: chain?.network, chain: network?.software };
}

function headOf({ height, timestampSeconds }: ChainInfo, headTime: BitcoinAnswers["headTime"]): Head {
  return { height, timestampSeconds: timestampSeconds ?? (headTime?.ok ? headTime.value : undefined) };
}

/** Of a node that has its headers' blocks, a block in flight is the newest one, and no sync. */
function withFlow(peers: Outcome<BitcoinPeerList>, syncing: NodeReport["syncing"]): NodeReport["peers"] {
  if (!peers.ok || syncing === false) return peers;
  const connections = peers.value.connections.map((peer) =>
    peer.inFlight !== undefined && peer.inFlight.length > 0 ? { ...peer, syncing: "download" as const } : peer,
  );
  return succeeded({ ...peers.value, connections });
}

/** A node of another coin is compared as what it is, but its label is wrong. */
function checkedNetwork({ coin, label, secondary }: BitcoinAnswers): Outcome<unknown> | undefined {
  const { network } = secondary;
  const software = network?.ok ? network.value.software : undefined;
  if (software === undefined || software === coin) return network;
  return failed({
    reason: "wrong_network",
    message: `getnetworkinfo at ${label}: expected a node of ${coin}, found one of ${software}`,
    advice: `set chain: ${software} for this node, or correct its URL`,
  });
}
