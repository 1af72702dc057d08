import type { NodeSession, NodeTarget, PollRequest } from "../chains/adapter.ts";
import { networkScope } from "../chains/index.ts";
import type { NodeConfig } from "../config/model.ts";
import { createNodeRedaction } from "../config/redact.ts";
import type { Signal } from "../lib/abort.ts";
import { withDeadline } from "../lib/abort.ts";
import { createElapsed } from "../lib/elapsed.ts";
import type { Logger } from "../logging/logger.ts";
import { type Failure, failureOf } from "../model/failure.ts";
import { redactError, redactReport } from "../model/redact-report.ts";
import { failed, type NodeReport, type Outcome, type PeerList } from "../model/report.ts";
import type { ObserveCall, RpcCall } from "../rpc/client.ts";
import { createRpcClient, type RpcClient, type RpcClientOptions } from "../rpc/client.ts";
import { proxyFor } from "../rpc/dial/route.ts";
import type { NodeUrl } from "../rpc/node-url.ts";
import type { PollTimes } from "./history.ts";
import { mainApi } from "./outcomes.ts";

/** One poll of one node: the session that runs it, its deadline, its duration, and the report of a poll that failed. */

/** A session that records its requests. */
export type TracedSession = NodeSession & {
  /** The requests to the node's own servers since the last poll began, without those to untrusted peers. */
  calls(): readonly RpcCall[];
};

export type CreateClient = (options: RpcClientOptions) => RpcClient;

/** Opens a session with a configured node. Only requests to the node itself carry its credentials. */
export function openSession(node: NodeConfig, createClient: CreateClient = createRpcClient): TracedSession {
  let calls: RpcCall[] = [];
  const observe: ObserveCall = (call) => void calls.push(call);
  let main: RpcClient | undefined;
  const currentRedaction = createNodeRedaction(node);
  const hide = (text: string) => currentRedaction()?.(text) ?? text;
  const target: NodeTarget = {
    name: node.name,
    chain: node.chain,
    url: node.url,
    timeoutMs: node.timeoutMs,
    limits: node.limits,
    headOnly: node.role === "reference",
    connect(url, options) {
      const client = createClient({ ...clientOptions(node, url, options?.hostHeader), observe, hide });
      if (url === node.url) main = client;
      return client;
    },
    // Past the proxy, the peers that a node behind Tor names would learn the address of this machine.
    connectUntrusted: (options) => createClient({ ...options, proxy: node.proxy }),
    isProxied: (place) => proxyFor(place, "https:", node.proxy) !== undefined,
  };
  const session = node.options.open(target);
  return {
    calls: () => calls,
    async poll(signal, request) {
      calls = [];
      // The redaction is read after the poll: files with secrets are read for each request and may have changed.
      const report = await session.poll(signal, request).then(
        (given) => {
          const hide = currentRedaction();
          return hide === undefined ? given : redactReport(given, hide);
        },
        (error: unknown) => {
          const hide = currentRedaction();
          throw hide === undefined ? error : redactError(error, hide);
        },
      );
      const own = { ...report, ...namedNetwork(report, node), peers: rejectUnreadable(report.peers, node) };
      return { ...own, certificateExpirySeconds: expirySeconds(own, node, main) };
    },
    close: () => session.close(),
  };
}

/**
 * When the node's certificate ends. While the node is up, that of the last handshake counts, as a later call of the poll may have
 * closed the connection. While it is down, only a connection that is still open does: another server may answer next.
 */
function expirySeconds(report: NodeReport, { role }: NodeConfig, main: RpcClient | undefined): number | undefined {
  const { lastExpirySeconds, currentExpirySeconds } = main?.presented() ?? {};
  return report[mainApi(role)].ok ? lastExpirySeconds : currentExpirySeconds;
}

/** The network that the operator named, in place of the one that the node reports. */
function namedNetwork(
  { identity, networkKey, head }: NodeReport,
  { network, chain }: NodeConfig,
): Pick<NodeReport, "identity" | "networkKey"> {
  if (network === undefined) return { identity, networkKey };
  // Without this poll's answer about itself, the node has no identity either.
  const isKnown = head.ok || Object.values(identity).some((text) => text !== undefined);
  return {
    identity: isKnown ? { ...identity, network } : identity,
    networkKey: `${networkScope(chain)} ${network}`,
  };
}

/** A list without a single readable row comes from another API. Shown as an empty list, it would be a false 0. */
function rejectUnreadable(peers: Outcome<PeerList>, { url, chain }: NodeConfig): Outcome<PeerList> {
  if (!peers.ok || peers.value.malformed === 0 || peers.value.connections.length > 0) return peers;
  return failed({
    reason: "bad_shape",
    message: `peers at ${url.label}: expected rows of ${chain}, found ${peers.value.malformed} that cannot be read`,
    advice: "check that chain and url belong together; if they do, please report this with the node's version",
  });
}

