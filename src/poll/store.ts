import type { NodeConfig } from "../config/model.ts";
import type { NameMemories } from "../lib/hourly-budget.ts";
import { type NodeReport, type Outcome, succeeded } from "../model/report.ts";
import type { Forks } from "./forks.ts";
import type { HeadLag } from "./head-lag.ts";
import type { NodeHistory } from "./history.ts";
import { type NameBytes, NO_BYTES } from "./name-bytes.ts";
import type { ReportOutcomes } from "./outcomes.ts";
import { readingsOf } from "./readings.ts";

/** Everything known of a node after a poll. */
export type NodeState = {
  readonly node: NodeConfig;
  /** Undefined until the first poll has ended. */
  readonly report: NodeReport | undefined;
  readonly history: NodeHistory;
  readonly lag: HeadLag;
  readonly forks: Forks;
  readonly syncing: boolean | undefined;
  /** Milliseconds between two scheduled polls. */
  readonly intervalMs: number;
};

/** What is stored of a node until its next poll. Its peers are in the lines only: a fleet has a hundred thousand of them. */
export type StoredState = Omit<NodeState, "report"> & { readonly report: ReportOutcomes | undefined };

export function toStored(state: NodeState): StoredState {
  if (state.report === undefined) return { ...state, report: undefined };
  const { peers, head, apis } = state.report;
  const outcomes = new Map([...apis].map(([name, outcome]) => [name, withoutValue(outcome)] as const));
  return {
    ...state,
    report: {
      peers: withoutValue(peers),
      head: withoutValue(head),
      apis: outcomes,
      readings: readingsOf(state.report),
    },
  };
}

function withoutValue(outcome: Outcome<unknown>): Outcome<unknown> {
  return outcome.ok ? SUCCEEDED : outcome;
}

const SUCCEEDED = succeeded(undefined);

/**
 * A node's finished sample lines in UTF-8, family after family in the order of the catalogue. Bytes and not strings: a page
 * is assembled by copying, and the lines of a fleet are outside of the engine's heap.
 */
export type NodeLines = {
  readonly bytes: Buffer;
  /** Where the lines of each family end. */
  readonly ends: Uint32Array;
  /** When counters began to count; absent: not known of any. */
  readonly created?: CreatedTimes | undefined;
};

/**
 * For OpenMetrics: the unix seconds of each line of the families that have any, NaN where it is not known. Whole lines would take
 * a quarter more memory. In the same memory as the lines.
 */
export type CreatedTimes = {
  readonly seconds: Float64Array;
  /** Where those of each family end. */
  readonly ends: Uint32Array;
};

/** The size of all lines of a node. */
export function sizeOf({ bytes, created }: NodeLines): number {
  return bytes.length + (created?.seconds.byteLength ?? 0);
}

/** What the lines of a node depend on in addition to its state: its earlier series, whose names the configuration decides. */
export type SeriesMemory = {
  /** The recent series, which limit new ones. */
  readonly names: NameMemories;
  /** The bytes of the names that connections share. */
  readonly bytes: NameBytes;
};

export const NO_SERIES: SeriesMemory = { names: new Map(), bytes: NO_BYTES };

/** The earlier series of a node, and the time now in milliseconds of a monotonic clock. */
export type SeriesBefore = { readonly series: SeriesMemory; readonly nowMs: number };

export type RenderedNode = {
  readonly lines: NodeLines;
  /** For the lines after the next poll; the same object if nothing changed. Absent where only one poll is shown. */
  readonly series?: SeriesMemory | undefined;
};

/** @param reusable a buffer whose content is no longer needed and which may be overwritten */
export type RenderState = (state: NodeState, before: SeriesBefore, reusable?: ArrayBufferLike) => RenderedNode;

export type StoredNode = RenderedNode & { readonly state: StoredState };

/** The last states of the nodes, in the order of the configuration. A node is replaced as a whole. */
export type NodeStore = {
  set(entry: StoredNode): void;
  /** Keeps these nodes, in this order, and removes all others. */
  arrange(names: readonly string[]): void;
  /** Removes the node's lines from the page; its state stays. */
  withdraw(name: string): void;
  get(name: string): StoredNode | undefined;
  all(): readonly StoredNode[];
  /**
   * Reads the nodes' lines piece by piece, with other work between the pieces. Until the last piece, the lines do not change.
   * The nodes are those of the moment when the first piece is requested.
   */
  read<T>(make: (nodes: readonly StoredNode[]) => Iterable<T>): Iterable<T>;
  /** The buffer of the node's current lines, for its next ones; undefined while lines are being read. */
  reusableBuffer(name: string): ArrayBufferLike | undefined;
  /** Grows with every change. */
  revision(): number;
  /** The size of all lines. */
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
    const before = entries.get(name);
    bytes += sizeOf(entry.lines) - (before === undefined ? 0 : sizeOf(before.lines));
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
        bytes += sizeOf(entry.lines);
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
    reusableBuffer: (name) => (readers === 0 ? entries.get(name)?.lines.bytes.buffer : undefined),
    revision: () => revision,
    bytes: () => bytes,
  };
}
