import { formatDuration } from "../../lib/duration.ts";
import { ago, counted } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import type { Style } from "../../lib/text/terminal.ts";
import { hanging } from "../../lib/text/wrap.ts";
import type { Failure } from "../../model/failure.ts";
import { countConnected, type PeersByDirection, totalPeers } from "../../model/report.ts";
import { type ApiFailure, causesOf } from "../../poll/outcomes.ts";
import type { PolledNode } from "./polling.ts";

/** A polled node as text for a terminal. Texts that the node chose are made harmless here. */

/** `wire v1.2.2, chain 8a34ec7d…, head 1234 (2s ago), lag 0, 12 peers: 4 in, 8 out` */
export function describePolled(polled: PolledNode): string {
  const { chain, url } = polled.node;
  if (isSilent(polled)) return `${chain} at ${url.label}`;
  const { version } = polled.report.identity;
  return harmless([version === undefined ? chain : `${chain} ${version}`, ...foundTexts(polled)].join(", "));
}

/** The same without the chain, for a table that has it in another column. */
export function describeFound(polled: PolledNode): string {
  if (isSilent(polled)) return polled.node.url.label;
  return harmless([polled.report.identity.version ?? [], ...foundTexts(polled)].flat().join(", "));
}

function isSilent({ report }: PolledNode): boolean {
  return !report.peers.ok && !report.head.ok;
}

function foundTexts(polled: PolledNode): readonly string[] {
  const { report, lag, syncing } = polled;
  const { network, chainId } = report.identity;
  const parts = [
    network ?? (chainId === undefined ? undefined : `chain ${shortChainId(chainId)}`),
    ...headTexts(polled),
    lag.blocks === undefined ? undefined : `lag ${lag.blocks}`,
    syncing === true ? "syncing" : undefined,
    peersText(polled),
  ];
  return parts.filter((part) => part !== undefined);
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
export type PeerCounts = PeersByDirection & { readonly notConnected: number };

/** Undefined without a peer list, which references have not. */
export function peerCounts({ node, report: { peers } }: PolledNode): PeerCounts | undefined {
  if (!peers.ok || node.role === "reference") return undefined;
  const connected = countConnected(peers.value);
  return { ...connected, notConnected: peers.value.connections.length - totalPeers(connected) };
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

/** Where causes are printed, and how wide. */
type CauseView = {
  readonly style: Style;
  /** What the first line begins with; the other lines are indented as far. */
  readonly first?: string;
  /** The width of the terminal; undefined: nothing is wrapped, so that grep finds the whole text. */
  readonly maxWidth: number | undefined;
};

const INDENT = "  ";
const ARROW = "→";

/** For each failure what happened, and what to do, wrapped at words. */
export function failureLines(polled: PolledNode, view: CauseView): readonly string[] {
  return causesOf(polled).flatMap((cause) => causeLines(cause, view));
}

export function causeLines({ api, failure }: ApiFailure, view: CauseView): readonly string[] {
  const { style, first = INDENT, maxWidth } = view;
  const begin = `${first}${api} `;
  const [line = "", ...others] = hanging(harmless(`${failure.reason}: ${failure.message}`), { first: begin, maxWidth });
  const painted = first + style.red(api) + line.slice(first.length + api.length);
  return [painted, ...others, ...adviceLines(failure, { style, first: begin, maxWidth })];
}

/** What to do. */
export function adviceLines(failure: Failure, { style, first = INDENT, maxWidth }: CauseView): readonly string[] {
  const indent = " ".repeat(first.length);
  const [line = "", ...others] = hanging(harmless(adviceOf(failure)), { first: `${indent}${ARROW} `, maxWidth });
  return [indent + style.dim(ARROW) + line.slice(indent.length + ARROW.length), ...others];
}

export function adviceOf({ advice, retryAfterSeconds }: Failure): string {
  return retryAfterSeconds === undefined
    ? advice
    : `${advice}; the node asks to wait ${formatDuration(retryAfterSeconds * 1000)}`;
}