/**
 * The node's credentials are sent to the host of its own URL only, and not in clear text where that URL is https. Another URL has its
 * own credentials in its userinfo.
 */
function clientOptions(
  { url, timeoutMs, auth, headers, tls, clientCertificate, proxy, limits, ...node }: NodeConfig,
  target: NodeUrl,
  hostHeader: string | undefined,
): RpcClientOptions {
  const isSameHost = target.hostname === url.hostname && target.socketPath === url.socketPath;
  const isTrusted = isSameHost && (url.protocol !== "https:" || target.protocol === "https:");
  const ownAuth = target.userinfo === undefined ? undefined : ({ kind: "basic", ...target.userinfo } as const);
  return {
    url: target,
    auth: ownAuth ?? (isTrusted ? auth : undefined),
    // A pin belongs to the certificate of the node's own URL.
    tls: target === url || (isSameHost && tls.kind !== "pin") ? tls : { kind: "ca" },
    ...(isTrusted ? { headers, clientCertificate } : {}),
    proxy,
    hostHeader: hostHeader ?? (isSameHost ? node.hostHeader : undefined),
    connectTimeoutMs: timeoutMs,
    limits,
  };
}

export type FinishedPoll = {
  readonly report: NodeReport;
  readonly times: PollTimes;
  readonly calls: readonly RpcCall[];
};

/**
 * Polls a node once, within its timeout. Never rejects: every error becomes a report of failure.
 * @param end ends the poll early; its result must be discarded then
 */
export async function runPoll(
  session: TracedSession,
  node: NodeConfig,
  end: Signal,
  log: Logger,
  request: PollRequest = {},
): Promise<FinishedPoll> {
  const startedMs = Date.now();
  const clock = performance.now();
  const elapsed = createElapsed();
  const elapsedAtStart = elapsed();
  const given = await pollWithinTimeout(session, node, end, log, request);
  const tookMs = elapsed() - elapsedAtStart;
  const report = tookMs > node.timeoutMs + GRACE_MS + LATE_MS ? failedReport(tookTooLong(tookMs)) : given;
  const durationSeconds = Math.round(performance.now() - clock) / 1000;
  return { report, times: { startedMs, endedMs: Date.now(), durationSeconds }, calls: session.calls() };
}

/** Why the answers of a node may be too old, although nothing of it failed. */
export const SUSPENDED_ADVICE =
  "the exporter or its machine was suspended or is overloaded, or its clock was set forward; the next poll shows the node again";

/** Timers of a busy process end a poll this much too late. */
const LATE_MS = 1000;

/**
 * The process was stopped or the machine suspended during the poll: answers that had arrived before, or waited in the kernel, are
 * as old as the pause was long, and what is read first afterwards is not always the timer.
 */
function tookTooLong(tookMs: number): Failure {
  return {
    reason: "timeout",
    message: `the poll took ${Math.round(tookMs / 1000)} s, so its answers are too old to be shown`,
    advice: SUSPENDED_ADVICE,
  };
}

async function pollWithinTimeout(
  session: NodeSession,
  node: NodeConfig,
  end: Signal,
  log: Logger,
  request: PollRequest,
): Promise<NodeReport> {
  try {
    return await withDeadline(end, node.timeoutMs, (signal) => orGivenUp(session.poll(signal, request), signal));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.reason === "internal" && !end.aborted) log.error({ err: error }, failure.message);
    return failedReport(failure);
  }
}

/** A session that ignores its signal has this much longer to end. */
const GRACE_MS = 1000;

/** The poll's result; rejects when the poll still runs GRACE_MS after its signal was aborted. */
async function orGivenUp(poll: Promise<NodeReport>, signal: Signal): Promise<NodeReport> {
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

/** The report of a poll that failed as a whole. */
export function failedReport(failure: Failure): NodeReport {
  const outcome = { ok: false, failure } as const;
  const nothing = { identity: {}, apis: new Map(), chainSamples: [], syncing: "unknown", minBlockSeconds: 0 } as const;
  return { ...nothing, peers: outcome, head: outcome };
}

/**
 * Renders a report. If that throws, renders the node as down instead, as its earlier data is out of date.
 * @param beforeFailure called before the failure is rendered, which may throw as well
 * @throws what rendering the failure throws
 */
export function renderOrFail<T>(
  report: NodeReport,
  render: (report: NodeReport) => T,
  log: Logger,
  beforeFailure: () => void = () => {},
): T {
  try {
    return render(report);
  } catch (error) {
    const failure = failureOf(error);
    log.error({ err: error }, failure.message);
    beforeFailure();
    return render(failedReport(failure));
  }
}
