import type { NodeConfig } from "../config/model.ts";
import { createSignal, type SignalSource } from "../lib/abort.ts";
import { atOnce, beginInSlices, type Steps } from "../lib/slices.ts";
import type { Logger } from "../logging/logger.ts";
import type { Failure } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";
import { isSameUrl } from "../rpc/node-url.ts";
import { isRateLimited, pauseAfter } from "./backoff.ts";
import { type LagSettings, NO_LAG } from "./head-lag.ts";
import { createKnownHeads } from "./heads.ts";
import { createStateChangeLog, type LogStateChanges } from "./log-state-changes.ts";
import { firstState, freshUntilMs, isFresh, nextState } from "./next-state.ts";
import { nodeChange } from "./node-change.ts";
import { failedReport, pollSession } from "./poll-session.ts";
import type { RecentPolls } from "./recent-polls.ts";
import { createTurnLength } from "./scheduler.ts";
import type { TracedSession } from "./session.ts";
import { shownOrFailed } from "./shown.ts";
import {
  NO_SERIES,
  type NodeState,
  type NodeStore,
  type RenderState,
  type StoredNode,
  type StoredState,
  toStored,
} from "./store.ts";

/** Polls nodes on demand and stores what each poll gave, rendered. */
export type Poller = {
  /**
   * Makes ready to poll these nodes and no others, beside what runs: nothing of it counts before it is committed. A node that
   * is the same object as before goes on untouched then. One that is asked otherwise than before, but at the same URL, keeps
   * its history, counters and what is shown of it until its next poll. No other change may be made ready meanwhile.
   * @throws Error when a node cannot be opened; then everything is as it was
   */
  prepare(nodes: readonly NodeConfig[]): Steps<PreparedNodes>;
  /** Polls one node, whatever it asked for; never rejects. */
  poll(name: string): Promise<void>;
  /** A scheduled poll: polls the node, unless it asked to be left alone. */
  scheduledPoll(name: string): Promise<void>;
  /** Polls one node now for somebody who waits, unless it asked to be left alone or its last poll has only just ended. */
  probe(name: string): Promise<Probed>;
  /** Ends the polls that run and closes the connections. */
  close(): Promise<void>;
};

/** What somebody who asked for a poll gets. */
export type Probed =
  /** What the store has of the node is of a poll that ended while they waited, or the node asked to be left alone. */
  | { readonly kind: "polled" }
  /** No poll: the last one ended this long ago, and its answer is shared until it is `sharedForMs` old. In milliseconds. */
  | { readonly kind: "shared"; readonly ageMs: number; readonly sharedForMs: number }
  /** The node is not polled any more. */
  | { readonly kind: "gone" };
export type PreparedNodes = {
  /**
   * Polls the nodes from now on, in one go: whoever looks sees all as before or all as after.
   * @returns what is still to be done: each ends the poll of a node that has no place any more
   */
  commit(): readonly (() => Promise<void>)[];
};

export type PollerOptions = {
  /** Nodes and references. */
  readonly nodes: readonly NodeConfig[];
  readonly lag: () => LagSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly render: RenderState;
  readonly store: NodeStore;
  readonly recentPolls: RecentPolls;
  readonly log: Logger;
};

/** What a node that is polled needs beside what is shown of it. */
type Runtime = {
  readonly node: NodeConfig;
  readonly session: TracedSession;
  /** Time between two turns of its schedule. */
  readonly intervalMs: () => number;
  /** Its lines name the node. */
  readonly log: Logger;
  /** Ends when the node is polled no more. */
  readonly retirement: SignalSource;
  readonly logStateChanges: LogStateChanges;
  /** The poll that runs: whoever wants the same node meanwhile shares it. */
  running: Promise<void> | undefined;
  /** When its last poll of any kind ended, on a clock that never goes back; infinitely long ago before the first one. */
  endedAt: number;
  /** Polls in a row that were answered with 429. */
  rateLimited: number;
  /** Until then the node wants to be left alone. Not the wall clock: set back, it would make every node rest. */
  restsUntil: number;
};

