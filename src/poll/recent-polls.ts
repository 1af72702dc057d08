import type { Failure } from "../model/failure.ts";
import { type ByteCounts, countConnected, type PeersByDirection } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
import { createLastHour, type LastHour } from "./last-hour.ts";
import { mainFailure } from "./outcomes.ts";
import type { NodeState } from "./store.ts";

/**
 * What the pages show of a node in addition to its last state: its last polls, failed ones for longer, the requests of one
 * poll, and the last hour. Metrics are made from the state alone.
 */
export type RecentPollsOfNode = {
  /** The latest first. */
  readonly polls: readonly PollEntry[];
  /** The latest first; some may be in `polls` as well. */
  readonly failedPolls: readonly PollEntry[];
  readonly lastTrace: PollTrace | undefined;
  readonly lastFailedTrace: PollTrace | undefined;
  readonly lastHour: Pick<LastHour, "minutes" | "sinceMs">;
  /** The last head; undefined until one is known. */
  readonly head: SeenHead | undefined;
};

type SeenHead = {
  readonly height: number;
  /** When a poll first found the head no higher than this, and when the last one did, unix milliseconds. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The usual time between two blocks. */
  readonly blockSeconds: number | undefined;
};

export type PollEntry = {
  /** Unix milliseconds. */
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Why the poll got no peer list, or for a reference, no head. */
  readonly failure: Failure | undefined;
  /** Connected peers by direction; absent without a peer list. */
  readonly peers: PeersByDirection | undefined;
  readonly height: number | undefined;
  readonly lagBlocks: number | undefined;
};

export type PollTrace = { readonly endedMs: number; readonly calls: readonly RpcCall[] };

export type RecentPolls = {
  record(state: NodeState, calls: readonly RpcCall[]): void;
  of(name: string): RecentPollsOfNode;
  forget(name: string): void;
};

const MAX_POLLS = 20;
const MAX_FAILED_POLLS = 20;

const NO_RECENT_POLLS: RecentPollsOfNode = {
  polls: [],
  failedPolls: [],
  lastTrace: undefined,
  lastFailedTrace: undefined,
  lastHour: { minutes: () => [], sinceMs: () => undefined },
  head: undefined,
};

export function createRecentPolls(): RecentPolls {
  const byNode = new Map<string, KnownPolls>();
  const of = (name: string) => byNode.get(name) ?? NO_RECENT_POLLS;
  return {
    of,
    record(state, calls) {
      const { name } = state.node;
      const before = byNode.get(name) ?? { ...NO_RECENT_POLLS, lastHour: createLastHour() };
      byNode.set(name, extend(before, state, calls));
    },
    forget: (name) => void byNode.delete(name),
  };
}

/** The hour is the only part that changes in place: copies of it, at every poll of a fleet, would be much garbage. */
type KnownPolls = RecentPollsOfNode & { readonly lastHour: LastHour };

function extend(recentPolls: KnownPolls, state: NodeState, calls: readonly RpcCall[]): KnownPolls {
  const entry = entryOf(state);
  if (entry === undefined) return recentPolls;
  const trace = { endedMs: entry.endedMs, calls };
  const isFailed = entry.failure !== undefined;
  recentPolls.lastHour.record({ ...entry, isFailed, bytes: currentTotals(state) });
  return {
    polls: [entry, ...recentPolls.polls].slice(0, MAX_POLLS),
    failedPolls: isFailed ? [entry, ...recentPolls.failedPolls].slice(0, MAX_FAILED_POLLS) : recentPolls.failedPolls,
    lastTrace: trace,
    lastFailedTrace: isFailed ? trace : recentPolls.lastFailedTrace,
    lastHour: recentPolls.lastHour,
    head: seenHead(recentPolls.head, entry, state.report?.blockSeconds),
  };
}

function seenHead(
  before: SeenHead | undefined,
  { height, endedMs }: PollEntry,
  blockSeconds: number | undefined,
): SeenHead | undefined {
  if (height === undefined) return before;
  // A head that went back has not moved on either, until it rises again. After the clock was set back, the time begins again.
  const isStill = before !== undefined && height <= before.height && endedMs >= before.untilMs;
  return { height, sinceMs: isStill ? before.sinceMs : endedMs, untilMs: endedMs, blockSeconds };
}

function entryOf(state: NodeState): PollEntry | undefined {
  const { report, history, lag } = state;
  const { lastPoll } = history;
  if (report === undefined || lastPoll === undefined) return undefined;
  return {
    endedMs: lastPoll.endedMs,
    durationSeconds: lastPoll.durationSeconds,
    failure: mainFailure(state),
    peers: report.peers.ok ? countConnected(report.peers.value) : undefined,
    height: report.head.ok ? report.head.value.height : undefined,
    lagBlocks: lag.blocks,
  };
}

/** The byte totals, if they are from this poll. */
function currentTotals({ report, history: { totals } }: NodeState): ByteCounts | undefined {
  const isCurrent = totals?.source === "node" || (totals?.isCurrent === true && report?.peers.ok === true);
  return isCurrent ? totals.counts : undefined;
}
