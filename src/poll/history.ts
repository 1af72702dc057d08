import type { NodeRole } from "../config/model.ts";
import { FAILURE_REASONS, type Failure, type FailureReason } from "../model/failure.ts";
import type { NodeReport, PeerList } from "../model/report.ts";
import { NO_PROGRESS, type Progress } from "./catching-up.ts";
import { advanceChurn, type Churn } from "./churn.ts";
import { mapOrBefore } from "./kept-maps.ts";
import { mainApi } from "./outcomes.ts";
import { advanceTotals, type ByteTotals } from "./totals.ts";

/** What the exporter remembers of a node from poll to poll. Immutable: each poll makes a new one. */
export type NodeHistory = {
  readonly polls: number;
  /** When the first poll began, unix milliseconds: all counters of the history begin there. */
  readonly sinceMs: number | undefined;
  /** Polls that failed, by reason; every reason of the closed set is present. */
  readonly failures: ReadonlyMap<FailureReason, number>;
  readonly lastPoll: PollRecord | undefined;
  /** When the last successful poll ended, unix milliseconds: one with a peer list, or for a reference, with a head. */
  readonly lastSuccessMs: number | undefined;
  /** When each connection opened, unix seconds, by its id. The first estimate is kept, so that it does not jump by a second. */
  readonly connectionStarts: ReadonlyMap<string, number>;
  readonly totals: ByteTotals | undefined;
  /** Undefined until the first peer list. */
  readonly churn: Churn | undefined;
  /** The way of the head over the last minutes, where it is far behind. */
  readonly progress: Progress;
  /** The last known process of the node. */
  readonly process: string | undefined;
  /** The process that the last peer list came from; undefined while none is known. */
  readonly listProcess: string | undefined;
  readonly rowIdentity: RowIdentity;
};

/**
 * How the ids and sessions of the last peer list compare with those of the list before. After a change of the process, other
 * connections have the same ids; after a change of the exporter's session with the node, the sessions of rows begin again.
 */
export type RowIdentity = "same" | "other-process" | "other-session";

type PollRecord = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Why the poll failed: why it got no peer list, or for a reference, no head. */
  readonly failure: Failure | undefined;
};

export const EMPTY_HISTORY: NodeHistory = {
  polls: 0,
  sinceMs: undefined,
  failures: new Map(FAILURE_REASONS.map((reason) => [reason, 0])),
  lastPoll: undefined,
  lastSuccessMs: undefined,
  connectionStarts: new Map(),
  totals: undefined,
  churn: undefined,
  progress: NO_PROGRESS,
  process: undefined,
  listProcess: undefined,
  rowIdentity: "same",
};

export type PollTimes = Pick<PollRecord, "startedMs" | "endedMs" | "durationSeconds">;

/** The history for another session with the same node, which does not continue the earlier one: its names of processes begin again. */
export function forOtherSession(history: NodeHistory): NodeHistory {
  const churn = history.churn && { ...history.churn, isSessionUnknown: true as const };
  return { ...history, churn, process: undefined, listProcess: undefined };
}

/** The history after one more poll. */
export function recordPoll(history: NodeHistory, report: NodeReport, times: PollTimes, role: NodeRole): NodeHistory {
  const { peers, totals } = report;
  const main = report[mainApi(role)];
  const failure = main.ok ? undefined : main.failure;
  const connections = peers.ok ? peers.value.connections : undefined;
  // A poll that does not tell the process is taken as one of the same process.
  const process = report.process ?? history.process;
  const isOther = peers.ok && isOtherProcess(history.listProcess, process, peers.value);
  return {
    polls: history.polls + 1,
    sinceMs: history.sinceMs ?? times.startedMs,
    failures: failure === undefined ? history.failures : increment(history.failures, failure.reason),
    lastPoll: { ...times, failure },
    lastSuccessMs: main.ok ? times.endedMs : history.lastSuccessMs,
    connectionStarts: peers.ok
      ? connectionStarts(isOther ? NO_STARTS : history.connectionStarts, report, times.endedMs)
      : history.connectionStarts,
    totals: advanceTotals(history.totals, {
      own: totals === undefined ? "none" : totals.ok ? totals.value : undefined,
      connections,
      isOtherProcess: isOther,
    }),
    churn: connections === undefined ? history.churn : advanceChurn(history.churn, connections, isOther),
    progress: history.progress,
    process,
    listProcess: peers.ok ? process : history.listProcess,
    rowIdentity: peers.ok ? rowIdentity(history, isOther) : history.rowIdentity,
  };
}

function rowIdentity({ churn }: NodeHistory, isOtherProcess: boolean): RowIdentity {
  if (isOtherProcess) return "other-process";
  return churn?.isSessionUnknown ? "other-session" : "same";
}

function increment(counts: NodeHistory["failures"], reason: FailureReason): NodeHistory["failures"] {
  return new Map(counts).set(reason, (counts.get(reason) ?? 0) + 1);
}

/** Whether the connections of a list are others than those of the list before, even where they have the same ids. */
function isOtherProcess(before: string | undefined, now: string | undefined, { hasUniqueIds }: PeerList): boolean {
  return hasUniqueIds !== true && before !== undefined && now !== undefined && before !== now;
}

/** A larger difference is not a rounding error: another connection has the same id, or a clock was set. */
const START_TOLERANCE_SECONDS = 10;

type Starts = NodeHistory["connectionStarts"];

const NO_STARTS: Starts = new Map();

function connectionStarts(before: Starts, { peers }: NodeReport, nowMs: number): Starts {
  const listedMs = (peers.ok ? peers.value.receivedMs : undefined) ?? nowMs;
  const estimates: Estimate[] = [];
  for (const { id, ageSeconds } of peers.ok ? peers.value.connections : []) {
    if (ageSeconds === undefined) continue;
    const start = Math.floor(listedMs / 1000) - ageSeconds;
    // An age that reaches back before 1970 is invalid.
    if (start >= 0) estimates.push({ id, start });
  }
  return mapOrBefore(
    before,
    estimates,
    ({ id }) => id,
    ({ start }, known) => (known !== undefined && Math.abs(known - start) <= START_TOLERANCE_SECONDS ? known : start),
  );
}

type Estimate = { readonly id: string; readonly start: number };
