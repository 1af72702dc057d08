import type { LagConfig, NodeConfig } from "../config/model.ts";
import { createElapsed, type Elapsed } from "../lib/elapsed.ts";
import { runToEnd, type Steps, startInSlices } from "../lib/slices.ts";
import type { NodeReport } from "../model/report.ts";
import { deriveState, freshForMs } from "./derive-state.ts";
import { createFreshness, type Freshness } from "./freshness.ts";
import { forOtherSession } from "./history.ts";
import { createKnownNodes, type KnownNodes, type OtherNodes } from "./other-nodes.ts";
import type { RecentPolls } from "./recent-polls.ts";
import { renderOrFail, runPoll } from "./run-poll.ts";
import {
  backOff,
  isBackedOff,
  type KeptRuntime,
  type OpenedRuntime,
  type Runtime,
  type RuntimeOptions,
  replaceRuntimes,
  stopRuntime,
} from "./runtimes.ts";
import { type FreshNodes, freshNodes, withdrawStaleData } from "./stale.ts";
import { NO_SERIES, type NodeState, type NodeStore, toStored } from "./store.ts";

/** Polls nodes on demand and stores the rendered result of each poll. */
export type Poller = {
  /**
   * Prepares to poll these nodes and no others; nothing changes until the result is committed. A node that is the same object
   * as before goes on undisturbed, and so does one with the same fingerprint, which has its new settings from its next poll on.
   * A node with other settings at the same URL keeps its history, its counters and, until its next poll, what is shown of it.
   * No other change may be prepared in the meantime.
   * @throws Error when a node cannot be opened; then nothing has changed
   */
  prepare(nodes: readonly NodeConfig[]): Steps<PreparedNodes>;
  /** Polls one node, even while it is backed off; never rejects. */
  poll(name: string): Promise<void>;
  /** Polls one node as its schedule asks, unless it is backed off; never rejects. */
  scheduledPoll(name: string): Promise<void>;
  /** Polls one node for a caller that waits, unless it is backed off or its last poll has only just ended. */
  probe(name: string): Promise<ProbeResult>;
  /** The stored nodes, without data that is no longer fresh. */
  readonly nodes: FreshNodes;
  /** Ends the polls that run and closes the connections. */
  close(): Promise<void>;
};

type ProbeResult =
  /** The store has the result of a poll that ended while the caller waited, or the node is backed off. */
  | { readonly kind: "polled" }
  /** No poll: the last one ended `ageMs` ago, and its result is shared until it is `sharedForMs` old. In milliseconds. */
  | { readonly kind: "shared"; readonly ageMs: number; readonly sharedForMs: number }
  /** The node is no longer polled. */
  | { readonly kind: "gone" };

type PreparedNodes = {
  /**
   * Polls the nodes from now on. It takes effect as a whole: callers see all nodes as before, or all as after.
   * @returns for each node that is no longer polled, a function that stops its poll
   */
  commit(): readonly (() => Promise<void>)[];
};

type PollerOptions = RuntimeOptions & {
  /** Nodes and references. */
  readonly nodes: readonly NodeConfig[];
  readonly lag: () => LagConfig;
  readonly store: NodeStore;
  readonly recentPolls: RecentPolls;
};

type PollerState = Omit<PollerOptions, "nodes"> & {
  readonly known: KnownNodes;
  /** For all ages of data. */
  readonly now: Elapsed;
  readonly freshness: Freshness;
  /** By the names of the nodes; replaced as a whole. */
  runtimes: ReadonlyMap<string, Runtime>;
};

export function createPoller({ nodes: firstNodes, ...options }: PollerOptions): Poller {
  const now = createElapsed();
  const freshness = createFreshness(now);
  const poller: PollerState = { ...options, known: createKnownNodes(), now, freshness, runtimes: new Map() };
  runToEnd(prepare(poller, firstNodes)).commit();
  return {
    prepare: (nodes) => prepare(poller, nodes),
    poll: (name) => poll(poller, name),
    scheduledPoll: (name) => scheduledPoll(poller, name),
    probe: (name) => probe(poller, name),
    nodes: freshNodes(poller.store, (max) => withdrawStale(poller, max)),
    async close() {
      const ends: Promise<void>[] = [];
      await startInSlices([...poller.runtimes.values()].map((runtime) => () => ends.push(stopRuntime(runtime))));
      await Promise.all(ends);
    },
  };
}

function* prepare(poller: PollerState, nodes: readonly NodeConfig[]): Steps<PreparedNodes> {
  const { after, opened, kept, replaced, removed } = yield* replaceRuntimes(poller.runtimes, nodes, poller);
  return {
    commit() {
      poller.runtimes = after;
      for (const each of opened) takeOver(poller, each);
      for (const each of kept) goOn(poller, each);
      const otherServers = opened.filter(({ earlier }) => earlier === undefined);
      forget(poller, [...removed, ...otherServers.map(({ runtime }) => runtime.node.name)]);
      poller.store.arrange([...after.keys()]);
      return replaced.map((runtime) => () => stopRuntime(runtime));
    },
  };
}

/** Shows a new node as not yet polled; a node at the same server as before goes on from its last state. */
function takeOver({ store, freshness }: PollerState, opened: OpenedRuntime): void {
  const { runtime, intervalMs, earlier } = opened;
  if (earlier === undefined) {
    store.set(opened.first);
    return;
  }
  // A server that asked for a pause must not be polled because of a reload.
  runtime.rateLimitedPolls = earlier.rateLimitedPolls;
  runtime.backoffUntil = earlier.backoffUntil;
  const stored = store.get(runtime.node.name);
  if (stored === undefined) return;
  const history = forOtherSession(stored.state.history);
  store.set({ ...stored, state: { ...stored.state, node: runtime.node, intervalMs, history } });
  freshness.change(runtime.node.name, freshForMs(runtime.node, intervalMs));
}

