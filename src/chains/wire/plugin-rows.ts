import type { ChainSample } from "../../model/chain-family.ts";
import { knownSamples } from "../../model/report.ts";
import {
  BLOCK_SYNC_THROTTLING,
  BYTES_SINCE,
  FIRST_AVAILABLE_BLOCK,
  LAST_AVAILABLE_BLOCK,
  UNIQUE_FIRST_BLOCKS,
} from "./families.ts";
import type { TimedPage } from "./plugin.ts";
import { connectionKey, nodeKey, type PluginConnection, type PluginPage } from "./plugin-page.ts";
import type { WireConnection } from "./row.ts";

/**
 * Rows of the peer list with the values of prometheus_plugin. The node counts bytes and blocks for each row, and goes on when
 * the row's connection closes and opens again, so what it had counted by then is taken off.
 */

/** What is remembered of the counters of a row. */
type Counted = {
  /** The connection of the row whose values are shown. */
  readonly link: number;
  /** The start of that connection on the page; undefined where the page has none. */
  readonly start: number | undefined;
  /** What the node had counted on the first page of that connection. */
  readonly base: Counters;
  readonly since: number | "unknown" | undefined;
  /** The list has had this other connection since then (unix milliseconds), and no page has had its values yet. */
  readonly waiting?: Waiting | undefined;
  /** The last page had another connection than the list of the same poll. */
  readonly isAhead?: boolean | undefined;
  /** Connections that only pages showed. */
  readonly unlisted: number;
};

type Waiting = {
  readonly link: number;
  readonly sinceMs: number;
  /** The page has another connection than before: this one, or one that opened and closed before it. */
  readonly mayBeThere?: boolean | undefined;
  /** Polls without a list came before: the row may have had further connections. */
  readonly hasMissed: boolean;
};

type Counters = { readonly received: number; readonly sent: number; readonly firstBlocks: number };

const NOTHING: Counters = { received: 0, sent: 0, firstBlocks: 0 };

/** By the ids of rows. It has no more rows than the last list. */
type CountedRows = ReadonlyMap<string, Counted>;

export const NOTHING_COUNTED: CountedRows = new Map();

/**
 * After what looks like a restart, though the page does not tell of one: all connections are other ones, and the counters of
 * their rows may have gone on.
 */
export function asReconnected(counted: CountedRows): CountedRows {
  return new Map(
    [...counted].map(([id, row]) => [id, { ...row, link: OF_NO_LIST, waiting: undefined, isAhead: false }]),
  );
}

/** No list has this number of a connection. */
const OF_NO_LIST = -1;

type Joined = { readonly rows: readonly WireConnection[]; readonly counted: CountedRows };

/**
 * @param page undefined where the poll has none: then the rows have no values of the plugin
 * @param list when it arrived (unix milliseconds), and whether polls without a list came before it
 */
export function joinPage(
  rows: readonly WireConnection[],
  page: TimedPage | undefined,
  before: CountedRows,
  list: ListTime,
): Joined {
  if (page === undefined && before.size === 0) return { rows, counted: before };
  const ambiguous = page === undefined ? NONE : sharedKeys(rows);
  const counted = new Map<string, Counted>();
  const joined = rows.map((row) => {
    const known = before.get(row.id);
    const values = page !== undefined && row.state === "connected" ? find(row, page, ambiguous) : undefined;
    if (values === undefined || page === undefined) {
      if (known !== undefined) counted.set(row.id, known);
      return withUnlisted(row, known);
    }
    const now = advance(known, row, { values, pageMs: page.receivedMs, ...list });
    counted.set(row.id, now);
    return withUnlisted(withValues(row, values, now), now);
  });
  return { rows: joined, counted };
}

const NONE: ReadonlySet<string> = new Set();

/** A connection that only pages showed is another one too. */
function withUnlisted(row: WireConnection, counted: Counted | undefined): WireConnection {
  if (counted === undefined || counted.unlisted === 0) return row;
  return { ...row, session: `${row.session ?? row.id} +${counted.unlisted}` };
}

type ListTime = { readonly nowMs: number; readonly hasMissed: boolean };

type Now = ListTime & { readonly values: PluginConnection; readonly pageMs: number };

/** Two refreshes of the page by the node are 30 s apart by default (connection-cleanup-period). */
const REFRESHED_MS = 35_000;

/** If the page still has the earlier start after this time, the list was misread, and the connection is the earlier one. */
const SAME_AFTER_ALL_MS = 10 * 60_000;

