import type { ChainTraits } from "../chains/adapter.ts";
import type { ChainFamily, ChainSample, ClosedValues, NewSeriesLimit, NodeReport, Stability } from "../model/report.ts";
import type { NodeState } from "../poll/store.ts";
import type { ShownConnection, ShownConnections } from "./connections.ts";
import { cleanText, type FamilyHeader, renderLabels, type SampleValue } from "./exposition.ts";

/** The samples of the chain's own families in one poll. */
type ChainSampleValues = ReadonlyMap<ChainFamily, readonly SampleValue[]>;

/** One value for each shown connection, in their order; NaN where it is unknown. */
type ConnectionValues = readonly number[];

/** What the samples of a node are made from. */
export type NodeView = {
  readonly state: NodeState;
  readonly report: NodeReport | undefined;
  readonly traits: ChainTraits;
  readonly shown: ShownConnections | undefined;
  /** Rows and samples without a series, because the budget for new ones is used up. */
  readonly withheld: number;
  /** The samples of the chain's own families. */
  readonly chainSamples: ChainSampleValues;
  /** The values of the chain's own families of connections. */
  readonly connectionChainSamples: ReadonlyMap<ChainFamily, ConnectionValues>;
};

/** A metric family of the nodes, declared as data for the page, the documents and the tests. */
export type NodeFamily = FamilyHeader & {
  /** The API and field that the value comes from, for each chain that has the family. */
  readonly sources: Readonly<Record<ChainKey, string>>;
  /** Whether nodes (the default) or references have the family. */
  readonly about?: "reference" | undefined;
  /** It compares several polls, so a single poll has no value for it. */
  readonly needsHistory?: true | undefined;
  /** Label names in addition to target, chain and those from the configuration. */
  readonly labels: readonly string[];
  readonly samples: (view: NodeView) => Iterable<SampleValue>;
  /** The closed sets of values of its labels that do not depend on the chain, for the documentation. */
  readonly values?: ClosedValues | undefined;
  /** Absent: stable. */
  readonly stability?: Stability | undefined;
  /** Required where the node or its peers choose label values. For connections, `connections.max_new_per_hour` is the limit. */
  readonly newSeries?: NewSeriesLimit | undefined;
  /** Present in families with a series for each connection, which have no other samples. */
  readonly connections?: ConnectionSeries | undefined;
};

/** A family that the chains share. */
export type SharedFamily = Omit<NodeFamily, "sources"> & {
  /** The source of the values, if it is the same for every chain; else each adapter declares it in `sources`. */
  readonly source?: string | undefined;
};

/** Values instead of `samples`, which would cost more than writing the lines. */
type ConnectionSeries = {
  readonly values: (view: NodeView) => ConnectionValues;
  /** For a counter: the unix time from which each one counts. */
  readonly created?: (view: NodeView) => ConnectionValues;
  /** Further labels of the connection, from `renderLabels`; never empty. */
  readonly labels?: (connection: ShownConnection, traits: ChainTraits) => string;
};

/** The labels that name a connection. */
const CONNECTION_LABELS = ["direction", "peer"];

/** The name of the chain's block in the configuration, which wire and antelope share. */
type ChainKey = string;

/**
 * One sample; none when the value is unknown.
 * @param created for a counter
 */
export function one(value: number | undefined, created?: number): readonly SampleValue[] {
  return value === undefined ? [] : [["", value, created]];
}

export function flag(value: boolean | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value ? 1 : 0]];
}

export function* labelled(
  name: string,
  values: Iterable<readonly [string, number | undefined]>,
  created?: number,
): Iterable<SampleValue> {
  for (const [label, value] of values) {
    if (value !== undefined) yield [renderLabels([[name, label]]), value, created];
  }
}

/** When the exporter began to count for a node, in unix seconds: at the start of its first poll. */
export function sinceFirstPoll(view: NodeView): number | undefined {
  const { sinceMs } = view.state.history;
  return pastOnly(view, sinceMs === undefined ? undefined : sinceMs / 1000);
}

