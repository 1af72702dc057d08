import type { NodeConfig, ProbeConfig } from "../config/model.ts";
import { type ProbeRequest, resolveProbe } from "../config/probe.ts";
import { createSignal, type Signal, type SignalSource } from "../lib/abort.ts";
import { createBriefCache } from "../lib/brief-cache.ts";
import type { Logger } from "../logging/logger.ts";
import type { NodeReport } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
import { headLag, type LagSettings } from "./head-lag.ts";
import { EMPTY_HISTORY, type NodeHistory, type PollTimes, recordPoll } from "./history.ts";
import { pollSession } from "./poll-session.ts";
import type { TracedSession } from "./session.ts";
import { shownOrFailed } from "./shown.ts";
import { type KeptState, keptOf, type NodeLines, type NodeState, outcomesOf } from "./store.ts";
import { isCatchingUp } from "./syncing.ts";

/**
 * Polls targets that somebody names, once each, as far as the configuration allows it. What came of it is kept for a second,
 * in which nobody can have the target asked again.
 */
export type AdHocProber = {
  /**
   * @param longestMs how long whoever asks waits; the module's timeout may be shorter
   * @param gone ends when whoever asks is gone: a poll for which nobody waits any more is given up
   */
  probe(request: ProbeRequest, longestMs: number, gone: Signal): Promise<AdHocResult>;
  /** Ends the polls that run. */
  close(): Promise<void>;
};

export type AdHocResult =
  | {
      readonly kind: "polled";
      readonly state: KeptState;
      readonly lines: NodeLines;
      readonly calls: readonly RpcCall[];
      /** Absent: the poll ended while whoever asked waited. Else it is an earlier one, which ended this long ago, in milliseconds. */
      readonly ageMs?: number;
    }
  | { readonly kind: "bad" | "forbidden"; readonly message: string }
  /** As many targets as allowed are polled now. */
  | { readonly kind: "busy" }
  /** The poll was given up, as the exporter stops; or nobody waits for it. */
  | { readonly kind: "stopping" };

export type AdHocOptions = {
  /** Read for each probe, as it may be replaced. */
  readonly config: () => ProbeConfig;
  readonly lag: () => LagSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly render: (state: NodeState) => NodeLines;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
};

/** How long the answer of a target is shared with whoever asks for the same, in milliseconds. */
export const TARGET_SHARED_MS = 1000;

/** Answers that are kept. Beyond these the oldest ones go: so many targets at a time share what they answered. */
export const MAX_SHARED = 64;
const MAX_SHARED_BYTES = 8 * 1024 * 1024;

type Polled = Extract<AdHocResult, { readonly kind: "polled" }>;

/** A poll that runs. */
type Running = {
  readonly result: Promise<AdHocResult>;
  readonly end: SignalSource;
  /** How many wait for it. */
  waiting: number;
};

