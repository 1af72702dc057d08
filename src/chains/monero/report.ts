import { type Fact, type Head, type NodeReport, type Outcome, type PeerList, succeeded } from "../../model/report.ts";
import { banFacts } from "./bans.ts";
import type { MoneroPeerList } from "./connections.ts";
import type { Extras } from "./extras.ts";
import { infoFacts, peerFacts } from "./facts.ts";
import type { DaemonInfo } from "./info.ts";
import { limitFacts } from "./limits.ts";
import { syncFacts } from "./sync-queue.ts";

export type Answers = {
  readonly info: Outcome<DaemonInfo>;
  readonly peers: Outcome<MoneroPeerList>;
  readonly blockTime: Outcome<number | undefined> | undefined;
  readonly extras: Extras;
};

/** The network's average may be faster than its target for a while, as hash rate comes; not twice as fast for long. */
const FASTEST_SHARE_OF_TARGET = 0.5;

export function report({ info, peers, blockTime, extras }: Answers): NodeReport {
  const daemon = info.ok ? info.value : undefined;
  const isRegtest = daemon?.network === "fakechain";
  const blockSeconds = isRegtest ? undefined : daemon?.blockSeconds;
  return {
    identity: { version: daemon?.version, network: daemon?.network },
    peers,
    head: info.ok ? succeeded(headOf(info.value, blockTime)) : info,
    parts: partsOf({ last_block: blockTime, ...extras }),
    facts: [
      ...factsOf(info, infoFacts),
      ...factsOf(peers, ({ connections }) => peerFacts(connections)),
      ...extraFacts(extras),
    ],
    totals: extras.totals,
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
function partsOf(answers: Readonly<Record<string, Outcome<unknown> | undefined>>): NodeReport["parts"] {
  return new Map(
    Object.entries(answers).flatMap(([name, answer]) => (answer === undefined ? [] : [[name, answer] as const])),
  );
}

function extraFacts({ bans, limits, sync }: Extras): readonly Fact[] {
  return [...factsOf(bans, banFacts), ...factsOf(limits, limitFacts), ...factsOf(sync, syncFacts)];
}

function factsOf<T>(answer: Outcome<T> | undefined, facts: (value: T) => readonly Fact[]): readonly Fact[] {
  return answer?.ok ? facts(answer.value) : [];
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
