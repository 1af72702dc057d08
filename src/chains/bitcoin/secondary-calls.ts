import type { Signal } from "../../lib/abort.ts";
import { createElapsed } from "../../lib/elapsed.ts";
import type { Outcome } from "../../model/report.ts";
import { INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { type CachedCall, createCachedCall } from "../cached-call.ts";
import { count } from "../decode.ts";
import { callRpc, wrongShape } from "./calls.ts";
import { type ChainTips, decodeChainTips } from "./chain-tips.ts";
import type { CoinName } from "./coins.ts";
import {
  type CallTimes,
  decodeNetworkInfo,
  decodeTotals,
  type NetTotals,
  type NetworkInfo,
  startOf,
} from "./network-info.ts";
import type { RealNetwork } from "./peer-facts.ts";
import {
  type AddedNodes,
  type AddressTable,
  type Bans,
  decodeAddedNodes,
  decodeAddressManager,
  decodeBans,
  NOT_OFFERED,
} from "./secondary-answers.ts";

/** The answers to all calls except those for the peers and the head, by the names of their APIs; absent: not asked, or not offered. */
export type SecondaryAnswers = {
  readonly totals?: Outcome<NetTotals> | undefined;
  /** Seconds since the start of the node. */
  readonly uptime?: Outcome<number> | undefined;
  readonly network?: Outcome<NetworkInfo> | undefined;
  readonly chain_tips?: Outcome<ChainTips> | undefined;
  readonly bans?: Outcome<Bans> | undefined;
  readonly address_manager?: Outcome<ReadonlyMap<RealNetwork, AddressTable>> | undefined;
  readonly added_nodes?: Outcome<AddedNodes> | undefined;
};

type Asked = {
  readonly answers: SecondaryAnswers;
  /** When the node's process started, by its own clock, unix seconds; undefined where this poll does not tell. */
  readonly startSeconds: number | undefined;
  /** The coin of the node's software, by its last answer. */
  readonly software: CoinName | undefined;
};

/** The share of a poll that each of these calls may take. */
export const SECONDARY_SHARE = 0.15;

/** All calls of a node wait for its main lock. What rarely changes is not asked for with every poll, but never shown when it is older. */
const MINUTE_MS = 60_000;
/** getchaintips walks through the whole index of blocks. */
const LONG_MS = 5 * MINUTE_MS;

type SecondaryCalls = {
  /** One call after the other, over the one socket. */
  ask(scope: "all" | "head", signal: Signal): Promise<Asked>;
  /** Another process may answer next: what the last one said counts no longer. */
  forget(): void;
};

/** A method that has an API of its own. */
type Method<T> = {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly slowPauseMs?: number;
  readonly budget: ResponseBudget;
  readonly decode: (answer: unknown, call: string, times: CallTimes) => T;
};

export function createSecondaryCalls(client: RpcClient, timeoutMs: number): SecondaryCalls {
  const common = { limitMs: timeoutMs * SECONDARY_SHARE, refusals: NOT_OFFERED, now: createElapsed() };
  const calls: CachedCall<unknown>[] = [];

  function prepared<T>({ name, maxAgeMs, slowPauseMs = 0, budget, decode }: Method<T>) {
    const cached = createCachedCall<T>({ ...common, maxAgeMs, slowPauseMs });
    calls.push(cached);
    return (signal: Signal) =>
      cached.ask(signal, async (share) => {
        const sentMs = Date.now();
        const answer = await callRpc(client, name, { signal: share, budget });
        return decode(answer, `${name} at ${client.url.label}`, { sentMs, receivedMs: Date.now() });
      });
  }

  const now = { maxAgeMs: 0, budget: INFO_BUDGET };
  // All of them wait for the lock for which the node's own work waits as well.
  const seldom = { maxAgeMs: LONG_MS, slowPauseMs: MINUTE_MS, budget: LIST_BUDGET };
  const totals = prepared({ ...now, name: "getnettotals", decode: decodeTotals });
  const uptime = prepared({ ...now, name: "uptime", decode: decodeUptime });
  const network = prepared({ ...now, maxAgeMs: MINUTE_MS, name: "getnetworkinfo", decode: decodeNetworkInfo });
  const tips = prepared({ ...seldom, name: "getchaintips", decode: decodeChainTips });
  const bans = prepared({ ...seldom, name: "listbanned", decode: decodeBans });
  const addresses = prepared({ ...seldom, name: "getaddrmaninfo", decode: decodeAddressManager });
  const added = prepared({ ...seldom, name: "getaddednodeinfo", decode: decodeAddedNodes });

  let lastStart: number | undefined;
  let software: CoinName | undefined;

  function forget(): void {
    software = undefined;
    for (const call of calls) call.forget();
  }

  /** Of another process, what the last one said is not shown again. A start that a poll does not tell changes nothing. */
  function noteStart({ totals, uptime }: SecondaryAnswers): number | undefined {
    const timeMs = totals?.ok ? totals.value.timeMs : undefined;
    const uptimeSeconds = uptime?.ok ? uptime.value : undefined;
    const start = startOf(lastStart, { timeMs, uptimeSeconds });
    if (start !== undefined && lastStart !== undefined && start !== lastStart) forget();
    lastStart = start ?? lastStart;
    return start;
  }

  /** A call that fails once changes nothing: a node of another coin would be compared as one of the coin that is configured. */
  async function askNetwork(signal: Signal): Promise<SecondaryAnswers["network"]> {
    const answer = await network(signal);
    if (answer === undefined) software = undefined;
    else if (answer.ok) software = answer.value.software;
    return answer;
  }

  return {
    async ask(scope, signal) {
      // The coin of a reference has to be known as well.
      if (scope === "head") {
        const answers = { network: await askNetwork(signal) };
        return { answers, startSeconds: undefined, software };
      }
      const clock = { totals: await totals(signal), uptime: await uptime(signal) };
      const startSeconds = noteStart(clock);
      const answers = {
        ...clock,
        network: await askNetwork(signal),
        chain_tips: await tips(signal),
        bans: await bans(signal),
        address_manager: await addresses(signal),
        added_nodes: await added(signal),
      };
      return { answers, startSeconds, software };
    },
    forget,
  };
}

/** @throws NodeError bad_shape */
function decodeUptime(answer: unknown, call: string): number {
  const seconds = count(answer);
  if (seconds === undefined) throw wrongShape(call, "a number of seconds");
  return seconds;
}
