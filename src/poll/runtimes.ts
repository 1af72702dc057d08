import type { NodeConfig } from "../config/model.ts";
import { createSignal, type SignalSource } from "../lib/abort.ts";
import { eachStep, type Steps } from "../lib/slices.ts";
import type { Logger } from "../logging/logger.ts";
import type { Failure } from "../model/failure.ts";
import type { NodeReport } from "../model/report.ts";
import { isSameUrl } from "../rpc/node-url.ts";
import { firstState } from "./derive-state.ts";
import { createStateChangeLog, type LogStateChanges } from "./log-state-changes.ts";
import type { TracedSession } from "./run-poll.ts";
import { createPollInterval } from "./scheduler.ts";
import { NO_SERIES, type RenderState, type StoredNode } from "./store.ts";

/** What the poller holds for each node that it polls, in addition to the stored state. */
export type Runtime = {
  /** Replaced by one that is polled in the same way. */
  node: NodeConfig;
  /** That of the node. */
  readonly fingerprint: string;
  readonly session: TracedSession;
  /** Milliseconds between two scheduled polls. */
  readonly intervalMs: () => number;
  /** Its lines name the node. */
  readonly log: Logger;
  /** Aborted when the node is no longer polled. */
  readonly stopped: SignalSource;
  readonly logStateChanges: LogStateChanges;
  /** The poll that runs, which every caller shares. */
  running: Promise<void> | undefined;
  /** When its last poll ended, on the poller's clock; negative infinity before the first one. */
  endedAt: number;
  /** Consecutive polls that were answered with 429. */
  rateLimitedPolls: number;
  /** The node is not polled before this time. On a monotonic clock: a wall clock that is set back would stop all polls. */
  backoffUntil: number;
};

export type RuntimeOptions = {
  readonly open: (node: NodeConfig) => TracedSession;
  readonly render: RenderState;
  readonly log: Logger;
};

/** A new runtime, and the one whose server it goes on polling, or else what is shown of the node before its first poll. */
export type OpenedRuntime = { readonly runtime: Runtime; readonly intervalMs: number } & (
  | { readonly earlier: Runtime }
  | { readonly earlier: undefined; readonly first: StoredNode }
);

/** A runtime whose polls go on, as its node changes in nothing that concerns them. */
export type KeptRuntime = { readonly runtime: Runtime; readonly node: NodeConfig };

type RuntimeChange = {
  /** By name, in the order of the nodes. */
  readonly after: ReadonlyMap<string, Runtime>;
  readonly opened: readonly OpenedRuntime[];
  readonly kept: readonly KeptRuntime[];
  /** To be stopped after the change. */
  readonly replaced: readonly Runtime[];
  /** Names of nodes that no longer exist. */
  readonly removed: readonly string[];
};

/**
 * Opens the runtimes for these nodes, one per step. A node that is the same object as before, or is polled in the same way,
 * keeps its runtime.
 * @throws what opening or rendering a node throws; everything opened is closed again then
 */
export function* replaceRuntimes(
  before: ReadonlyMap<string, Runtime>,
  nodes: readonly NodeConfig[],
  options: RuntimeOptions,
): Steps<RuntimeChange> {
  const after = new Map<string, Runtime>();
  const opened: OpenedRuntime[] = [];
  const kept: KeptRuntime[] = [];
  const replaced: Runtime[] = [];
  try {
    for (const node of nodes) {
      const earlier = before.get(node.name);
      if (earlier?.node === node) {
        after.set(node.name, earlier);
      } else if (earlier !== undefined && earlier.fingerprint === node.fingerprint()) {
        kept.push({ runtime: earlier, node });
        after.set(node.name, earlier);
      } else {
        const own = openRuntime(node, earlier, options);
        opened.push(own);
        after.set(node.name, own.runtime);
      }
      yield;
    }
    yield* eachStep(before, ([name, runtime]) => {
      if (after.get(name) !== runtime) replaced.push(runtime);
    });
  } catch (error) {
    for (const { runtime } of opened) void runtime.session.close();
    throw error;
  }
  const removed = replaced.map(({ node }) => node.name).filter((name) => !after.has(name));
  return { after, opened, kept, replaced, removed };
}

function openRuntime(node: NodeConfig, before: Runtime | undefined, options: RuntimeOptions): OpenedRuntime {
  const earlier = before !== undefined && isSameServer(before.node, node) ? before : undefined;
  const intervalMs = createPollInterval(node.trigger);
  const state = firstState(node, intervalMs());
  const runtime: Runtime = {
    node,
    fingerprint: node.fingerprint(),
    session: options.open(node),
    intervalMs,
    log: options.log.child({ target: node.name }),
    stopped: createSignal(),
    logStateChanges: earlier?.logStateChanges ?? createStateChangeLog(),
    running: undefined,
    // The last result of a node that is now configured differently cannot be shared with callers.
    endedAt: Number.NEGATIVE_INFINITY,
    rateLimitedPolls: 0,
    backoffUntil: 0,
  };
  if (earlier !== undefined) return { runtime, intervalMs: state.intervalMs, earlier };
  const nothing = { series: NO_SERIES, nowMs: performance.now() };
  return {
    runtime,
    intervalMs: state.intervalMs,
    earlier,
    first: { state, ...options.render(state, nothing) },
  };
}

/** The history of a server stays valid when only the settings of its polls change. */
function isSameServer(before: NodeConfig, after: NodeConfig): boolean {
  return before.role === after.role && before.chain === after.chain && isSameUrl(before.url, after.url);
}

/** Ends the poll that runs and closes the connections. */
export async function stopRuntime({ stopped, running, session }: Runtime): Promise<void> {
  stopped.abort(new Error("the node is no longer polled"));
  await running;
  await session.close();
}

/** Without Retry-After, this many scheduled polls are left out after the first 429, twice as many after each further one. */
const FIRST_BACKOFF_POLLS = 1;
const MAX_BACKOFF_POLLS = 16;

/**
 * Backs off as long as the node asked, or longer and longer while it keeps answering 429. Only peers and head count: a
 * secondary call with its own pace keeps its last failure and backs off by itself.
 */
export function backOff(runtime: Runtime, { peers, head }: NodeReport, intervalMs: number): void {
  const failures = [peers, head].flatMap((outcome) => (outcome.ok ? [] : [outcome.failure]));
  const isRateLimited = failures.some(({ reason }) => reason === "rate_limited");
  runtime.rateLimitedPolls = isRateLimited ? runtime.rateLimitedPolls + 1 : 0;
  runtime.backoffUntil = performance.now() + backoffMs(failures, runtime.rateLimitedPolls, intervalMs);
}

/** Whether its scheduled polls are left out now. */
export function isBackedOff({ backoffUntil }: Runtime): boolean {
  return performance.now() < backoffUntil;
}

function backoffMs(failures: readonly Failure[], rateLimitedPolls: number, intervalMs: number): number {
  const askedSeconds = Math.max(0, ...failures.map(({ retryAfterSeconds }) => retryAfterSeconds ?? 0));
  if (askedSeconds > 0 || rateLimitedPolls === 0) return askedSeconds * 1000;
  const polls = Math.min(FIRST_BACKOFF_POLLS * 2 ** (rateLimitedPolls - 1), MAX_BACKOFF_POLLS);
  // Half an interval more, so that a poll that is scheduled slightly early is left out as well.
  return (polls + 0.5) * intervalMs;
}
