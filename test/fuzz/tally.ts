import type { Outcome } from "../../src/model/report.ts";
import type { NodeState } from "../../src/poll/store.ts";

/** How the polls ended: a fuzz of which every answer is refused at the door says little. */
export type Counts = { polls: number; up: number; headOk: number; rows: number; reasons: Record<string, number> };

export type Tally = { readonly counts: Counts; polled(state: NodeState): void };

export function emptyCounts(): Counts {
  return { polls: 0, up: 0, headOk: 0, rows: 0, reasons: {} };
}

export function createTally(): Tally {
  const counts = emptyCounts();
  return {
    counts,
    polled({ report }) {
      counts.polls += 1;
      if (report === undefined) return;
      if (report.peers.ok) {
        counts.up += 1;
        counts.rows += report.peers.value.connections.length;
      }
      if (report.head.ok) counts.headOk += 1;
      const outcomes: readonly Outcome<unknown>[] = [report.peers, report.head, ...report.apis.values()];
      for (const outcome of outcomes) {
        if (outcome.ok) continue;
        counts.reasons[outcome.failure.reason] = (counts.reasons[outcome.failure.reason] ?? 0) + 1;
      }
    },
  };
}

export function addCounts(sum: Counts, more: Counts): void {
  sum.polls += more.polls;
  sum.up += more.up;
  sum.headOk += more.headOk;
  sum.rows += more.rows;
  for (const [reason, count] of Object.entries(more.reasons)) sum.reasons[reason] = (sum.reasons[reason] ?? 0) + count;
}
