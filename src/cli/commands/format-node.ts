import { formatDuration } from "../../lib/duration.ts";
import { ago, counted } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import type { Style } from "../../lib/text/terminal.ts";
import { isConnectedPeer } from "../../model/report.ts";
import { causesOf } from "../../poll/outcomes.ts";
import type { PolledNode } from "./polling.ts";

/** A polled node as text for a terminal. Texts that the node chose are made harmless here. */

/** `wire v1.2.2, chain 8a34ec7d…, head 1234 (2s ago), lag 0, 12 peers: 4 in, 8 out` */
export function describePolled(polled: PolledNode): string {
  const { node, report, lag, syncing } = polled;
  if (!report.peers.ok && !report.head.ok) return `${node.chain} at ${node.url.label}`;
  const { version, network, chainId } = report.identity;
  const parts = [
    version === undefined ? node.chain : `${node.chain} ${version}`,
    network ?? (chainId === undefined ? undefined : `chain ${shortChainId(chainId)}`),
    ...headTexts(polled),
    lag.blocks === undefined ? undefined : `lag ${lag.blocks}`,
    syncing === true ? "syncing" : undefined,
    peersText(polled),
  ];
  return harmless(parts.filter((part) => part !== undefined).join(", "));
}

export function shortChainId(chainId: string): string {
  return `${chainId.slice(0, 8)}…`;
}

function headTexts({ report: { head }, history }: PolledNode): readonly (string | undefined)[] {
  if (!head.ok) return ["head not known"];
  const { height, timestampSeconds, finalHeight } = head.value;
  const polledMs = history.lastPoll?.endedMs ?? Date.now();
  const age = timestampSeconds === undefined ? "" : ` (${ago(timestampSeconds * 1000, polledMs)})`;
  return [`head ${height}${age}`, finalHeight === undefined ? undefined : `final ${finalHeight}`];
}

/** The rows of a peer list. */
export type PeerCounts = {
  /** Connected peers. */
  readonly inbound: number;
  readonly outbound: number;
  /** Known peers, where the API does not list connections. */
  readonly unknown: number;
  readonly notConnected: number;
};

/** Undefined without a peer list, which references have not. */
export function peerCounts({ node, report: { peers } }: PolledNode): PeerCounts | undefined {
  if (!peers.ok || node.role === "reference") return undefined;
  const { connections } = peers.value;
  const connected = connections.filter(isConnectedPeer);
  const count = (direction: string) => connected.filter((row) => row.direction === direction).length;
  return {
    inbound: count("inbound"),
    outbound: count("outbound"),
    unknown: count("unknown"),
    notConnected: connections.length - connected.length,
  };
}

function peersText(polled: PolledNode): string | undefined {
  const counts = peerCounts(polled);
  if (counts === undefined) return undefined;
  const { inbound, outbound, unknown, notConnected } = counts;
  const { peers } = polled.report;
  const malformed = peers.ok ? peers.value.malformed : 0;
  // A list of known peers has no directions: its rows need not be connections.
  const withDirection = inbound + outbound;
  const directions = withDirection > 0 ? `: ${inbound} in, ${outbound} out` : "";
  return [
    ...(withDirection > 0 || unknown === 0 ? [`${counted(withDirection, "peer")}${directions}`] : []),
    ...(unknown === 0 ? [] : [counted(unknown, "known peer")]),
    ...(notConnected === 0 ? [] : [`${notConnected} not connected`]),
    ...(malformed === 0 ? [] : [`${counted(malformed, "row")} of the peer list not readable`]),
  ].join(", ");
}

/** Two lines for each failure: what happened, and what to do. */
export function failureLines(polled: PolledNode, style: Style): readonly string[] {
  return causesOf(polled).flatMap(({ api, failure: { reason, message, advice, retryAfterSeconds } }) => {
    const wait =
      retryAfterSeconds === undefined ? "" : `; the node asks to wait ${formatDuration(retryAfterSeconds * 1000)}`;
    return [
      `  ${style.red(api)} ${reason}: ${harmless(message)}`,
      `  ${" ".repeat(api.length)} ${style.dim("→")} ${harmless(advice + wait)}`,
    ];
  });
}
