import type { ByteCounts, PeerConnection } from "../model/report.ts";

/**
 * P2P byte totals of a node that never fall by themselves. A sum over the present connections would fall whenever a
 * peer leaves; so either the node's own counters are shown, or the bytes that connections gained are added up here.
 */
export type ByteTotals =
  /** The node's own counters; they restart with the node, which Prometheus sees as a counter reset. */
  | { readonly source: "node"; readonly counts: ByteCounts | undefined }
  | {
      readonly source: "connections";
      /** Whether the last peer list told byte counts (or was empty): else the sum stands still without meaning it. */
      readonly isCurrent: boolean;
      /** Undefined until a connection had byte counts: some chains never tell any. */
      readonly counts: ByteCounts | undefined;
      /** The counts of the present connections when last seen; undefined for those whose counts are not known yet. */
      readonly last: ReadonlyMap<string, ByteCounts | undefined>;
    };

export type TotalsInput = {
  /** The node's own counters: "none" when this node does not offer them, undefined when asking failed this time. */
  readonly own: ByteCounts | "none" | undefined;
  /** Undefined when the poll gave no peer list. */
  readonly connections: readonly PeerConnection[] | undefined;
};

/**
 * The totals after one more poll; undefined while neither source has given anything. The source that gave the first
 * numbers stays: a change would look like a jump of all bytes ever counted.
 */
export function advanceTotals(
  before: ByteTotals | undefined,
  { own, connections }: TotalsInput,
): ByteTotals | undefined {
  if (before?.source === "node") return { source: "node", counts: own === "none" ? undefined : own };
  if (before === undefined && own !== "none") return own === undefined ? undefined : { source: "node", counts: own };
  if (connections === undefined) return before;
  return accumulate(before, connections);
}

type Accumulated = Extract<ByteTotals, { source: "connections" }>;

const NOTHING: ByteCounts = { received: 0, sent: 0 };

function accumulate(before: Accumulated | undefined, connections: readonly PeerConnection[]): Accumulated {
  const last = countsById(connections);
  let { received, sent } = before?.counts ?? NOTHING;
  let isCounted = before?.counts !== undefined;
  for (const [id, now] of last) {
    const known = before === undefined ? undefined : lastOf(before, id);
    if (now === undefined) {
      // Counters that could not be read this time go on from where they were.
      last.set(id, known);
      continue;
    }
    isCounted = true;
    if (known === undefined) continue;
    received += gained(known.received, now.received);
    sent += gained(known.sent, now.sent);
  }
  const counts = isCounted ? { received, sent } : undefined;
  const isCurrent = connections.length === 0 || connections.some(({ receivedBytes }) => receivedBytes !== undefined);
  return { source: "connections", isCurrent, counts, last };
}

/**
 * What a connection carried before our first poll is not ours to count; a connection that is new since then counts from
 * its first byte.
 */
function lastOf({ last }: Accumulated, id: string): ByteCounts | undefined {
  return last.get(id) ?? (last.has(id) ? undefined : NOTHING);
}

/**
 * Undefined where a connection's counters cannot be read. Of two rows with one id, which no node should send, the larger
 * counters are the newer ones: compared one by one with the last poll, they would count anew each time.
 */
function countsById(connections: readonly PeerConnection[]): Map<string, ByteCounts | undefined> {
  const counts = new Map<string, ByteCounts | undefined>();
  for (const { id, receivedBytes, sentBytes } of connections) {
    const twin = counts.get(id);
    if (receivedBytes === undefined || sentBytes === undefined) {
      counts.set(id, twin);
      continue;
    }
    counts.set(id, {
      received: Math.max(receivedBytes, twin?.received ?? 0),
      sent: Math.max(sentBytes, twin?.sent ?? 0),
    });
  }
  return counts;
}

/** A counter that fell belongs to a connection that was opened anew under the same id: it counts whole. */
function gained(before: number, now: number): number {
  return now < before ? now : now - before;
}
