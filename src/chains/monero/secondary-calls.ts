import { type Signal, withDeadline } from "../../lib/abort.ts";
import { createElapsed } from "../../lib/elapsed.ts";
import { isObject } from "../../lib/json.ts";
import type { FailureReason } from "../../model/failure.ts";
import { attempt, type ByteCounts, type Outcome, type PeerList, succeeded } from "../../model/report.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { createCachedCall } from "../cached-call.ts";
import { blockHash, count } from "../decode.ts";
import { callRpc, isGateway } from "./calls.ts";
import type { DaemonInfo } from "./info.ts";
import {
  type Bans,
  fetchBans,
  fetchLimits,
  fetchSyncQueue,
  fetchTotals,
  type Limits,
  type SyncQueue,
} from "./secondary-answers.ts";

/** The answers to all calls except get_info and get_connections; absent: not asked, or not offered by the server. */
export type SecondaryAnswers = {
  readonly totals?: Outcome<ByteCounts> | undefined;
  readonly sync?: Outcome<SyncQueue> | undefined;
  readonly bans?: Outcome<Bans> | undefined;
  readonly limits?: Outcome<Limits> | undefined;
};

/** What the poll has received so far. */
type PollSoFar = {
  readonly info: Outcome<DaemonInfo>;
  readonly peers: Outcome<PeerList>;
  readonly isSyncing: boolean;
};

/** The share of a poll that each of these calls may take. */
export const SECONDARY_SHARE = 0.2;

/** Values that rarely change are not asked for with every poll, but never shown when they are older. */
const MAX_AGE_MS = 60_000;

/** An unrestricted monerod offers all calls: "Method not found" and 404 are answers of other servers. */
const NOT_OFFERED: ReadonlySet<FailureReason> = new Set(["unavailable", "not_found"]);

/** Hosted gateways refuse methods in many ways, and operators cannot change that. */
const GATEWAY_REFUSALS: ReadonlySet<FailureReason> = new Set([...NOT_OFFERED, "unauthorized", "rpc"]);

type SecondaryCalls = {
  /** One call after the other, over the one socket. */
  ask(known: PollSoFar, signal: Signal): Promise<SecondaryAnswers>;
};

export function createSecondaryCalls(client: RpcClient, timeoutMs: number): SecondaryCalls {
  const hasEndpoints = !isGateway(client.url);
  const refusals = hasEndpoints ? NOT_OFFERED : GATEWAY_REFUSALS;
  const common = { limitMs: timeoutMs * SECONDARY_SHARE, refusals, now: createElapsed() };
  const totals = createCachedCall<ByteCounts>({ ...common, maxAgeMs: 0 });
  const sync = createCachedCall<SyncQueue>({ ...common, maxAgeMs: 0 });
  const bans = createCachedCall<Bans>({ ...common, maxAgeMs: MAX_AGE_MS });
  const limits = createCachedCall<Limits>({ ...common, maxAgeMs: MAX_AGE_MS });
  let startSeconds: number | undefined;
  let lastTotals: ByteCounts | undefined;

  /** Bans and caps end with the process. */
  function forgetOldProcess(known: PollSoFar): void {
    const started = known.info.ok ? known.info.value.startSeconds : undefined;
    const isRestarted = started !== undefined && startSeconds !== undefined && started !== startSeconds;
    if (isRestarted || isAway(known)) for (const call of [totals, sync, bans, limits]) call.forget();
    startSeconds = started ?? startSeconds;
  }

  /** Counters that fell began at 0 again: the process is another one, even where its start is not known or seconds are equal. */
  function noteTotals(answer: Outcome<ByteCounts> | undefined): Outcome<ByteCounts> | undefined {
    if (answer?.ok !== true) return answer;
    const { received, sent } = answer.value;
    if (lastTotals !== undefined && (received < lastTotals.received || sent < lastTotals.sent)) {
      for (const call of [sync, bans, limits]) call.forget();
    }
    lastTotals = answer.value;
    return answer;
  }

  return {
    async ask(known, signal) {
      forgetOldProcess(known);
      const { info, isSyncing } = known;
      if (isAway(known) || (info.ok && info.value.restricted === true)) return {};
      const own = info.ok && info.value.untrusted !== true ? info.value : undefined;
      return {
        totals: hasEndpoints ? noteTotals(await totals.ask(signal, (share) => fetchTotals(client, share))) : undefined,
        sync: isSyncing ? await sync.ask(signal, (share) => fetchSyncQueue(client, share)) : undefined,
        bans: await bans.ask(signal, (share) => fetchBans(client, share)),
        limits: hasEndpoints && own ? await limits.ask(signal, (share) => fetchLimits(client, own, share)) : undefined,
      };
    },
  };
}

/** The node does not answer: more calls would only repeat the failure. */
function isAway({ info, peers }: PollSoFar): boolean {
  return !info.ok && !peers.ok;
}

/** What its header tells of the node's top block. */
export type TopBlock = {
  /** Unix seconds. */
  readonly timestamp?: number | undefined;
  /** The hash of the block before it. */
  readonly previousHash?: string | undefined;
};

type TopBlocks = {
  /** Undefined: not asked for. */
  of(info: DaemonInfo, signal: Signal): Promise<Outcome<TopBlock> | undefined>;
};

/**
 * Asks for the header only when the top block has changed: on mainnet every two minutes.
 * @param limitMs how long the call may take
 */
export function createTopBlocks(client: RpcClient, limitMs: number): TopBlocks {
  let known: { readonly hash: string; readonly block: TopBlock } | undefined;
  return {
    async of(info, signal) {
      // get_last_block_header answers BUSY until the first sync is done.
      if (!info.synchronized || info.topBlockHash === undefined) return undefined;
      const hash = info.topBlockHash;
      if (known?.hash === hash) return succeeded(known.block);
      const answer = await attempt(() =>
        withDeadline(signal, limitMs, (share) => callRpc(client, "get_last_block_header", share)),
      );
      if (!answer.ok) return answer;
      // `untrusted` is the answer of another node (a bootstrap daemon).
      if (answer.value.untrusted === true) return succeeded({});
      const header = isObject(answer.value.block_header) ? answer.value.block_header : {};
      // Regtest's genesis block has the time 0.
      const timestamp = count(header.timestamp) || undefined;
      // A block may have arrived between the two calls; the header then belongs to the newer block and is not kept.
      if (header.hash !== hash) return succeeded({ timestamp });
      known = { hash, block: { timestamp, previousHash: blockHash(header.prev_hash) } };
      return succeeded(known.block);
    },
  };
}
