import { setMaxListeners } from "node:events";
import type { NodeReport, NodeSession } from "../chains/chain.ts";
import type { NodeConfig } from "../config/model.ts";
import { withDeadline } from "../deadline.ts";
import { type Failure, failureOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import { createAnnouncer } from "./announce.ts";
import { isRateLimited, pauseAfter } from "./backoff.ts";
import { headLag, type LagSettings, NO_LAG } from "./fleet.ts";
import { createKnownHeads, type KnownHeads } from "./heads.ts";
import { EMPTY_HISTORY, type PollTimes, recordPoll } from "./history.ts";
import { turnLengthMs } from "./scheduler.ts";
import { type KeptState, keptOf, type NodeLines, type NodeState, type NodeStore } from "./store.ts";
import { isCatchingUp } from "./syncing.ts";

/** Polls nodes on demand and stores what each poll gave, rendered. */
export type Poller = {
  /** Polls one node; never rejects. */
  poll(name: string): Promise<{ readonly pauseSeconds: number }>;
  /** A turn of the node's schedule: polls it, unless it asked somebody else to be left alone. */
  turn(name: string): Promise<{ readonly pauseSeconds: number }>;
  /** Polls one node now for somebody who waits, unless it asked to be left alone. False when the exporter stops. */
  probe(name: string): Promise<boolean>;
  /** A turn is left out because the node asked for it: data that is no longer fresh is withdrawn. */
  rest(name: string): void;
  /** Ends the polls that run and closes the connections. */
  close(): Promise<void>;
};

export type PollerOptions = {
  /** Nodes and references. */
  readonly nodes: readonly NodeConfig[];
  readonly lag: LagSettings;
  readonly open: (node: NodeConfig) => NodeSession;
  readonly render: (state: NodeState) => NodeLines;
  readonly store: NodeStore;
  readonly log: Logger;
};

/** A session that ignores its signal gets this much longer, then its poll is given up. */
const GRACE_MS = 1000;

/** Data is fresh until its node has missed one turn. */
const FRESH_TURNS = 2;

export function createPoller(options: PollerOptions): Poller {
  const { nodes, render, store } = options;
  const heads = createKnownHeads();
  const shutdown = new AbortController();
  // Each poll that runs listens to it.
  setMaxListeners(0, shutdown.signal);
  /** Polls that run: whoever wants the same node meanwhile shares its poll. */
  const running = new Map<string, ReturnType<typeof pollNode>>();
  const runtimes = new Map(
    nodes.map((node) => [
      node.name,
      { session: options.open(node), rateLimited: 0, restsUntil: 0, announce: createAnnouncer() },
    ]),
  );
  for (const node of nodes) keepState(firstState(node));

  async function pollNode(name: string): Promise<{ pauseSeconds: number }> {
    const runtime = runtimes.get(name);
    const before = store.get(name)?.state;
    if (runtime === undefined || before === undefined) throw new Error(`no node is called ${name}`);
    const log = options.log.child({ target: name });
    const startedMs = Date.now();
    const clock = performance.now();
    const report = await pollSession(runtime.session, before.node, shutdown.signal, log);
    if (shutdown.signal.aborted) return { pauseSeconds: 0 };
    const durationSeconds = Math.round(performance.now() - clock) / 1000;
    const state = keep(before, report, { startedMs, endedMs: Date.now(), durationSeconds }, log);
    runtime.announce(before, state, log);
    runtime.rateLimited = isRateLimited(report) ? runtime.rateLimited + 1 : 0;
    const pauseSeconds = pauseAfter(report, runtime.rateLimited, state.turnMs);
    runtime.restsUntil = performance.now() + pauseSeconds * 1000;
    return { pauseSeconds };
  }

  /** A report that cannot be shown leaves the node down: what stood on the page before it is no longer true. */
  function keep(before: KeptState, report: NodeReport, times: PollTimes, log: Logger): NodeState {
    const show = (given: NodeReport) => {
      const state = nextState(before, given, times, heads, options.lag);
      keepState(state);
      return state;
    };
    try {
      return show(report);
    } catch (error) {
      const failure = failureOf(error);
      log.error({ err: error }, failure.message);
      // If that cannot be shown either, no series at all is better than those of an earlier poll.
      store.withdraw(before.node.name);
      return show(failedReport(failure));
    }
  }

  function keepState(state: NodeState): void {
    const { node, report } = state;
    store.set({ state: keptOf(state), lines: render(state) });
    if (report !== undefined) heads.remember(node.name, node.role, report, freshUntilMs(state));
  }

  function poll(name: string): Promise<{ pauseSeconds: number }> {
    const shared = running.get(name);
    if (shared !== undefined) return shared;
    const own = pollNode(name)
      .catch((error: unknown) => {
        options.log.error({ target: name, err: error }, "a poll ended in an unexpected error");
        return { pauseSeconds: 0 };
      })
      .finally(() => running.delete(name));
    running.set(name, own);
    return own;
  }

  function restSeconds(name: string): number {
    return ((runtimes.get(name)?.restsUntil ?? 0) - performance.now()) / 1000;
  }

  function rest(name: string): void {
    const before = store.get(name)?.state;
    if (before?.report === undefined || isFresh(before, Date.now())) return;
    const state = { ...before, report: failedReport(RESTING), lag: NO_LAG, syncing: undefined };
    keepState(state);
    runtimes.get(name)?.announce(before, state, options.log.child({ target: name }));
  }

  return {
    poll,
    rest,
    async turn(name) {
      const pauseSeconds = restSeconds(name);
      if (pauseSeconds <= 0) return poll(name);
      rest(name);
      return { pauseSeconds };
    },
    async probe(name) {
      if (restSeconds(name) > 0) rest(name);
      else await poll(name);
      return !shutdown.signal.aborted;
    },
    async close() {
      shutdown.abort(new Error("shutting down"));
      await Promise.all(running.values());
      await Promise.all([...runtimes.values()].map(({ session }) => session.close()));
    },
  };
}

function firstState(node: NodeConfig): NodeState {
  const turnMs = turnLengthMs(node.trigger);
  return { node, report: undefined, history: EMPTY_HISTORY, lag: NO_LAG, syncing: undefined, turnMs };
}

function nextState(
  before: KeptState,
  report: NodeReport,
  times: PollTimes,
  heads: KnownHeads,
  settings: LagSettings,
): NodeState {
  const history = recordPoll(before.history, report, times);
  const others = heads.others(before.node.name, report.networkKey, times.endedMs);
  const lag = headLag(report, others, settings, times.endedMs);
  return {
    node: before.node,
    report,
    history,
    lag,
    syncing: isCatchingUp(report, lag, history, times.endedMs),
    turnMs: turnLengthMs(before.node.trigger),
  };
}

/** A last poll in the future tells that the clock was set back: nobody knows then how old its data is. */
function isFresh(state: KeptState, nowMs: number): boolean {
  const { lastPoll } = state.history;
  return lastPoll !== undefined && lastPoll.endedMs <= nowMs && nowMs <= freshUntilMs(state);
}

function freshUntilMs({ node, history, turnMs }: KeptState): number {
  const { lastPoll } = history;
  return lastPoll === undefined ? Number.NEGATIVE_INFINITY : lastPoll.endedMs + FRESH_TURNS * turnMs + node.timeoutMs;
}

const RESTING: Failure = {
  reason: "rate_limited",
  message: "the node is not polled for now, as it asked to be left alone (HTTP 429)",
  advice: "poll less often (interval) or raise the server's limit",
};

async function pollSession(
  session: NodeSession,
  node: NodeConfig,
  shutdown: AbortSignal,
  log: Logger,
): Promise<NodeReport> {
  try {
    return await withDeadline(shutdown, node.timeoutMs, (signal) => orGivenUp(session.poll(signal), signal));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.reason === "internal" && !shutdown.aborted) log.error({ err: error }, failure.message);
    return failedReport(failure);
  }
}

/** The poll's result, or an error when it still runs a grace time after its signal has ended. */
async function orGivenUp(poll: Promise<NodeReport>, signal: AbortSignal): Promise<NodeReport> {
  let grace: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    const wait = () => {
      grace = setTimeout(() => reject(new Error("the poll did not end in time")), GRACE_MS);
    };
    if (signal.aborted) wait();
    else signal.addEventListener("abort", wait, { once: true });
  });
  try {
    return await Promise.race([poll, givenUp]);
  } finally {
    clearTimeout(grace);
  }
}

function failedReport(failure: Failure): NodeReport {
  const outcome = { ok: false, failure } as const;
  return { identity: {}, peers: outcome, head: outcome, parts: new Map(), facts: [], minBlockSeconds: 0 };
}
