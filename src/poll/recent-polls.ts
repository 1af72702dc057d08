import type { Failure } from "../model/failure.ts";
import type { Direction } from "../model/report.ts";
import { chooseKnown } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
import type { NodeState } from "./store.ts";

/**
 * What people want to see of a node beyond its last state: its last polls, the failed ones kept longer, the requests of
 * one poll, and the last hour. For pages only; metrics are made from the state.
 */
export type NodeJournal = {
  /** The latest first. */
  readonly polls: readonly PollEntry[];
  /** The latest first; some may stand in `polls` as well. */
  readonly failedPolls: readonly PollEntry[];
  readonly lastTrace: PollTrace | undefined;
  readonly lastFailedTrace: PollTrace | undefined;
  /** The oldest first; minutes without a poll are left out. */
  readonly lastHour: readonly MinuteOfNode[];
};

export type PollEntry = {
  /** Unix milliseconds. */
  readonly endedMs: number;
  readonly durationSeconds: number;
  /** Why a node gave no peer list, or a reference no head. */
  readonly failure: Failure | undefined;
  /** Working peers; absent without a peer list. */
  readonly peers: Readonly<Record<Direction, number>> | undefined;
  readonly height: number | undefined;
  readonly lagBlocks: number | undefined;
};

export type PollTrace = { readonly endedMs: number; readonly calls: readonly RpcCall[] };

/** The worst of one minute. */
export type MinuteOfNode = {
  /** Whole minutes since 1970. */
  readonly minute: number;
  /** The fewest working peers; absent when no poll gave a peer list. */
  readonly peers: number | undefined;
  /** The most blocks behind; absent when it was never known. */
  readonly lagBlocks: number | undefined;
};

export type Journal = {
  record(state: NodeState, calls: readonly RpcCall[]): void;
  of(name: string): NodeJournal;
  forget(name: string): void;
};

const KEPT_POLLS = 20;
const KEPT_FAILED_POLLS = 20;
const KEPT_MINUTES = 60;
const MINUTE_MS = 60_000;

export const EMPTY_JOURNAL: NodeJournal = {
  polls: [],
  failedPolls: [],
  lastTrace: undefined,
  lastFailedTrace: undefined,
  lastHour: [],
};

export function createJournal(): Journal {
  const journals = new Map<string, NodeJournal>();
  const of = (name: string) => journals.get(name) ?? EMPTY_JOURNAL;
  return {
    of,
    record: (state, calls) => void journals.set(state.node.name, extend(of(state.node.name), state, calls)),
    forget: (name) => void journals.delete(name),
  };
}

function extend(journal: NodeJournal, state: NodeState, calls: readonly RpcCall[]): NodeJournal {
  const entry = entryOf(state);
  if (entry === undefined) return journal;
  const trace = { endedMs: entry.endedMs, calls };
  const isFailed = entry.failure !== undefined;
  return {
    polls: [entry, ...journal.polls].slice(0, KEPT_POLLS),
    failedPolls: isFailed ? [entry, ...journal.failedPolls].slice(0, KEPT_FAILED_POLLS) : journal.failedPolls,
    lastTrace: trace,
    lastFailedTrace: isFailed ? trace : journal.lastFailedTrace,
    lastHour: extendHour(journal.lastHour, entry),
  };
}

function entryOf({ node, report, history, lag }: NodeState): PollEntry | undefined {
  const { lastPoll } = history;
  if (report === undefined || lastPoll === undefined) return undefined;
  const main = node.role === "reference" ? report.head : report.peers;
  return {
    endedMs: lastPoll.endedMs,
    durationSeconds: lastPoll.durationSeconds,
    failure: main.ok ? undefined : main.failure,
    peers: workingPeers(report),
    height: report.head.ok ? report.head.value.height : undefined,
    lagBlocks: lag.blocks,
  };
}

/** A list of known peers has no states: each counts, as in p2p_node_peers. */
function workingPeers({ peers }: NonNullable<NodeState["report"]>): PollEntry["peers"] {
  if (!peers.ok) return undefined;
  const counts = { inbound: 0, outbound: 0, unknown: 0 };
  for (const { state, direction } of peers.value.connections)
    if (state === undefined || state === "connected") counts[direction] += 1;
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
  // A clock that was set back would draw the line backwards.
  const kept = hour.filter((each) => each.minute < minute && each.minute > minute - KEPT_MINUTES);
  return [...kept, point];
}
