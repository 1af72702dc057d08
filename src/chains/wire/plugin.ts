import type { Signal } from "../../lib/abort.ts";
import { createElapsed, type Elapsed } from "../../lib/elapsed.ts";
import { type Failure, NodeError } from "../../model/failure.ts";
import { attempt, failed, type Outcome } from "../../model/report.ts";
import { explainWith } from "../../rpc/answers/status.ts";
import { METRICS_BUDGET } from "../../rpc/budget.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import { explainStatus, isNotOffered } from "./explain.ts";
import { decodePluginPage, type PluginPage } from "./plugin-page.ts";

/** A page, and when it arrived in unix milliseconds. */
export type TimedPage = PluginPage & { readonly receivedMs: number };

/** The page of a node's prometheus_plugin, requested only when it can have changed. */
type Plugin = {
  /** The page, or why it is missing: requested again when it is time, else the last outcome. */
  page(signal: Signal): Promise<Outcome<TimedPage>>;
  /** Drops the last outcome, which is of another process of the node. */
  forget(): void;
  close(): Promise<void>;
};

const PATH = "/v1/prometheus/metrics";

/**
 * The node copies the numbers every connection-cleanup-period, 30 s (spring v1.2.2 net_plugin.cpp:4924-4928). A second
 * less, so that a poll that begins slightly early also requests the page.
 */
const REFRESH_MS = 29_000;

/** Only a restart of the node adds the plugin to a listener. */
const MISSING_MS = 10 * 60_000;

/** @param now for the age of the page: it goes on while the machine is suspended */
export function createPlugin(client: RpcClient, now: Elapsed = createElapsed()): Plugin {
  let last: { readonly outcome: Outcome<TimedPage>; readonly askAgainMs: number } | undefined;
  return {
    async page(signal) {
      const startedMs = now();
      if (last !== undefined && startedMs < last.askAgainMs) return last.outcome;
      const outcome = await attempt(() => fetchPage(client, signal));
      last = { outcome: remembered(outcome), askAgainMs: startedMs + pauseAfter(outcome) };
      return outcome;
    },
    forget() {
      last = undefined;
    },
    close: () => client.close(),
  };
}

function pauseAfter(outcome: Outcome<TimedPage>): number {
  if (outcome.ok) return REFRESH_MS;
  const { retryAfterSeconds = 0 } = outcome.failure;
  if (isNotOffered(outcome.failure)) return MISSING_MS;
  return Math.max(REFRESH_MS, retryAfterSeconds * 1000);
}

/** The wait that a server asks for begins once, not with every poll that shows the failure again. */
function remembered(outcome: Outcome<TimedPage>): Outcome<TimedPage> {
  if (outcome.ok) return outcome;
  const { retryAfterSeconds: _, ...failure } = outcome.failure;
  return failed(failure);
}

/** @throws NodeError */
async function fetchPage(client: RpcClient, signal: Signal): Promise<TimedPage> {
  const call = `${PATH} at ${client.url.label}`;
  const request = { name: PATH, method: "GET", path: apiPath(client.url, PATH), budget: METRICS_BUDGET } as const;
  const response = await client.request(request, signal).catch(rethrown);
  const receivedMs = Date.now();
  if (response.status < 200 || response.status > 299) {
    throw new NodeError(explainWith(explainStatus("prometheus"), client, response, call));
  }
  const { body, budget = METRICS_BUDGET } = response;
  try {
    // Names, numbers and addresses are ASCII; decoding UTF-8 would take longer than reading the page.
    const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
    return { ...decodePluginPage(text, call, budget), receivedMs };
  } catch (error) {
    return rethrown(error);
  }
}

function rethrown(error: unknown): never {
  throw error instanceof NodeError ? new NodeError(explainSize(error.failure)) : error;
}

/** Up to Wire W3, the plugin keeps the series of every peer that was ever connected (leap issue 1687). */
function explainSize(failure: Failure): Failure {
  if (failure.reason !== "too_large") return failure;
  const advice = "restart the node, as its prometheus_plugin keeps the series of peers that left; or";
  return { ...failure, advice: `${advice} ${failure.advice}` };
}
