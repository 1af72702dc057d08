import type { ChainTraits } from "../chains/adapter.ts";
import type { ChainFamily, ChainSample, ClosedValues, NewSeriesLimit, Stability } from "../model/chain-family.ts";
import { DIRECTIONS, type NodeReport, type PeerConnection } from "../model/report.ts";
import type { NodeState } from "../poll/store.ts";
import type { ShownConnections } from "./connections.ts";
import { cleanText, type FamilyHeader, renderLabels, type SampleValue } from "./exposition.ts";
import type { RowScope, ShownConnection } from "./shown-connection.ts";

/** The samples of the chain's own families in one poll. */
type ChainSampleValues = ReadonlyMap<ChainFamily, readonly SampleValue[]>;

/** One value for each shown connection, in their order; NaN where it is unknown. */
type ConnectionValues = readonly number[];

/** What the samples of a node are made from. */
export type NodeView = {
  readonly state: NodeState;
  readonly report: NodeReport | undefined;
  readonly traits: ChainTraits;
  /** Undefined when the last poll got no peer list. */
  readonly peers: PeerRows | undefined;
  readonly shown: ShownConnections | undefined;
  /** Rows and samples without a series, because the budget for new ones is used up. */
  readonly withheld: number;
  /** The samples of the chain's own families. */
  readonly chainSamples: ChainSampleValues;
  /** The values of the chain's own families of connections. */
  readonly connectionChainSamples: ReadonlyMap<ChainFamily, ConnectionValues>;
};

/** The rows of the last peer list, and what several families count. */
type PeerRows = {
  readonly rows: readonly PeerConnection[];
  readonly connected: readonly PeerConnection[];
  /** The number of connected peers by subnet, of those with a numeric address. */
  readonly subnets: ReadonlyMap<string, number>;
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
type ConnectionSeries =
  | {
      /** The rows that have the family: those of lists of connections, or of lists of known peers. */
      readonly scope: RowScope;
      readonly values: (view: NodeView) => ConnectionValues;
      /** For a counter: the unix time from which each one counts. */
      readonly created?: (view: NodeView) => ConnectionValues;
      /** Further labels of the connection, from `renderLabels`; never empty. */
      readonly labels?: (connection: ShownConnection, traits: ChainTraits) => string;
    }
  | {
      readonly scope: RowScope;
      /** The ends of the labels of a connection's series, from `labelEnd`: one series with the value 1 for each. */
      readonly facts: (connection: ShownConnection) => readonly string[];
    };

/** The labels that name a row. */
const ROW_LABELS: Readonly<Record<RowScope, readonly string[]>> = {
  connection: ["direction", "peer"],
  peer: ["peer"],
};

/** @param labels from `renderLabels`, never empty */
export function labelEnd(labels: string): string {
  return `,${labels}} `;
}

/** The name of the chain's block in the configuration, which wire and antelope share. */
type ChainKey = string;

/**
 * One sample; none when the value is unknown.
 * @param created for a counter
 */
export function one(value: number | undefined, created?: number): readonly SampleValue[] {
  return value === undefined ? [] : [["", value, created]];
}

/** One sample, 1 or 0; none when it is unknown. */
export function flag(value: boolean | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value ? 1 : 0]];
}

/**
 * One sample for each value of a label, without those that are unknown.
 * @param created for a counter
 */
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

/** When the counters of the chain's own families began, where that is known: most begin with the connection. */
function chainCountersCreated(view: NodeView): ConnectionValues {
  return (view.shown?.connections ?? []).map((connection) => ownCountersCreated(view, connection) ?? Number.NaN);
}

/** When the counters of a connection's only row began. */
export function ownCountersCreated(view: NodeView, { row, startSeconds }: ShownConnection): number | undefined {
  const { bytesSince = startSeconds } = row;
  return bytesSince === "unknown" ? undefined : pastOnly(view, bytesSince);
}

/** A chain's own family; its values come from the report, or from the rows of its peer list. */
export function chainFamily(family: ChainFamily, chain: ChainKey): NodeFamily {
  const { scope } = family;
  const declared = { ...family, sources: { [chain]: family.source } };
  if (scope === undefined) return { ...declared, samples: ({ chainSamples }) => chainSamples.get(family) ?? [] };
  if (family.labels.length > 0) return { ...declared, ...ofRows({ scope, facts: infoLabels(family) }, family) };
  const values = ({ connectionChainSamples }: NodeView) => connectionChainSamples.get(family) ?? NO_VALUES;
  const created = family.type === "counter" ? { created: chainCountersCreated } : {};
  return { ...declared, ...ofRows({ scope, values, ...created }, family) };
}

/** The properties of a family with series for each row. */
export function ofRows(connections: ConnectionSeries, { labels = [], values }: Partial<RowLabels> = {}) {
  const { scope } = connections;
  return {
    labels: [...ROW_LABELS[scope], ...labels],
    ...(scope === "peer" ? { values } : { values: { direction: DIRECTIONS, ...values } }),
    samples: () => [],
    connections,
  };
}

/** The labels of a family in addition to those that name a row. */
type RowLabels = Pick<NodeFamily, "labels" | "values">;

const NO_FACTS: readonly string[] = [];

/** Adapters use the same few lists of labels again and again, so each is rendered once. */
function infoLabels(family: ChainFamily): (connection: ShownConnection) => readonly string[] {
  const rendered = new WeakMap<readonly string[], readonly string[]>();
  return ({ row: { info } }) => {
    if (info?.family !== family) return NO_FACTS;
    const known = rendered.get(info.labels);
    if (known !== undefined) return known;
    const labels = ownLabels(family, info.labels);
    const facts = labels === "" ? NO_FACTS : [labelEnd(labels)];
    rendered.set(info.labels, facts);
    return facts;
  };
}

const NO_VALUES: ConnectionValues = [];

/** Picks one value, or undefined, from each connection. */
export function eachConnection(
  pick: (connection: ShownConnection, view: NodeView) => number | undefined,
): (view: NodeView) => ConnectionValues {
  return (view) => {
    const values: number[] = [];
    for (const connection of view.shown?.connections ?? []) values.push(pick(connection, view) ?? Number.NaN);
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
  for (const { samples } of connections) {
    let place = 0;
    for (const { family, value } of samples) {
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