/** A time that is not after the last poll: another clock may be ahead, or ours was set back. */
export function pastOnly({ state }: NodeView, seconds = Number.NaN): number | undefined {
  const { lastPoll } = state.history;
  return seconds > 0 && lastPoll !== undefined && seconds * 1000 <= lastPoll.endedMs ? seconds : undefined;
}

/** When the connection's counters began, where that is known: most begin with the connection. */
export function connectionCreated(view: NodeView): ConnectionValues {
  const created: number[] = [];
  for (const { row, startSeconds } of view.shown?.connections ?? []) {
    const { bytesSince = startSeconds } = row;
    created.push((bytesSince === "unknown" ? undefined : pastOnly(view, bytesSince)) ?? Number.NaN);
  }
  return created;
}

/** A chain's own family; its values come from the report or from its connections. */
export function chainFamily(family: ChainFamily, chain: ChainKey): NodeFamily {
  const declared = { ...family, sources: { [chain]: family.source } };
  if (family.scope !== "connection")
    return { ...declared, samples: ({ chainSamples }) => chainSamples.get(family) ?? [] };
  return {
    ...declared,
    ...ofConnections({
      values: ({ connectionChainSamples }) => connectionChainSamples.get(family) ?? NO_VALUES,
      ...(family.type === "counter" ? { created: connectionCreated } : {}),
    }),
  };
}

/** The properties of a family with a series for each connection. */
export function ofConnections(connections: ConnectionSeries, labels: readonly string[] = []) {
  return { labels: [...CONNECTION_LABELS, ...labels], samples: () => [], connections };
}

const NO_VALUES: ConnectionValues = [];

/** Picks one value, or undefined, from each connection. */
export function eachConnection(
  pick: (connection: ShownConnection, traits: ChainTraits) => number | undefined,
): ConnectionSeries["values"] {
  return ({ shown, traits }) => {
    const values: number[] = [];
    for (const connection of shown?.connections ?? []) values.push(pick(connection, traits) ?? Number.NaN);
    return values;
  };
}

/**
 * Sorts the samples of connections by family, in one pass, as a peer list has hundreds of them. Most rows have the same families
 * in the same order as the row before, so each family is expected at the same place.
 */
export function connectionChainSamples(
  connections: readonly ShownConnection[],
): ReadonlyMap<ChainFamily, ConnectionValues> {
  const columns = new Map<ChainFamily, number[]>();
  const order: { readonly family: ChainFamily; readonly column: number[] }[] = [];
  let index = 0;
  for (const { row } of connections) {
    let place = 0;
    for (const { family, value } of row.chainSamples ?? NO_SAMPLES) {
      const expected = order[place];
      let column = expected?.family === family ? expected.column : columns.get(family);
      if (column === undefined) {
        column = new Array<number>(connections.length).fill(Number.NaN);
        columns.set(family, column);
        order.push({ family, column });
      }
      column[index] = value;
      place += 1;
    }
    index += 1;
  }
  return columns;
}

const NO_SAMPLES: readonly ChainSample[] = [];

/** Sorts the samples of a node by family. */
export function nodeChainSamples(chainSamples: readonly ChainSample[]): ChainSampleValues {
  const samples = new Map<ChainFamily, SampleValue[]>();
  for (const { family, labels, value } of chainSamples) {
    const known = samples.get(family) ?? [];
    known.push([ownLabels(family, labels), value]);
    samples.set(family, known);
  }
  for (const [family, values] of samples) {
    if (values.length > 1) samples.set(family, sumAlike(values));
  }
  return samples;
}

function ownLabels(family: ChainFamily, values: readonly string[]): string {
  return renderLabels(family.labels.map((name, index) => [name, cleanText(values[index] ?? "")] as const));
}

/** Sums samples whose labels are the same after they were cut: a page must not repeat a series. */
function sumAlike(samples: readonly SampleValue[]): SampleValue[] {
  const sums = new Map<string, number>();
  for (const [labels, value] of samples) sums.set(labels, (sums.get(labels) ?? 0) + value);
  return [...sums];
}