function advance(known: Counted | undefined, row: WireConnection, now: Now): Counted {
  const { link } = row.wire;
  const { startMark: start } = now.values;
  // The counters of an inbound row begin with its only connection.
  if (row.direction === "inbound") return { link, start, base: NOTHING, since: undefined, unlisted: 0 };
  if (known === undefined) {
    const first = { link, start, base: NOTHING, since: "unknown", unlisted: 0 } as const;
    // The list had another connection before, so this page may be of that one.
    const waiting = { link, sinceMs: now.nowMs, hasMissed: now.hasMissed };
    return link === 0 ? first : { ...first, start: undefined, link: link - 1, waiting };
  }
  const isOtherStart = start !== undefined && known.start !== undefined && start !== known.start;
  if (known.link === link) return sameLink(known, now, isOtherStart);
  if (known.isAhead) return advance({ ...known, link: known.link + 1, isAhead: false }, row, now);
  const { nowMs: sinceMs, hasMissed } = now;
  const waiting: Waiting = known.waiting?.link === link ? known.waiting : { link, sinceMs, hasMissed };
  const waitedMs = now.pageMs - waiting.sinceMs;
  const isRefreshed = waitedMs >= REFRESHED_MS;
  const mayBeBetween = link - known.link > 1 || waiting.hasMissed;
  if (isOtherStart && mayBeBetween && !isRefreshed) {
    return { ...known, link: link - 1, start, waiting: { ...waiting, mayBeThere: true } };
  }
  const hasStarts = start !== undefined && known.start !== undefined;
  const isOwn = isOtherStart || ((!hasStarts || waiting.mayBeThere === true) && isRefreshed);
  if (isOwn) return rebased({ ...known, link }, now);
  if (waitedMs >= SAME_AFTER_ALL_MS) return { ...known, link, waiting: undefined };
  return { ...known, waiting };
}

/** The list has the same connection as before. */
function sameLink(known: Counted, now: Now, isOtherStart: boolean): Counted {
  if (isOtherStart) return { ...rebased(known, now), isAhead: true };
  const { receivedBytes = 0, sentBytes = 0 } = now.values;
  // The node has forgotten the row and made it again.
  const isNewRow = receivedBytes < known.base.received || sentBytes < known.base.sent;
  const start = now.values.startMark ?? known.start;
  if (!isNewRow && !known.isAhead && start === known.start) return known;
  return {
    ...known,
    ...(isNewRow ? { base: NOTHING, since: "unknown" } : {}),
    start,
    isAhead: false,
    // The list has had its chance to show the connection that the page began with.
    unlisted: known.unlisted + Number(known.isAhead ?? false),
  };
}

/** The counters of this page are the first ones of the connection: what they have is of earlier ones, or cannot be distinguished from them. */
function rebased(known: Counted, { values, pageMs }: Now): Counted {
  const { receivedBytes: received = 0, sentBytes: sent = 0, uniqueFirstBlocks: firstBlocks = 0 } = values;
  const base = { received, sent, firstBlocks };
  return { ...known, base, start: values.startMark, since: Math.floor(pageMs / 1000), waiting: undefined };
}

function withValues(row: WireConnection, values: PluginConnection, counted: Counted): WireConnection {
  const { receivedBytes, sentBytes, latencySeconds, startSeconds } = values;
  const rowBytes =
    receivedBytes === undefined || sentBytes === undefined ? undefined : { received: receivedBytes, sent: sentBytes };
  // The values are of the row's earlier connection; only the row's own counters go on.
  if (counted.waiting !== undefined) return { ...row, rowBytes };
  const { base, since } = counted;
  return {
    ...row,
    receivedBytes: less(receivedBytes, base.received),
    sentBytes: less(sentBytes, base.sent),
    rowBytes,
    bytesSince: since,
    latencySeconds,
    startSeconds,
    chainSamples: [
      ...(row.chainSamples ?? []),
      ...knownSamples(
        [FIRST_AVAILABLE_BLOCK, values.firstAvailableBlock],
        [LAST_AVAILABLE_BLOCK, values.lastAvailableBlock],
        [UNIQUE_FIRST_BLOCKS, less(values.uniqueFirstBlocks, base.firstBlocks)],
        [BLOCK_SYNC_THROTTLING, values.isThrottled],
        [BYTES_SINCE, since === "unknown" || receivedBytes === undefined ? undefined : (since ?? startSeconds)],
      ),
    ] satisfies readonly ChainSample[],
  };
}

function less(count: number | undefined, base: number): number | undefined {
  return count === undefined ? undefined : Math.max(0, count - base);
}

/** Two links to one peer share one series of the page, which shows sometimes the one and sometimes the other. */
function sharedKeys(rows: readonly WireConnection[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { state, wire } of rows) {
    if (state !== "connected" || wire.nodeId === undefined) continue;
    const key = nodeKey(wire.nodeId);
    (seen.has(key) ? shared : seen).add(key);
  }
  return shared;
}

function find(row: WireConnection, page: PluginPage, ambiguous: ReadonlySet<string>): PluginConnection | undefined {
  const { connectionId, nodeId } = row.wire;
  const own = connectionId === undefined ? undefined : page.connections.get(connectionKey(connectionId));
  const key = nodeId === undefined ? undefined : nodeKey(nodeId);
  const values = own ?? (key === undefined || ambiguous.has(key) ? undefined : page.connections.get(key));
  return values !== undefined && isOfSocket(values, row) ? values : undefined;
}

/**
 * A peer that reconnected may still have the values of its last connection on the page, and after a restart of the node
 * the numbers of connections start again.
 */
function isOfSocket({ connectionId, remotePort, remoteIp }: PluginConnection, { address, wire }: WireConnection) {
  return agree(connectionId, wire.connectionId) && agree(remotePort, wire.remotePort) && agree(remoteIp, address.ip);
}

function agree<T>(a: T | undefined, b: T | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
