import type { ByteCounts, PeerConnection } from "../model/report.ts";

/**
 * P2P byte totals of a node. A sum over the open connections would fall whenever a peer leaves, so either the node's own
 * counters are shown, or the bytes that connections gained between polls are added up.
 */
export type ByteTotals =
  /** The node's own counters; they restart with the node, which Prometheus sees as a counter reset. */
  | { readonly source: "node"; readonly counts: ByteCounts | undefined }
  | {
      readonly source: "connections";
      /** Whether the last peer list had byte counts or was empty; else the sum is out of date. */
      readonly isCurrent: boolean;
      /** Undefined until a connection had byte counts: some chains never report any. */
      readonly counts: ByteCounts | undefined;
      /** The last known counts of the open connections; undefined while unknown. */
      readonly last: ReadonlyMap<string, ByteCounts | undefined>;
    };

export type TotalsInput = {
  /** The node's own counters; "none" when the node has none, undefined when this poll did not get them. */
  readonly own: ByteCounts | "none" | undefined;
  /** Undefined when the poll got no peer list. */
  readonly connections: readonly PeerConnection[] | undefined;
  /** Whether the node was restarted since the last peer list, so that the counters of all connections began at 0 again. */
  readonly isOtherProcess?: boolean | undefined;
};

/**
 * The totals after one more poll; undefined while neither source has given numbers. The source of the first numbers is kept:
 * a change of source would look like a jump by all bytes ever counted.
 */
export function advanceTotals(
  before: ByteTotals | undefined,
  { own, connections, isOtherProcess = false }: TotalsInput,
): ByteTotals | undefined {
  if (before?.source === "node") return { source: "node", counts: own === "none" ? undefined : own };
  if (before === undefined && own !== "none") return own === undefined ? undefined : { source: "node", counts: own };
  if (connections === undefined) return before;
  return accumulate(isOtherProcess ? before && { ...before, last: NO_COUNTS } : before, connections);
}

type Accumulated = Extract<ByteTotals, { source: "connections" }>;

const NO_COUNTS: Accumulated["last"] = new Map();

const NOTHING: ByteCounts = { received: 0, sent: 0 };

function accumulate(before: Accumulated | undefined, connections: readonly PeerConnection[]): Accumulated {
  const last = countsById(connections);
  let { received, sent } = before?.counts ?? NOTHING;
  let isCounted = before?.counts !== undefined;
  for (const [id, now] of last) {
    const known = before === undefined ? undefined : lastOf(before, id);
    if (now === undefined) {
      // Counters missing in this poll continue from their last known values.
      last.set(id, known);
      continue;
    }
    isCounted = true;
    if (known === undefined) continue;
    received += gained(known.received, now.received);
    sent += gained(known.sent, now.sent);
  }
  const counts = isCounted ? { received, sent } : undefined;
  const isCurrent = connections.length === 0 || connections.some((row) => countsOf(row) !== undefined);
  return { source: "connections", isCurrent, counts, last };
}

/**
 * The counts at the last poll. Bytes from before the first poll are not counted; a connection that opened later counts from
 * its first byte.
 */
function lastOf({ last }: Accumulated, id: string): ByteCounts | undefined {
  return last.get(id) ?? (last.has(id) ? undefined : NOTHING);
}

/**
 * Undefined where a connection has no readable counters. No node should send two rows with one id; if it does, the larger
 * counters are the newer ones. Compared one by one with the last poll, both would be counted again each time.
 */
function countsById(connections: readonly PeerConnection[]): Map<string, ByteCounts | undefined> {
  const counts = new Map<string, ByteCounts | undefined>();
  for (const row of connections) {
    const twin = counts.get(row.id);
    const own = countsOf(row);
    const isLarger = twin !== undefined && own !== undefined;
    counts.set(row.id, isLarger ? largerOf(twin, own) : (own ?? twin));
  }
  return counts;
}

/** Where a node counts for the row, its counters go on when the connection is opened again. */
function countsOf({ rowBytes, receivedBytes, sentBytes }: PeerConnection): ByteCounts | undefined {
  if (rowBytes !== undefined) return rowBytes;
  return receivedBytes === undefined || sentBytes === undefined
    ? undefined
    : { received: receivedBytes, sent: sentBytes };
}

function largerOf(a: ByteCounts, b: ByteCounts): ByteCounts {
  return { received: Math.max(a.received, b.received), sent: Math.max(a.sent, b.sent) };
}

/** A counter that fell belongs to a new connection with the same id, so all of it counts. */
function gained(before: number, now: number): number {
  return now < before ? now : now - before;
}
