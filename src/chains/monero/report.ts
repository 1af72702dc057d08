import {
  type ChainSample,
  type Head,
  type NodeReport,
  type Outcome,
  type PeerList,
  succeeded,
} from "../../model/report.ts";
import { banSamples } from "./bans.ts";
import type { MoneroPeerList } from "./connections.ts";
import { infoSamples, peerSamples } from "./facts.ts";
import type { DaemonInfo } from "./info.ts";
import { limitSamples } from "./secondary-answers.ts";
import type { SecondaryAnswers } from "./secondary-calls.ts";
import { syncSamples } from "./sync-queue.ts";

export type MoneroAnswers = {
  readonly info: Outcome<DaemonInfo>;
  readonly peers: Outcome<MoneroPeerList>;
  readonly blockTime: Outcome<number | undefined> | undefined;
  readonly secondary: SecondaryAnswers;
};

/** The network's average may be faster than its target for a while, as hash rate comes; not twice as fast for long. */
const FASTEST_SHARE_OF_TARGET = 0.5;

export function report({ info, peers, blockTime, secondary }: MoneroAnswers): NodeReport {
  const daemon = info.ok ? info.value : undefined;
  const isRegtest = daemon?.network === "fakechain";
  const blockSeconds = isRegtest ? undefined : daemon?.blockSeconds;
  return {
    identity: { version: daemon?.version, network: daemon?.network },
    peers,
    head: info.ok ? succeeded(headOf(info.value, blockTime)) : info,
    apis: apisOf({ last_block: blockTime, ...secondary }),
    chainSamples: [
      ...samplesOf(info, infoSamples),
      ...samplesOf(peers, ({ connections }) => peerSamples(connections)),
      ...secondarySamples(secondary),
    ],
    totals: secondary.totals,
    syncing: daemon === undefined ? undefined : isSyncing(daemon, peers),
    networkKey: daemon?.network === undefined ? undefined : `monero ${daemon.network}`,
    minBlockSeconds: (blockSeconds ?? 0) * FASTEST_SHARE_OF_TARGET,
    blockSeconds,
  };
}

function headOf(info: DaemonInfo, blockTime: Outcome<number | undefined> | undefined): Head {
  return { height: info.height, timestampSeconds: blockTime?.ok ? blockTime.value : undefined };
}

/** Those that were asked and that the server offers. */
function apisOf(answers: Readonly<Record<string, Outcome<unknown> | undefined>>): NodeReport["apis"] {
  return new Map(
    Object.entries(answers).flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer] as const])),
  );
}

function secondarySamples({ bans, limits, sync }: SecondaryAnswers): readonly ChainSample[] {
  return [...samplesOf(bans, banSamples), ...samplesOf(limits, limitSamples), ...samplesOf(sync, syncSamples)];
}

function samplesOf<T>(
  answer: Outcome<T> | undefined,
  read: (value: T) => readonly ChainSample[],
): readonly ChainSample[] {
  return answer?.ok ? read(answer.value) : [];
}

/**
 * The flags of get_info show only the first sync; after it, a node 60 blocks behind still says `synchronized: true,
 * target_height: 0` (seen on 0.18.0.0). The states of the peers show every catch-up; without them only a yes is sure.
 */
export function isSyncing(info: DaemonInfo, peers: Outcome<PeerList>): boolean | undefined {
  if (!info.synchronized || info.targetHeight > info.height) return true;
  if (!peers.ok) return undefined;
  return peers.value.connections.some((connection) => connection.syncing === "download");
}
