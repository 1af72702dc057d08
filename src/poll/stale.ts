import { setImmediate as nextTurn } from "node:timers/promises";
import { type Failure, failureOf } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";
import { NO_FORKS } from "./forks.ts";
import type { Freshness } from "./freshness.ts";
import { NO_LAG } from "./head-lag.ts";
import { failedReport, SUSPENDED_ADVICE } from "./run-poll.ts";
import { isBackedOff, type Runtime } from "./runtimes.ts";
import type { NodeState, NodeStore, StoredState } from "./store.ts";

/**
 * Data that no poll has replaced in time is withdrawn when it is read. It would stay while the process is stopped, the machine
 * suspended, or a timer late: then nothing of this program runs that could withdraw it before the next reader comes.
 */

/** The stored nodes as everyone but the poller reads them. */
export type FreshNodes = Pick<NodeStore, "all" | "get" | "read" | "revision" | "bytes"> & {
  /**
   * For large fleets: withdraws what is stale with other work in between, so that the next reading has little to withdraw.
   * @returns undefined when that is done already, as nearly always
   */
  settle(): Promise<void> | undefined;
};

/** How many nodes are withdrawn at a time: a few milliseconds. */
const BATCH = 50;

/**
 * @param withdrawStale called before each reading; returns whether there may be more than `max` nodes whose data is stale
 */
export function freshNodes(store: NodeStore, withdrawStale: (max: number) => boolean): FreshNodes {
  const withdraw = () => void withdrawStale(Number.POSITIVE_INFINITY);

  async function withdrawRest(): Promise<void> {
    do await nextTurn();
    while (withdrawStale(BATCH));
  }

  const afterwards =
    <Given extends readonly unknown[], T>(read: (...given: Given) => T) =>
    (...given: Given) => {
      withdraw();
      return read(...given);
    };
  return {
    all: afterwards(store.all),
    get: afterwards(store.get),
    revision: afterwards(store.revision),
    bytes: afterwards(store.bytes),
    read(make) {
      withdraw();
      return store.read(make);
    },
    settle: () => (withdrawStale(BATCH) ? withdrawRest() : undefined),
  };
}

type StaleOptions = {
  readonly store: Pick<NodeStore, "get" | "withdraw">;
  readonly freshness: Freshness;
  readonly runtimes: ReadonlyMap<string, Runtime>;
  /** Renders a state, whose report this is, and stores it. */
  readonly show: (state: NodeState, report: NodeReport) => void;
};

/**
 * Shows nodes as down whose data is no longer fresh. Their counters and the time of the last success stay as they are.
 * @param max withdraws at most so many
 * @returns whether there may be more
 */
export function withdrawStaleData({ store, freshness, runtimes, show }: StaleOptions, max: number): boolean {
  const expired = freshness.takeExpired(max);
  for (const name of expired) {
    const runtime = runtimes.get(name);
    const before = store.get(name)?.state;
    if (runtime === undefined || before?.report === undefined) continue;
    const report = failedReport(isBackedOff(runtime) ? BACKED_OFF : notPolled(before));
    const state = { ...before, report, lag: NO_LAG, forks: NO_FORKS, syncing: undefined };
    try {
      show(state, report);
    } catch (error) {
      // The reader must not get the old data, and one node must not keep it from the others.
      runtime.log.error({ err: error }, failureOf(error).message);
      store.withdraw(name);
    }
    runtime.logStateChanges(before, state, runtime.log);
  }
  return expired.length === max;
}

const BACKED_OFF: Failure = {
  reason: "rate_limited",
  message: "the node is not polled for now, as it asked for a pause (HTTP 429)",
  advice: "poll less often (interval) or raise the server's limit",
};

function notPolled({ history: { lastPoll } }: StoredState): Failure {
  const since = lastPoll === undefined ? "" : ` since ${new Date(lastPoll.endedMs).toISOString()}`;
  return {
    reason: "timeout",
    message: `no poll of the node has ended${since}, so its data is too old to be shown`,
    advice: SUSPENDED_ADVICE,
  };
}
