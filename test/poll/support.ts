import pino from "pino";
import type { NodeConfig } from "../../src/config/model.ts";
import { runToEnd } from "../../src/lib/slices.ts";
import type { Logger } from "../../src/logging/logger.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { Failure, FailureReason } from "../../src/model/failure.ts";
import {
  failed,
  type Head,
  type NodeReport,
  type Outcome,
  type PeerConnection,
  type PeerList,
  succeeded,
} from "../../src/model/report.ts";
import { deriveState, firstState as stateBefore } from "../../src/poll/derive-state.ts";
import { NO_FORKS } from "../../src/poll/forks.ts";
import { headLag } from "../../src/poll/head-lag.ts";
import { createKnownHeads, type OtherHeads } from "../../src/poll/heads.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../src/poll/history.ts";
import type { Poller } from "../../src/poll/poller.ts";
import type { NodeState } from "../../src/poll/store.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";

/** Plain data for tests that need no node. */

/** A Friday. */
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

export const INTERVAL_MS = 15_000;

export function nodeConfig(overrides: Partial<NodeConfig> = {}): NodeConfig {
  return {
    role: "node",
    name: "node-1",
    chain: "monero",
    url: parseNodeUrl("http://192.0.2.10:18081"),
    network: undefined,
    labels: {},
    trigger: { kind: "interval", intervalMs: INTERVAL_MS },
    timeoutMs: 10_000,
    auth: undefined,
    headers: [],
    clientCertificate: undefined,
    proxy: undefined,
    hostHeader: undefined,
    tls: { kind: "ca" },
    limits: {},
    connections: {
      series: true,
      maxPerNode: 250,
      maxNewPerHour: 2000,
      address: "full",
      hashKey: undefined,
    },
    options: {
      values: {},
      open() {
        throw new Error("no session is opened here");
      },
    },
    // As of a checked configuration: equal if the node is polled in the same way.
    fingerprint: () => JSON.stringify({ ...overrides, connections: undefined }),
    ...overrides,
  };
}

/** A working inbound connection. */
export function row(overrides: Partial<PeerConnection> = {}): PeerConnection {
  return {
    id: "1",
    direction: "inbound",
    state: "connected",
    address: parseAddress("192.0.2.1:9876"),
    ...overrides,
  };
}

export function peers(...connections: readonly PeerConnection[]): Outcome<PeerList> {
  return succeeded({ connections, malformed: 0 });
}

/** Connected peers, one for each height. */
export function peersAt(...heights: readonly (number | undefined)[]): Outcome<PeerList> {
  return peers(...heights.map((height, index) => row({ id: String(index), height })));
}

export function head(height: number, rest: Omit<Head, "height"> = {}): Outcome<Head> {
  return succeeded({ height, ...rest });
}

export function failure(reason: FailureReason, rest: Partial<Failure> = {}): Failure {
  return { reason, message: `the call failed (${reason})`, advice: "change something", ...rest };
}

export function failing(reason: FailureReason, rest: Partial<Failure> = {}) {
  return failed(failure(reason, rest));
}

/** A node without peers at height 100. */
export function report(overrides: Partial<NodeReport> = {}): NodeReport {
  return {
    identity: {},
    peers: peers(),
    head: head(100),
    apis: new Map(),
    chainSamples: [],
    syncing: "progress",
    minBlockSeconds: 0,
    ...overrides,
  };
}

/** The report of a node that does not answer at all. */
export function deadReport(reason: FailureReason = "connect"): NodeReport {
  return report({ peers: failing(reason), head: failing(reason) });
}

/** A poll of 0.25 s that ended at this moment. */
export function times(endedMs = NOW) {
  return { startedMs: endedMs - 250, endedMs, durationSeconds: 0.25 };
}

export type StateOptions = {
  readonly node?: NodeConfig;
  readonly history?: NodeHistory;
  /** The last reports of other nodes. */
  readonly others?: readonly NodeReport[];
  readonly endedMs?: number;
  readonly intervalMs?: number;
};

/** The state of a node before its first poll. */
export function firstState(node = nodeConfig()): NodeState {
  return stateBefore(node, INTERVAL_MS);
}

export const LAG_SETTINGS = { minSupport: 2, reorgDepth: {} };

/** The lag of a node among others of its configuration, without references. */
export function lagAmong(given: NodeReport, fleet: readonly NodeReport[] = [], nowMs = NOW) {
  return headLag(given, headsFor(given, fleet), LAG_SETTINGS, nowMs);
}

/** The state of a node after one more poll, put together as the poller does. */
export function stateAfter(given: NodeReport, options: StateOptions = {}): NodeState {
  const {
    node = nodeConfig(),
    history = EMPTY_HISTORY,
    others = [],
    endedMs = NOW,
    intervalMs = INTERVAL_MS,
  } = options;
  const before = { node, history, intervalMs };
  return deriveState(
    before,
    { report: given, times: times(endedMs) },
    { heads: headsFor(given, others), forks: NO_FORKS },
    LAG_SETTINGS,
  );
}

export type LogLine = {
  readonly level: string;
  readonly msg: string;
  readonly target?: string;
  readonly api?: string;
  readonly reason?: string;
  readonly err?: { readonly stack: string; readonly message: string };
};

/** A logger that keeps its lines. */
export function logSink(level = "info"): { readonly log: Logger; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { log: pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, { write }), lines };
}

/** What a node with this report learns from the reports of others. */
export function headsFor(
  { networkKey }: NodeReport,
  fleet: readonly NodeReport[],
  configured: readonly NodeReport[] = [],
): OtherHeads {
  const heads = createKnownHeads();
  for (const [index, report] of fleet.entries()) heads.remember(`node ${index}`, "node", report, NOW);
  for (const [index, report] of configured.entries()) heads.remember(`reference ${index}`, "reference", report, NOW);
  return heads.othersOnNetwork("self", networkKey, NOW, () => true);
}

/** Polls these nodes and no others; ends with the polls of those that have no place any more. */
export async function setNodes(poller: Poller, nodes: readonly NodeConfig[]): Promise<void> {
  await Promise.all(
    runToEnd(poller.prepare(nodes))
      .commit()
      .map((retire) => retire()),
  );
}
