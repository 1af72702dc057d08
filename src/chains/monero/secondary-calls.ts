import type { Signal } from "../../lib/abort.ts";
import type { FailureReason } from "../../model/failure.ts";
import type { ByteCounts, Outcome, PeerList } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { type Bans, fetchBans } from "./bans.ts";
import { createCachedCall } from "./cached-call.ts";
import { isGateway } from "./endpoint.ts";
import type { DaemonInfo } from "./info.ts";
import { fetchLimits, type Limits } from "./secondary-answers.ts";
import { fetchSyncQueue, type SyncQueue } from "./sync-queue.ts";
import { fetchTotals } from "./totals.ts";

/** What is asked beside get_info and get_connections, as far as it was asked and the server offers it. */
export type SecondaryAnswers = {
  readonly totals?: Outcome<ByteCounts> | undefined;
  readonly sync?: Outcome<SyncQueue> | undefined;
  readonly bans?: Outcome<Bans> | undefined;
  readonly limits?: Outcome<Limits> | undefined;
};

/** What the poll knows by then. */
export type PollSoFar = {
  readonly info: Outcome<DaemonInfo>;
  readonly peers: Outcome<PeerList>;
  readonly isSyncing: boolean;
};

/** Part of a poll that each of them may use up. */
export const SECONDARY_SHARE = 0.2;

/** What changes only when an operator changes it is asked this seldom. */
const SLOW_PACE_MS = 5 * 60_000;

/** An unrestricted monerod has all of them: "Method not found" and 404 are the answers of others. */
const NOT_THERE: ReadonlySet<FailureReason> = new Set(["unavailable", "not_found"]);

/** Hosted gateways refuse methods in many ways, and nobody could change that. */
const GATEWAY_REFUSALS: ReadonlySet<FailureReason> = new Set([...NOT_THERE, "unauthorized", "rpc"]);

export type SecondaryCalls = {
  /** In series, over the one socket. */
  ask(known: PollSoFar, signal: Signal): Promise<SecondaryAnswers>;
};

export function createSecondaryCalls(client: RpcClient, timeoutMs: number): SecondaryCalls {
  const hasEndpoints = !isGateway(client.url);
  const common = { limitMs: timeoutMs * SECONDARY_SHARE, refusals: hasEndpoints ? NOT_THERE : GATEWAY_REFUSALS };
  const totals = createCachedCall<ByteCounts>({ ...common, keepMs: 0 });
  const sync = createCachedCall<SyncQueue>({ ...common, keepMs: 0 });
  const bans = createCachedCall<Bans>({ ...common, keepMs: SLOW_PACE_MS });
  const limits = createCachedCall<Limits>({ ...common, keepMs: SLOW_PACE_MS });
  let startSeconds: number | undefined;

  /** Bans and caps do not outlive the process that they were set in. */
  function forgetOldProcess(known: PollSoFar): void {
    const started = known.info.ok ? known.info.value.startSeconds : undefined;
    const isRestarted = started !== undefined && startSeconds !== undefined && started !== startSeconds;
    if (isRestarted || isAway(known)) for (const part of [totals, sync, bans, limits]) part.forget();
    startSeconds = started ?? startSeconds;
  }

  return {
    async ask(known, signal) {
      forgetOldProcess(known);
      const { info, isSyncing } = known;
      if (isAway(known) || (info.ok && info.value.restricted === true)) return {};
      const own = info.ok && info.value.untrusted !== true ? info.value : undefined;
      return {
        totals: hasEndpoints ? await totals.ask(signal, (share) => fetchTotals(client, share)) : undefined,
        sync: isSyncing ? await sync.ask(signal, (share) => fetchSyncQueue(client, share)) : undefined,
        bans: await bans.ask(signal, (share) => fetchBans(client, share)),
        limits: hasEndpoints && own ? await limits.ask(signal, (share) => fetchLimits(client, own, share)) : undefined,
      };
    },
  };
}

/** Nothing answers; asking more would only repeat the failure. */
function isAway({ info, peers }: PollSoFar): boolean {
  return !info.ok && !peers.ok;
}