export function createAdHocProber(options: AdHocOptions): AdHocProber {
  let isClosed = false;
  /** Polls that have not ended yet, those that were given up among them. */
  const running = new Set<Running>();
  /** Whoever wants the same as one of these shares it. */
  const shared = new Map<string, Running>();
  const keyOfModule = createNumbering();
  const { now = () => performance.now() } = options;
  /** What the last polls gave, and how long each was allowed to take. */
  const answered = createBriefCache<{ readonly polled: Polled; readonly timeoutMs: number }>({
    keptForMs: TARGET_SHARED_MS,
    maxEntries: MAX_SHARED,
    maxBytes: MAX_SHARED_BYTES,
    bytesOf: ({ polled: { lines, calls } }) => lines.bytes.length + lines.ends.byteLength + calls.length * CALL_BYTES,
    now,
  });

  async function pollOnce(node: NodeConfig, moduleName: string, end: Signal): Promise<AdHocResult> {
    const log = options.log.child({ target: node.name, module: moduleName });
    const startedMs = Date.now();
    const clock = performance.now();
    const { report, calls } = await pollAndClose(node, end, log);
    if (end.aborted) {
      log.debug("a probe was given up: nobody waits for it, or the exporter stops");
      return { kind: "stopping" };
    }
    const times = { startedMs, endedMs: Date.now(), durationSeconds: Math.round(performance.now() - clock) / 1000 };
    const show = (given: NodeReport) => {
      const state = stateAfter(node, given, times, options.lag());
      return { state: keptOf(state), lines: options.render(state) };
    };
    const shown = shownOrFailed(report, show, log);
    const { peers } = shown.state.report ?? report;
    log.debug({ reason: peers.ok ? undefined : peers.failure.reason }, peers.ok ? "probed" : "a probe failed");
    return { kind: "polled", ...shown, calls };
  }

  async function pollAndClose(node: NodeConfig, end: Signal, log: Logger) {
    const session = options.open(node);
    try {
      const report = await pollSession(session, node, end, log);
      return { report, calls: session.calls() };
    } finally {
      await session.close();
    }
  }

  function begin(key: string, targetKey: string, node: NodeConfig, moduleName: string): Running {
    const end = createSignal();
    const result = pollOnce(node, moduleName, end.signal)
      .then((ended) => {
        if (ended.kind === "polled") answered.set(targetKey, { polled: ended, timeoutMs: node.timeoutMs });
        return ended;
      })
      .finally(() => {
        running.delete(own);
        if (shared.get(key) === own) shared.delete(key);
      });
    const own: Running = { result, end, waiting: 0 };
    running.add(own);
    shared.set(key, own);
    return own;
  }

  /** Waits for a poll as long as whoever asks is there. */
  function join(poll: Running, key: string, gone: Signal): Promise<AdHocResult> {
    poll.waiting += 1;
    const leave = () => {
      poll.waiting -= 1;
      if (poll.waiting > 0) return;
      // Whoever comes while it ends needs one of his own. Its slot is free when it has ended.
      if (shared.get(key) === poll) shared.delete(key);
      poll.end.abort(new Error("nobody waits for the poll"));
    };
    gone.addEventListener("abort", leave, { once: true });
    return poll.result.finally(() => gone.removeEventListener("abort", leave));
  }

  return {
    async probe(request, longestMs, gone) {
      if (isClosed || gone.aborted) return { kind: "stopping" };
      const config = options.config();
      const found = resolveProbe(config, request);
      if (found.kind !== "allowed") return found;
      const timeoutMs = Math.min(found.module.timeoutMs, longestMs);
      const targetKey = JSON.stringify([keyOfModule(found.module), found.target.address, fullPath(found.node)]);
      const earlier = answered.get(targetKey);
      if (earlier !== undefined && isAnswerFor(timeoutMs, earlier.value)) {
        return { ...earlier.value.polled, ageMs: earlier.ageMs };
      }
      // With the timeout, as a poll that is given less time may fail where another does not.
      const key = `${timeoutMs} ${targetKey}`;
      const same = shared.get(key);
      if (same !== undefined) return join(same, key, gone);
      if (running.size >= config.concurrency) return { kind: "busy" };
      return join(begin(key, targetKey, { ...found.node, timeoutMs }, request.module), key, gone);
    },
    async close() {
      isClosed = true;
      for (const { end } of running) end.abort(new Error("shutting down"));
      await Promise.allSettled([...running].map(({ result }) => result));
    },
  };
}

/** About what a request of a poll holds in memory. */
const CALL_BYTES = 500;

/** A poll that somebody gave too little time says nothing to those who have more of it. */
function isAnswerFor(timeoutMs: number, earlier: { readonly polled: Polled; readonly timeoutMs: number }): boolean {
  const { report } = earlier.polled.state;
  if (earlier.timeoutMs >= timeoutMs || report === undefined) return true;
  return !outcomesOf(report).some(([, outcome]) => !outcome.ok && outcome.failure.reason === "timeout");
}

function fullPath({ url }: NodeConfig): string {
  return `${url.protocol}${url.path}${url.query}`;
}

/** Tells objects apart: after a reload a module of the same name may have other credentials. */
function createNumbering(): (object: object) => number {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return (object) => {
    const known = numbers.get(object);
    if (known !== undefined) return known;
    last += 1;
    numbers.set(object, last);
    return last;
  };
}

/** The state after the only poll. Other nodes are no reference: a target that a stranger names is not one of ours. */
function stateAfter(node: NodeConfig, report: NodeReport, times: PollTimes, lagSettings: LagSettings): NodeState {
  const history = withoutSums(recordPoll(EMPTY_HISTORY, report, times));
  const lag = headLag(report, { fleet: [], configured: [] }, lagSettings, times.endedMs);
  const syncing = isCatchingUp(report, lag, history, times.endedMs);
  return { node, report, history, lag, syncing, turnMs: node.timeoutMs };
}

/** Bytes that are added up between polls would be 0 for ever; a node's own counters are what they are. */
export function withoutSums(history: NodeHistory): NodeHistory {
  return { ...history, totals: history.totals?.source === "node" ? history.totals : undefined };
}
