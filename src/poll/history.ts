import type { NodeRole } from "../config/model.ts";
import { FAILURE_REASONS, type Failure, type FailureReason } from "../model/failure.ts";
import type { Head, NodeReport } from "../model/report.ts";
import { advanceChurn, type Churn } from "./churn.ts";
import { mainPart } from "./outcomes.ts";
import { mapOrBefore } from "./reuse-if-equal.ts";
import { advanceTotals, type ByteTotals } from "./totals.ts";

/** What is remembered of a node between polls. Immutable: each poll makes a new one. */
export type NodeHistory = {
  readonly polls: number;
  /** Every reason of the closed set, with 0 where it never came. */
  readonly failures: ReadonlyMap<FailureReason, number>;
  readonly lastPoll: PollRecord | undefined;
  /** When the last poll that succeeded ended, unix milliseconds: one with a peer list, of a reference one with a head. */
  readonly lastSuccessMs: number | undefined;
  /** When each connection opened, unix seconds, by its id: first estimate kept, so that it does not jump by a second. */
  readonly connectionStarts: ReadonlyMap<string, number>;
  readonly totals: ByteTotals | undefined;
  /** Undefined until the first peer list. */
  readonly churn: Churn | undefined;
  /** The head of the last poll that had one, and the one before it. */
  readonly head: SeenHead | undefined;
  readonly previousHead: SeenHead | undefined;
};

export type PollRecord = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Why the poll failed: why it got no peer list, of a reference no head. */
  readonly failure: Failure | undefined;
};

export type SeenHead = Pick<Head, "height" | "timestampSeconds"> & { readonly seenMs: number };

export const EMPTY_HISTORY: NodeHistory = {
  polls: 0,
  failures: new Map(FAILURE_REASONS.map((reason) => [reason, 0])),
  lastPoll: undefined,
  lastSuccessMs: undefined,
  connectionStarts: new Map(),
  totals: undefined,
  churn: undefined,
  head: undefined,
  previousHead: undefined,
};

export type PollTimes = Pick<PollRecord, "startedMs" | "endedMs" | "durationSeconds">;

/** The history after one more poll. */
export function recordPoll(history: NodeHistory, report: NodeReport, times: PollTimes, role: NodeRole): NodeHistory {
  const { peers, head, totals } = report;
  const main = report[mainPart(role)];
  const failure = main.ok ? undefined : main.failure;
  const connections = peers.ok ? peers.value.connections : undefined;
  return {
    polls: history.polls + 1,
    failures: failure === undefined ? history.failures : increment(history.failures, failure.reason),
    lastPoll: { ...times, failure },
    lastSuccessMs: main.ok ? times.endedMs : history.lastSuccessMs,
    connectionStarts: peers.ok ? connectionStarts(history, report, times.endedMs) : history.connectionStarts,
    totals: advanceTotals(history.totals, {
      own: totals === undefined ? "none" : totals.ok ? totals.value : undefined,
      connections,
    }),
    churn: connections === undefined ? history.churn : advanceChurn(history.churn, connections),
    ...(head.ok
      ? { head: { ...head.value, seenMs: times.endedMs }, previousHead: history.head }
      : { head: history.head, previousHead: history.previousHead }),
  };
}

function increment(counts: NodeHistory["failures"], reason: FailureReason): NodeHistory["failures"] {
  return new Map(counts).set(reason, (counts.get(reason) ?? 0) + 1);
}

/** A larger difference is not rounding: another connection has the same id, or a clock was set. */
const START_TOLERANCE_SECONDS = 10;

function connectionStarts(history: NodeHistory, { peers }: NodeReport, nowMs: number): ReadonlyMap<string, number> {
  const listedMs = (peers.ok ? peers.value.receivedMs : undefined) ?? nowMs;
  const estimates: Estimate[] = [];
  for (const { id, ageSeconds } of peers.ok ? peers.value.connections : []) {
    if (ageSeconds === undefined) continue;
    const start = Math.floor(listedMs / 1000) - ageSeconds;
    // Nothing opened before 1970: such an age is no age.
    if (start >= 0) estimates.push({ id, start });
  }
  return mapOrBefore(
    history.connectionStarts,
    estimates,
    ({ id }) => id,
    ({ start }, known) => (known !== undefined && Math.abs(known - start) <= START_TOLERANCE_SECONDS ? known : start),
  );
}

type Estimate = { readonly id: string; readonly start: number };
