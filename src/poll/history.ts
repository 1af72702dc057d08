import type { NodeRole } from "../config/model.ts";
import { FAILURE_REASONS, type Failure, type FailureReason } from "../model/failure.ts";
import { DIRECTIONS, type Direction, type NodeReport, type PeerConnection } from "../model/report.ts";
import { NO_PROGRESS, type Progress } from "./catching-up.ts";
import { mainApi } from "./outcomes.ts";
import { advanceTotals, type ByteTotals } from "./totals.ts";

/** What the exporter remembers of a node from poll to poll. Immutable: each poll makes a new one. */
export type NodeHistory = {
  readonly polls: number;
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
};

type PollRecord = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Why the poll failed: why it got no peer list, or for a reference, no head. */
  readonly failure: Failure | undefined;
};

export const EMPTY_HISTORY: NodeHistory = {
  polls: 0,
  failures: new Map(FAILURE_REASONS.map((reason) => [reason, 0])),
  lastPoll: undefined,
  lastSuccessMs: undefined,
  connectionStarts: new Map(),
  totals: undefined,
  churn: undefined,
  progress: NO_PROGRESS,
};

export type PollTimes = Pick<PollRecord, "startedMs" | "endedMs" | "durationSeconds">;

/** The history after one more poll. */
export function recordPoll(history: NodeHistory, report: NodeReport, times: PollTimes, role: NodeRole): NodeHistory {
  const { peers, totals } = report;
  const main = report[mainApi(role)];
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
    progress: history.progress,
  };
}

function increment(counts: NodeHistory["failures"], reason: FailureReason): NodeHistory["failures"] {
  return new Map(counts).set(reason, (counts.get(reason) ?? 0) + 1);
}

/** A larger difference is not a rounding error: another connection has the same id, or a clock was set. */
const START_TOLERANCE_SECONDS = 10;

function connectionStarts(history: NodeHistory, { peers }: NodeReport, nowMs: number): ReadonlyMap<string, number> {
  const listedMs = (peers.ok ? peers.value.receivedMs : undefined) ?? nowMs;
  const estimates: Estimate[] = [];
  for (const { id, ageSeconds } of peers.ok ? peers.value.connections : []) {
    if (ageSeconds === undefined) continue;
    const start = Math.floor(listedMs / 1000) - ageSeconds;
    // An age that reaches back before 1970 is invalid.
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

/** Which connections opened and closed between the polls that got a peer list. */
type Churn = {
  readonly connects: ReadonlyMap<Direction, number>;
  readonly disconnects: ReadonlyMap<Direction, number>;
  /** The working connections of the last peer list, with their direction. */
  readonly present: ReadonlyMap<string, Direction>;
};

/**
 * The churn after one more peer list. The first list is the baseline. A connection that opened and closed between two polls
 * is not counted.
 */
function advanceChurn(before: Churn | undefined, connections: readonly PeerConnection[]): Churn {
  const present = workingConnections(before?.present, connections);
  if (before === undefined) {
    const zero = new Map(DIRECTIONS.map((direction) => [direction, 0]));
    return { connects: zero, disconnects: zero, present };
  }
  if (present === before.present) return before;
  const connects = addMissing(before.connects, present, before.present);
  // If as many stayed as were there before, no connection closed.
  const stayed = present.size - (sum(connects) - sum(before.connects));
  const disconnects =
    stayed === before.present.size ? before.disconnects : addMissing(before.disconnects, before.present, present);
  return { connects, disconnects, present };
}

function workingConnections(
  before: Churn["present"] | undefined,
  connections: readonly PeerConnection[],
): Churn["present"] {
  const rows = connections.filter(({ state }) => state === "connected");
  return mapOrBefore(before, rows, sessionOf, ({ direction }) => direction);
}

function sessionOf({ id, session = id }: PeerConnection): string {
  return session;
}

function sum(counts: ReadonlyMap<Direction, number>): number {
  return DIRECTIONS.reduce((total, direction) => total + (counts.get(direction) ?? 0), 0);
}

/** The counts, plus one for each entry of `from` that is missing in `others`. */
function addMissing(
  counts: ReadonlyMap<Direction, number>,
  from: ReadonlyMap<string, Direction>,
  others: ReadonlyMap<string, Direction>,
): ReadonlyMap<Direction, number> {
  const out = new Map(counts);
  for (const [session, direction] of from) {
    if (!others.has(session)) out.set(direction, (out.get(direction) ?? 0) + 1);
  }
  return out;
}

/**
 * Keeps the earlier of two maps where both have the same entries. Objects that live from poll to poll are promoted by the
 * engine's garbage collector, which costs more than everything that a poll discards; and most peer lists have the same
 * connections as the one before.
 */

/** The earlier map if both have the same entries, else the new one. */
export function reuseIfEqual<K, V>(before: ReadonlyMap<K, V> | undefined, now: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  if (before?.size !== now.size) return now;
  for (const [key, value] of now) {
    if (before.get(key) !== value || (value === undefined && !before.has(key))) return now;
  }
  return before;
}

/**
 * The map of these rows, or the earlier one if it has the same entries.
 * @param valueFor the value of a row; `known` is the earlier value of its key
 */
function mapOrBefore<K, V, R>(
  before: ReadonlyMap<K, V> | undefined,
  rows: readonly R[],
  keyOf: (row: R) => K,
  valueFor: (row: R, known: V | undefined) => V,
): ReadonlyMap<K, V> {
  const isSame = (row: R, key: K, value: V) => keyOf(row) === key && valueFor(row, value) === value;
  if (before !== undefined && hasSameEntries(before, rows, isSame)) return before;
  const now = new Map<K, V>();
  for (const row of rows) now.set(keyOf(row), valueFor(row, before?.get(keyOf(row))));
  return reuseIfEqual(before, now);
}

/**
 * Whether the entries of the map match the rows, one by one and in the same order. This needs no lookups: nodes list their
 * connections in a stable order, and a list has hundreds.
 */
export function hasSameEntries<K, V, R>(
  map: ReadonlyMap<K, V>,
  rows: readonly R[],
  isSame: (row: R, key: K, value: V) => boolean,
): boolean {
  if (map.size !== rows.length) return false;
  let index = 0;
  for (const [key, value] of map) {
    const row = rows[index];
    if (row === undefined || !isSame(row, key, value)) return false;
    index += 1;
  }
  return true;
}