/**
 * However often somebody asks for a poll, the node is asked at most once in this share of its interval, and in this many
 * milliseconds.
 */
const SHARED_INTERVALS = 0.1;
const SHARED_MS = 1000;
/** What a new runtime begins with. */
type Opened = {
  readonly runtime: Runtime;
  readonly intervalMs: number;
  /** The one that polled the same server until now, or what is shown of a server that was not polled. */
  readonly place: { readonly earlier: Runtime } | { readonly first: StoredNode };
};

export function createPoller(options: PollerOptions): Poller {
  const { render, store, recentPolls } = options;
  const heads = createKnownHeads();
  let runtimes: ReadonlyMap<string, Runtime> = new Map();
  atOnce(prepare(options.nodes)).commit();

  function* prepare(nodes: readonly NodeConfig[]): Steps<PreparedNodes> {
    const close = ({ runtime }: Opened) => void runtime.session.close();
    const { after, opened, gone, removed } = yield* nodeChange(runtimes, nodes, openRuntime, close);
    return {
      commit() {
        runtimes = after;
        forgetAll([...removed, ...opened.flatMap(begin)]);
        store.arrange([...after.keys()]);
        return gone.map((runtime) => () => retire(runtime));
      },
    };
  }

  /** @returns the node's name, where nothing is to be kept of one that had it before */
  function begin({ runtime, intervalMs, place }: Opened): readonly string[] {
    const { name } = runtime.node;
    if ("first" in place) {
      store.set(place.first);
      return [name];
    }
    runtime.rateLimited = place.earlier.rateLimited;
    runtime.restsUntil = place.earlier.restsUntil;
    const stored = store.get(name);
    if (stored !== undefined) store.set({ ...stored, state: { ...stored.state, node: runtime.node, intervalMs } });
    return [];
  }

  function forgetAll(names: readonly string[]): void {
    heads.forgetAll(names);
    for (const name of names) recentPolls.forget(name);
  }

  function openRuntime(node: NodeConfig, before: Runtime | undefined): Opened {
    // A server that asked to be left alone must not be asked again because of a reload.
    const earlier = before !== undefined && isSameServer(before.node, node) ? before : undefined;
    const intervalMs = createTurnLength(node.trigger);
    const state = firstState(node, intervalMs());
    const runtime = {
      node,
      session: options.open(node),
      intervalMs,
      log: options.log.child({ target: node.name }),
      retirement: createSignal(),
      logStateChanges: earlier?.logStateChanges ?? createStateChangeLog(),
      running: undefined,
      // Of a node that is asked otherwise than before the last answer is no answer.
      endedAt: Number.NEGATIVE_INFINITY,
      rateLimited: 0,
      restsUntil: 0,
    };
    const nothing = { memories: NO_SERIES, nowMs: performance.now() };
    const place = earlier === undefined ? { first: { state, ...render(state, nothing) } } : { earlier };
    return { runtime, intervalMs: state.intervalMs, place };
  }

  async function pollNode(runtime: Runtime, before: StoredState): Promise<void> {
    const { log } = runtime;
    const { signal } = runtime.retirement;
    const startedMs = Date.now();
    const clock = performance.now();
    const report = await pollSession(runtime.session, runtime.node, signal, log);
    // Its place may have been taken a moment ago.
    if (signal.aborted || runtimes.get(runtime.node.name) !== runtime) return;
    const durationSeconds = Math.round(performance.now() - clock) / 1000;
    const times = { startedMs, endedMs: Date.now(), durationSeconds };
    const show = (given: NodeReport) => {
      const next = nextState(before, given, times, runtime.intervalMs(), heads, options.lag());
      keepState(next);
      return next;
    };
    // If the failure cannot be shown either, no series at all is better than those of an earlier poll.
    const state = shownOrFailed(report, show, log, () => store.withdraw(before.node.name));
    recentPolls.record(state, runtime.session.calls());
    runtime.logStateChanges(before, state, log);
    runtime.rateLimited = isRateLimited(report) ? runtime.rateLimited + 1 : 0;
    runtime.restsUntil = performance.now() + pauseAfter(report, runtime.rateLimited, state.intervalMs) * 1000;
  }

  function keepState(state: NodeState, memories = store.get(state.node.name)?.series ?? NO_SERIES): void {
    const { node, report } = state;
    const before = { memories, nowMs: performance.now() };
    store.set({ state: toStored(state), ...render(state, before, store.spare(node.name)) });
    if (report !== undefined) heads.remember(node.name, node.role, report, freshUntilMs(state));
  }

  async function poll(name: string): Promise<void> {
    const runtime = runtimes.get(name);
    const before = store.get(name)?.state;
    if (runtime === undefined || before === undefined) {
      options.log.error({ target: name }, "asked to poll a node that is not polled any more");
      return;
    }
    runtime.running ??= pollNode(runtime, before)
      .catch((error: unknown) => {
        runtime.log.error({ err: error }, "a poll ended in an unexpected error");
      })
      .finally(() => {
        runtime.running = undefined;
        runtime.endedAt = performance.now();
      });
    return runtime.running;
  }

  /** Whether the answer of the node's last poll is young enough for whoever asks for another one. */
  function sharedAnswer({ node, running, endedAt }: Runtime): Probed | undefined {
    if (running !== undefined) return undefined;
    const ageMs = performance.now() - endedAt;
    const sharedForMs = Math.max(SHARED_MS, (store.get(node.name)?.state.intervalMs ?? 0) * SHARED_INTERVALS);
    return ageMs < sharedForMs ? { kind: "shared", ageMs, sharedForMs } : undefined;
  }

  /** Data that is no longer fresh is withdrawn while a node rests. */
  function rest({ node, logStateChanges, log }: Runtime): void {
    const before = store.get(node.name)?.state;
    if (before?.report === undefined || isFresh(before, Date.now())) return;
    const state = { ...before, report: failedReport(RESTING), lag: NO_LAG, syncing: undefined };
    keepState(state);
    logStateChanges(before, state, log);
  }

  async function scheduledPoll(name: string): Promise<void> {
    const runtime = runtimes.get(name);
    // A schedule ends a little later than its node.
    if (runtime === undefined) return;
    if (performance.now() < runtime.restsUntil) rest(runtime);
    else await poll(name);
  }

  return {
    poll,
    scheduledPoll,
    prepare,
    async probe(name) {
      const runtime = runtimes.get(name);
      if (runtime === undefined) return { kind: "gone" };
      const shared = sharedAnswer(runtime);
      if (shared !== undefined) return shared;
      await scheduledPoll(name);
      const isGone = runtime.retirement.signal.aborted || runtimes.get(name) !== runtime;
      return { kind: isGone ? "gone" : "polled" };
    },
    async close() {
      const ends: Promise<void>[] = [];
      await beginInSlices([...runtimes.values()].map((runtime) => () => ends.push(retire(runtime))));
      await Promise.all(ends);
    },
  };
}

async function retire({ retirement, running, session }: Runtime): Promise<void> {
  retirement.abort(new Error("the node is polled no more"));
  await running;
  await session.close();
}

/** What was learnt of a server stays true when only the way to ask it changes. */
function isSameServer(before: NodeConfig, after: NodeConfig): boolean {
  return before.role === after.role && before.chain === after.chain && isSameUrl(before.url, after.url);
}

const RESTING: Failure = {
  reason: "rate_limited",
  message: "the node is not polled for now, as it asked to be left alone (HTTP 429)",
  advice: "poll less often (interval) or raise the server's limit",
};
