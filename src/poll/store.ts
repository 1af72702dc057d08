import type { NodeConfig } from "../config/model.ts";
import type { NameMemories } from "../lib/hourly-budget.ts";
import type { Failure } from "../model/failure.ts";
import { type NodeReport, type Outcome, succeeded } from "../model/report.ts";
import type { HeadLag } from "./head-lag.ts";
import type { NodeHistory } from "./history.ts";

/** Everything known of a node after a poll. */
export type NodeState = {
  readonly node: NodeConfig;
  /** Undefined until the first poll has ended. */
  readonly report: NodeReport | undefined;
  readonly history: NodeHistory;
  readonly lag: HeadLag;
  readonly syncing: boolean | undefined;
  /** Time between two turns of the node's schedule. */
  readonly turnMs: number;
};

/** How the parts of a poll ended, without what they gave. */
export type ReportOutcomes = {
  /** Known right after the poll; not kept until the next. */
  readonly networkKey?: string | undefined;
  readonly peers: Outcome<unknown>;
  readonly head: Outcome<unknown>;
  readonly apis: ReadonlyMap<string, Outcome<unknown>>;
};

export type NamedOutcome = readonly [api: string, outcome: Outcome<unknown>];

/** Every part of a poll, by its name in `p2p_node_api_up`. */
export function outcomesOf({ peers, head, apis }: ReportOutcomes): readonly NamedOutcome[] {
  return [["peers", peers], ["head", head], ...apis];
}

export type PartFailure = { readonly api: string; readonly failure: Failure };

/**
 * What failed. When the node as a whole is away, what is said of its main part holds for every part that fails alike.
 * @param main the part that makes the node up; of those given it comes first
 */
export function failuresAmong(outcomes: readonly NamedOutcome[], main: string): readonly PartFailure[] {
  const failed = outcomes.flatMap(([api, outcome]) => (outcome.ok ? [] : [{ api, failure: outcome.failure }]));
  const [first] = failed;
  return failed.filter((each) => each === first || first?.api !== main || each.failure.reason !== first.failure.reason);
}

/** What is kept of a node until its next poll: its peers are in the lines, and a fleet has a hundred thousand of them. */
export type KeptState = Omit<NodeState, "report"> & { readonly report: ReportOutcomes | undefined };

export function keptOf(state: NodeState): KeptState {
  if (state.report === undefined) return { ...state, report: undefined };
  const { peers, head, apis } = state.report;
  const outcomes = new Map([...apis].map(([name, outcome]) => [name, bare(outcome)] as const));
  return { ...state, report: { peers: bare(peers), head: bare(head), apis: outcomes } };
}

function bare(outcome: Outcome<unknown>): Outcome<unknown> {
  return outcome.ok ? NOTHING : outcome;
}

const NOTHING = succeeded(undefined);

/**
 * A node's finished sample lines in UTF-8, family after family in the order of the catalogue. Bytes and not strings: a
 * page is put together by copying, and what a fleet holds lies outside of the engine's heap.
 */
export type NodeLines = {
  readonly bytes: Buffer;
  /** Where the lines of each family end. */
  readonly ends: Uint32Array;
};

/** What was remembered of a node's series, and now in milliseconds of a clock that never goes back. */
export type SeriesBefore = { readonly memories: NameMemories; readonly nowMs: number };

export const NO_SERIES: NameMemories = new Map();

/** What became of a node's state. */
export type RenderedNode = {
  readonly lines: NodeLines;
  /** The series that it had lately, which bounds its new ones. Absent where only one poll is shown. */
  readonly series?: NameMemories | undefined;
};

/** @param spare lines that nobody reads any more: they may be written over */
export type RenderState = (state: NodeState, before: SeriesBefore, spare?: NodeLines) => RenderedNode;

export type StoredNode = RenderedNode & { readonly state: KeptState };

/** The nodes' last states, in the order of the configuration. A node is replaced whole. */
export type NodeStore = {
  set(entry: StoredNode): void;
  /** Keeps these nodes, in this order, and no others. */
  arrange(names: readonly string[]): void;
  /** Takes the node's lines off the page; its state stays. */
  withdraw(name: string): void;
  get(name: string): StoredNode | undefined;
  all(): readonly StoredNode[];
  /**
   * What is made of the nodes' lines piece by piece, with other work between the pieces: as long as it is read, the lines
   * stay as they are. It begins with the nodes as they are when its first piece is asked for.
   */
  read<T>(make: (nodes: readonly StoredNode[]) => Iterable<T>): Iterable<T>;
  /** The node's present lines, which its next ones may be written over; undefined while they are read. */
  spare(name: string): NodeLines | undefined;
  /** Grows with every change. */
  revision(): number;
  /** The lines of all nodes together. */
  bytes(): number;
};

export function createStore(): NodeStore {
  let entries = new Map<string, StoredNode>();
  let all: readonly StoredNode[] | undefined;
  let revision = 0;
  let bytes = 0;
  let readers = 0;

  function set(entry: StoredNode): void {
    const { name } = entry.state.node;
    bytes += entry.lines.bytes.length - (entries.get(name)?.lines.bytes.length ?? 0);
    revision += 1;
    entries.set(name, entry);
    all = undefined;
  }

  function list(): readonly StoredNode[] {
    all ??= [...entries.values()];
    return all;
  }

  return {
    set,
    withdraw(name) {
      const stored = entries.get(name);
      if (stored === undefined) return;
      const ends = new Uint32Array(stored.lines.ends.length);
      set({ ...stored, lines: { bytes: Buffer.alloc(0), ends } });
    },
    arrange(names) {
      const kept = new Map<string, StoredNode>();
      bytes = 0;
      for (const name of names) {
        const entry = entries.get(name);
        if (entry === undefined) continue;
        kept.set(name, entry);
        bytes += entry.lines.bytes.length;
      }
      entries = kept;
      revision += 1;
      all = undefined;
    },
    get: (name) => entries.get(name),
    all: list,
    *read(make) {
      readers += 1;
      try {
        yield* make(list());
      } finally {
        readers -= 1;
      }
    },
    spare: (name) => (readers === 0 ? entries.get(name)?.lines : undefined),
    revision: () => revision,
    bytes: () => bytes,
  };
}
