import type { NodeConfig, ProbeConfig } from "../config/model.ts";
import { type ProbeRequest, resolveProbe } from "../config/probe.ts";
import { createSignal, type Signal, type SignalSource } from "../lib/abort.ts";
import { createBriefCache } from "../lib/brief-cache.ts";
import { createElapsed, type Elapsed } from "../lib/elapsed.ts";
import type { Logger } from "../logging/logger.ts";
import type { NodeReport } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
import { deriveState } from "./derive-state.ts";
import type { LagSettings } from "./head-lag.ts";
import { EMPTY_HISTORY } from "./history.ts";
import { NO_OTHER_NODES } from "./other-nodes.ts";
import { mainFailure, outcomesOf } from "./outcomes.ts";
import { renderOrFail, runPoll, type TracedSession } from "./run-poll.ts";
import { type NodeLines, type NodeState, type StoredState, sizeOf, toStored } from "./store.ts";

/** Polls the targets of /probe?target= once each, where the configuration allows them. Results are shared for a second. */
type AdHocProber = {
  /**
   * @param maxWaitMs how long the caller waits; the timeout of the module may be shorter
   * @param gone aborted when the caller is gone; a poll without a waiting caller is cancelled
   */
  probe(request: ProbeRequest, maxWaitMs: number, gone: Signal): Promise<AdHocResult>;
  /** Ends the polls that run. */
  close(): Promise<void>;
};

type AdHocResult =
  | {
      readonly kind: "polled";
      readonly state: StoredState;
      readonly lines: NodeLines;
      readonly calls: readonly RpcCall[];
      /** Milliseconds since the end of an earlier poll whose result is shared; absent when the poll ended while the caller waited. */
      readonly ageMs?: number;
    }
  | { readonly kind: "bad" | "forbidden"; readonly message: string }
  /** The configured maximum of targets is being polled. */
  | { readonly kind: "busy" }
  /** The poll was cancelled: the exporter stops, or no caller waits for it any more. */
  | { readonly kind: "stopping" };

export type AdHocOptions = {
  /** Called for each probe: a reload replaces the configuration. */
  readonly config: () => ProbeConfig;
  readonly lag: () => LagSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly render: (state: NodeState) => NodeLines;
  readonly log: Logger;
  readonly now?: Elapsed;
};

/** How long the result of a target is shared with other callers, in milliseconds. */
export const TARGET_SHARED_MS = 1000;

/** Results that are kept; the oldest are dropped first. */
const MAX_SHARED = 64;
const MAX_SHARED_BYTES = 8 * 1024 * 1024;

type Polled = Extract<AdHocResult, { readonly kind: "polled" }>;

type RunningPoll = {
  readonly result: Promise<AdHocResult>;
  readonly end: SignalSource;
  /** How many callers wait for it. */
  waiting: number;
};

export function createAdHocProber(options: AdHocOptions): AdHocProber {
  let isClosed = false;
  /** Polls that have not ended, cancelled ones included. */
  const running = new Set<RunningPoll>();
  /** Running polls that callers with the same request share. */
  const shared = new Map<string, RunningPoll>();
  const keyOfModule = createNumbering();
  const { now = createElapsed() } = options;
  /** The last results, with the timeout of each poll. */
  const answered = createBriefCache<{ readonly polled: Polled; readonly timeoutMs: number }>({
    maxAgeMs: TARGET_SHARED_MS,
    maxEntries: MAX_SHARED,
    maxBytes: MAX_SHARED_BYTES,
    bytesOf: ({ polled: { lines, calls } }) => sizeOf(lines) + lines.ends.byteLength + calls.length * CALL_BYTES,
    now,
  });

  async function pollOnce(node: NodeConfig, moduleName: string, end: Signal): Promise<AdHocResult> {
    const log = options.log.child({ target: node.name, module: moduleName });
    const session = options.open(node);
    const { report, times, calls } = await runPoll(session, node, end, log).finally(() => session.close());
    if (end.aborted) {
      log.debug("probe cancelled: no caller waits for it, or the exporter stops");
      return { kind: "stopping" };
    }
    const before = { node, history: EMPTY_HISTORY, intervalMs: node.timeoutMs };
    // Not compared with other nodes: a target that a client names does not belong to the configured ones.
    const render = (given: NodeReport) => {
      const state = deriveState(before, { report: given, times }, NO_OTHER_NODES, options.lag());
      return { state: toStored(state), lines: options.render(state) };
    };
    const rendered = renderOrFail(report, render, log);
    const failure = mainFailure(rendered.state);
    log.debug({ reason: failure?.reason }, failure === undefined ? "probed" : "probe failed");
    return { kind: "polled", ...rendered, calls };
  }

  function start(key: string, targetKey: string, node: NodeConfig, moduleName: string): RunningPoll {
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
    const own: RunningPoll = { result, end, waiting: 0 };
    running.add(own);
    shared.set(key, own);
    return own;
  }

  /** Waits for a poll until the caller is gone. */
  function join(poll: RunningPoll, key: string, gone: Signal): Promise<AdHocResult> {
    poll.waiting += 1;
    const leave = () => {
      poll.waiting -= 1;
      if (poll.waiting > 0) return;
      // A caller that comes while it ends needs another poll. The slot is free when it has ended.
      if (shared.get(key) === poll) shared.delete(key);
      poll.end.abort(new Error("no caller waits for the poll"));
    };
    gone.addEventListener("abort", leave, { once: true });
    return poll.result.finally(() => gone.removeEventListener("abort", leave));
  }

  return {
    async probe(request, maxWaitMs, gone) {
      if (isClosed || gone.aborted) return { kind: "stopping" };
      const config = options.config();
      const found = resolveProbe(config, request);
      if (found.kind !== "allowed") return found;
      const timeoutMs = Math.min(found.module.timeoutMs, maxWaitMs);
      const targetKey = JSON.stringify([keyOfModule(found.module), found.target.address, fullPath(found.node)]);
      const earlier = answered.get(targetKey);
      if (earlier !== undefined && isAnswerFor(timeoutMs, earlier.value)) {
        return { ...earlier.value.polled, ageMs: earlier.ageMs };
      }
      // The timeout is part of the key: a poll with less time may fail where another succeeds.
      const key = `${timeoutMs} ${targetKey}`;
      const same = shared.get(key);
      if (same !== undefined) return join(same, key, gone);
      if (running.size >= config.concurrency) return { kind: "busy" };
      return join(start(key, targetKey, { ...found.node, timeoutMs }, request.module), key, gone);
    },
    async close() {
      isClosed = true;
      for (const { end } of running) end.abort(new Error("shutting down"));
      await Promise.allSettled([...running].map(({ result }) => result));
    },
  };
}

/** About the memory that the record of one request takes. */
const CALL_BYTES = 500;

/** The result of a poll that timed out is not shared with callers that have more time. */
function isAnswerFor(timeoutMs: number, earlier: { readonly polled: Polled; readonly timeoutMs: number }): boolean {
  const { state } = earlier.polled;
  if (earlier.timeoutMs >= timeoutMs) return true;
  return !outcomesOf(state).some(([, outcome]) => !outcome.ok && outcome.failure.reason === "timeout");
}

function fullPath({ url }: NodeConfig): string {
  return `${url.protocol}${url.path}${url.query}`;
}

/** Numbers objects: after a reload a module of the same name may have other credentials. */
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