/** Gives a node its new settings, without an end of its session or of the poll that runs. */
function goOn({ store }: PollerState, { runtime, node }: KeptRuntime): void {
  runtime.node = node;
  // What is shown is as the settings of before say.
  runtime.endedAt = Number.NEGATIVE_INFINITY;
  const stored = store.get(node.name);
  if (stored !== undefined) store.set({ ...stored, state: { ...stored.state, node } });
}

function forget({ known, recentPolls, freshness }: PollerState, names: readonly string[]): void {
  known.forgetAll(names);
  for (const name of names) {
    recentPolls.forget(name);
    freshness.forget(name);
  }
}

async function poll(poller: PollerState, name: string): Promise<void> {
  const runtime = poller.runtimes.get(name);
  if (runtime === undefined) {
    poller.log.error({ target: name }, "asked to poll a node that is no longer polled");
    return;
  }
  runtime.running ??= pollNode(poller, runtime)
    .catch((error: unknown) => {
      runtime.log.error({ err: error }, "a poll ended with an unexpected error");
    })
    .finally(() => {
      runtime.running = undefined;
      runtime.endedAt = poller.now();
    });
  return runtime.running;
}

async function scheduledPoll(poller: PollerState, name: string): Promise<void> {
  const runtime = poller.runtimes.get(name);
  // The schedule of a removed node ends a little later than its runtime.
  if (runtime === undefined) return;
  if (isBackedOff(runtime)) withdrawStale(poller);
  else await poll(poller, name);
}

async function probe(poller: PollerState, name: string): Promise<ProbeResult> {
  const runtime = poller.runtimes.get(name);
  if (runtime === undefined) return { kind: "gone" };
  const shared = sharedResult(poller, runtime);
  if (shared !== undefined) return shared;
  await scheduledPoll(poller, name);
  return { kind: isPolled(poller, runtime) ? "polled" : "gone" };
}

/**
 * However many callers ask for a poll, a node is polled at most once in this share of its interval, and in this many
 * milliseconds.
 */
const SHARED_INTERVALS = 0.1;
const MIN_SHARED_MS = 1000;

/** The last result, if it is recent enough to be shared. */
function sharedResult({ store, now }: PollerState, { node, running, endedAt }: Runtime): ProbeResult | undefined {
  if (running !== undefined) return undefined;
  const ageMs = now() - endedAt;
  const sharedForMs = Math.max(MIN_SHARED_MS, (store.get(node.name)?.state.intervalMs ?? 0) * SHARED_INTERVALS);
  return ageMs < sharedForMs ? { kind: "shared", ageMs, sharedForMs } : undefined;
}

/** Whether this runtime still polls its node: it may have been stopped or replaced during a poll. */
function isPolled({ runtimes }: PollerState, runtime: Runtime): boolean {
  return !runtime.stopped.signal.aborted && runtimes.get(runtime.node.name) === runtime;
}

async function pollNode(poller: PollerState, runtime: Runtime): Promise<void> {
  const { node, session, log, stopped } = runtime;
  const request = poller.known.request(node.name, Date.now());
  const { report, times, calls } = await runPoll(session, node, stopped.signal, log, request);
  // Only now: the state may have been withdrawn during the poll.
  const before = poller.store.get(node.name)?.state;
  if (!isPolled(poller, runtime) || before === undefined) return;
  poller.freshness.renew(node.name, freshForMs(node, runtime.intervalMs()));
  withdrawStale(poller);
  const render = (given: NodeReport) => {
    const from = { ...before, intervalMs: runtime.intervalMs() };
    const others = compareWithOthers(poller, from, given, times.endedMs);
    const next = deriveState(from, { report: given, times }, others, poller.lag());
    renderAndStore(poller, next);
    return next;
  };
  // If the failure cannot be rendered either, no series at all are better than those of an earlier poll.
  const state = renderOrFail(report, render, log, () => poller.store.withdraw(node.name));
  poller.recentPolls.record(state, calls);
  runtime.logStateChanges(before, state, log);
  backOff(runtime, report, state.intervalMs);
}

function compareWithOthers(
  { known, lag }: PollerState,
  { node, intervalMs }: Pick<NodeState, "node" | "intervalMs">,
  report: NodeReport,
  nowMs: number,
): OtherNodes {
  known.remember(node, report, { nowMs, freshUntilMs: nowMs + freshForMs(node, intervalMs) }, lag());
  return known.compare(node, report, nowMs);
}

function renderAndStore({ store, render }: PollerState, state: NodeState): void {
  const { node } = state;
  const before = { series: store.get(node.name)?.series ?? NO_SERIES, nowMs: performance.now() };
  store.set({ state: toStored(state), ...render(state, before, store.reusableBuffer(node.name)) });
}

/** Withdraws what is too old: for those who read it, and for the nodes that are compared with it. */
function withdrawStale(poller: PollerState, max = Number.POSITIVE_INFINITY): boolean {
  const { store, freshness, runtimes } = poller;
  const show = (state: NodeState, report: NodeReport) => {
    compareWithOthers(poller, state, report, Date.now());
    renderAndStore(poller, state);
  };
  return withdrawStaleData({ store, freshness, runtimes, show }, max);
}
