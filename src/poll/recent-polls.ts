import type { Failure } from "../model/failure.ts";
import { chooseKnown, type Direction, isConnectedPeer } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
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
  /** The oldest first; minutes without a poll are left out. */
  readonly lastHour: readonly MinuteOfNode[];
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
  readonly peers: Readonly<Record<Direction, number>> | undefined;
  readonly height: number | undefined;
  readonly lagBlocks: number | undefined;
};

export type PollTrace = { readonly endedMs: number; readonly calls: readonly RpcCall[] };

/** The worst values of one minute. */
export type MinuteOfNode = {
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** The fewest connected peers; absent when no poll got a peer list. */
  readonly peers: number | undefined;
  /** The most blocks behind; absent when never known. */
  readonly lagBlocks: number | undefined;
};

export type RecentPolls = {
  record(state: NodeState, calls: readonly RpcCall[]): void;
  of(name: string): RecentPollsOfNode;
  forget(name: string): void;
};

const MAX_POLLS = 20;
const MAX_FAILED_POLLS = 20;
const MAX_MINUTES = 60;
const MINUTE_MS = 60_000;

const NO_RECENT_POLLS: RecentPollsOfNode = {
  polls: [],
  failedPolls: [],
  lastTrace: undefined,
  lastFailedTrace: undefined,
  lastHour: [],
  head: undefined,
};

export function createRecentPolls(): RecentPolls {
  const byNode = new Map<string, RecentPollsOfNode>();
  const of = (name: string) => byNode.get(name) ?? NO_RECENT_POLLS;
  return {
    of,
    record: (state, calls) => void byNode.set(state.node.name, extend(of(state.node.name), state, calls)),
    forget: (name) => void byNode.delete(name),
  };
}

function extend(recentPolls: RecentPollsOfNode, state: NodeState, calls: readonly RpcCall[]): RecentPollsOfNode {
  const entry = entryOf(state);
  if (entry === undefined) return recentPolls;
  const trace = { endedMs: entry.endedMs, calls };
  const isFailed = entry.failure !== undefined;
  return {
    polls: [entry, ...recentPolls.polls].slice(0, MAX_POLLS),
    failedPolls: isFailed ? [entry, ...recentPolls.failedPolls].slice(0, MAX_FAILED_POLLS) : recentPolls.failedPolls,
    lastTrace: trace,
    lastFailedTrace: isFailed ? trace : recentPolls.lastFailedTrace,
    lastHour: extendHour(recentPolls.lastHour, entry),
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
    peers: connectedPeers(report),
    height: report.head.ok ? report.head.value.height : undefined,
    lagBlocks: lag.blocks,
  };
}

/** Counts as p2p_node_peers does. */
function connectedPeers({ peers }: NonNullable<NodeState["report"]>): PollEntry["peers"] {
  if (!peers.ok) return undefined;
  const counts = { inbound: 0, outbound: 0, unknown: 0 };
  for (const row of peers.value.connections) if (isConnectedPeer(row)) counts[row.direction] += 1;
  return counts;
}

function extendHour(hour: readonly MinuteOfNode[], entry: PollEntry): readonly MinuteOfNode[] {
  const minute = Math.floor(entry.endedMs / MINUTE_MS);
  const { peers, lagBlocks } = entry;
  const total = peers && peers.inbound + peers.outbound + peers.unknown;
  const same = hour.at(-1)?.minute === minute ? hour.at(-1) : undefined;
  const point = {
    minute,
    peers: chooseKnown(Math.min, same?.peers, total),
    lagBlocks: chooseKnown(Math.max, same?.lagBlocks, lagBlocks),
  };
  // After the clock was set back, later minutes are dropped: the line would run backwards.
  const kept = hour.filter((each) => each.minute < minute && each.minute > minute - MAX_MINUTES);
  return [...kept, point];
}
