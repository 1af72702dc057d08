import { setMaxListeners } from "node:events";
import type { NodeReport } from "../chains/chain.ts";
import type { NodeConfig, ProbeConfig } from "../config/model.ts";
import { type ProbeRequest, resolveProbe } from "../config/probe-target.ts";
import { failureOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RpcCall } from "../rpc/trace.ts";
import { headLag, type LagSettings } from "./fleet.ts";
import { EMPTY_HISTORY, type NodeHistory, type PollTimes, recordPoll } from "./history.ts";
import { failedReport, pollSession } from "./poll-session.ts";
import type { TracedSession } from "./session.ts";
import type { NodeLines, NodeState } from "./store.ts";
import { isCatchingUp } from "./syncing.ts";

/** Polls targets that somebody names, once each, as far as the configuration allows it. Nothing is kept of them. */
export type AdHocProber = {
  /** @param longestMs how long whoever asks waits; the module's timeout may be shorter */
  probe(request: ProbeRequest, longestMs: number): Promise<AdHocResult>;
  /** Ends the polls that run. */
  close(): Promise<void>;
};

export type AdHocResult =
  | {
      readonly kind: "polled";
      readonly state: NodeState;
      readonly lines: NodeLines;
      readonly calls: readonly RpcCall[];
    }
  | { readonly kind: "bad" | "forbidden"; readonly message: string }
  /** As many targets as allowed are polled now. */
  | { readonly kind: "busy" }
  | { readonly kind: "stopping" };

export type AdHocOptions = {
  /** Read for each probe, as it may be replaced. */
  readonly config: () => ProbeConfig;
  readonly lag: () => LagSettings;
  readonly open: (node: NodeConfig) => TracedSession;
  readonly render: (state: NodeState) => NodeLines;
  readonly log: Logger;
};

export function createAdHocProber(options: AdHocOptions): AdHocProber {
  const shutdown = new AbortController();
  // Each poll that runs listens to it.
  setMaxListeners(0, shutdown.signal);
  /** Polls that run: whoever wants the same meanwhile shares one. */
  const running = new Map<string, Promise<AdHocResult>>();
  const keyOfModule = createNumbering();

  async function pollOnce(node: NodeConfig, moduleName: string): Promise<AdHocResult> {
    const log = options.log.child({ target: node.name, module: moduleName });
    const startedMs = Date.now();
    const clock = performance.now();
    const { report, calls } = await pollAndClose(node, log);
    if (shutdown.signal.aborted) return { kind: "stopping" };
    const times = { startedMs, endedMs: Date.now(), durationSeconds: Math.round(performance.now() - clock) / 1000 };
    const shown = show(node, report, times, log);
    const { peers } = shown.state.report ?? report;
    log.debug({ reason: peers.ok ? undefined : peers.failure.reason }, peers.ok ? "probed" : "a probe failed");
    return { kind: "polled", ...shown, calls };
  }

  async function pollAndClose(node: NodeConfig, log: Logger) {
    const session = options.open(node);
    try {
      const report = await pollSession(session, node, shutdown.signal, log);
      return { report, calls: session.calls() };
    } finally {
      await session.close();
    }
  }

  function show(node: NodeConfig, report: NodeReport, times: PollTimes, log: Logger) {
    const rendered = (given: NodeReport) => {
      const state = stateAfter(node, given, times, options.lag());
      return { state, lines: options.render(state) };
    };
    try {
      return rendered(report);
    } catch (error) {
      const failure = failureOf(error);
      log.error({ err: error }, failure.message);
      return rendered(failedReport(failure));
    }
  }

  return {
    async probe(request, longestMs) {
      if (shutdown.signal.aborted) return { kind: "stopping" };
      const config = options.config();
      const found = resolveProbe(config, request);
      if (found.kind !== "allowed") return found;
      const timeoutMs = Math.min(found.module.timeoutMs, longestMs);
      // With the timeout, as a poll that is given less time may fail where another does not.
      const key = JSON.stringify([keyOfModule(found.module), timeoutMs, found.target.address, fullPath(found.node)]);
      const shared = running.get(key);
      if (shared !== undefined) return shared;
      if (running.size >= config.concurrency) return { kind: "busy" };
      const own = pollOnce({ ...found.node, timeoutMs }, request.module).finally(() => running.delete(key));
      running.set(key, own);
      return own;
    },
    async close() {
      shutdown.abort(new Error("shutting down"));
      await Promise.allSettled(running.values());
    },
  };
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
