import type { ChainTraits } from "../chains/adapter.ts";
import type { ChainFamily, NewSeriesLimit, NodeReport } from "../model/report.ts";
import type { NodeState } from "../poll/store.ts";
import type { ChainSampleValues, ConnectionValues } from "./chain-samples.ts";
import type { ShownConnection, ShownConnections } from "./connections.ts";
import type { SampleValue } from "./exposition.ts";
import { type FamilyHeader, renderLabels } from "./exposition.ts";

/** What the families of a node are made from. */
export type NodeView = {
  readonly state: NodeState;
  readonly report: NodeReport | undefined;
  readonly traits: ChainTraits;
  readonly shown: ShownConnections | undefined;
  /** Rows and samples without a series, as the budget for new ones is used up. */
  readonly withheld: number;
  /** The samples of the chain's own families. */
  readonly chainSamples: ChainSampleValues;
  /** What the chain's own families of connections have. */
  readonly connectionChainSamples: ReadonlyMap<ChainFamily, ConnectionValues>;
};

/** A metric family of the nodes, declared as data: docs and tests read the same table as the page. */
export type NodeFamily = FamilyHeader & {
  /** The API and field that the value comes from, for each chain that has the family. */
  readonly sources: Readonly<Record<ChainKey, string>>;
  /** What has the family: nodes (the default) or references. */
  readonly about?: "reference" | undefined;
  /** It compares several polls, so that one poll alone has nothing true to say. */
  readonly needsHistory?: true | undefined;
  /** Label names beside target, chain and the node's own. */
  readonly labels: readonly string[];
  readonly samples: (view: NodeView) => Iterable<SampleValue>;
  /** Needed where a label has texts of the node or its peers; families of connections have `connections.max_new_per_hour`. */
  readonly newSeries?: NewSeriesLimit | undefined;
  /** Of a family with a series for each connection; it has no other samples. */
  readonly connections?: ConnectionSeries | undefined;
};

/** A family that the chains share, as its table declares it. */
export type SharedFamily = Omit<NodeFamily, "sources"> & {
  /** Where the values come from, where that is the same for every chain. Without it each adapter says it (`sources`). */
  readonly source?: string | undefined;
};

/** Not as `samples`: a list of them would cost more than the lines. */
export type ConnectionSeries = {
  /** The values of the shown connections, in their order; NaN where there is none. */
  readonly values: (view: NodeView) => ConnectionValues;
  /** Labels behind those that name the connection, as `renderLabels` gives them; never none. */
  readonly labels?: (connection: ShownConnection, traits: ChainTraits) => string;
};

/** The labels that name a connection. */
export const CONNECTION_LABELS = ["direction", "peer"];

/** A chain as its block in the configuration is called: wire and antelope are one. */
export type ChainKey = string;

/** No sample when the value is not known. */
export function one(value: number | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value]];
}

export function flag(value: boolean | undefined): readonly SampleValue[] {
  return value === undefined ? [] : [["", value ? 1 : 0]];
}

export function* labelled(
  name: string,
  values: Iterable<readonly [string, number | undefined]>,
): Iterable<SampleValue> {
  for (const [label, value] of values) {
    if (value !== undefined) yield [renderLabels([[name, label]]), value];
  }
}

/** A chain's own family, filled from the samples of the report, or of its connections. */
export function chainFamily(family: ChainFamily, chain: ChainKey): NodeFamily {
  const declared = { ...family, sources: { [chain]: family.source } };
  if (family.scope !== "connection")
    return { ...declared, samples: ({ chainSamples }) => chainSamples.get(family) ?? [] };
  return {
    ...declared,
    ...ofConnections({ values: ({ connectionChainSamples }) => connectionChainSamples.get(family) ?? NO_VALUES }),
  };
}

/** What makes a family one of connections. */
export function ofConnections(connections: ConnectionSeries, labels: readonly string[] = []) {
  return { labels: [...CONNECTION_LABELS, ...labels], samples: () => [], connections };
}

const NO_VALUES: ConnectionValues = [];

/** The values of a family that has one of each connection, or none. */
export function eachConnection(
  pick: (connection: ShownConnection, traits: ChainTraits) => number | undefined,
): ConnectionSeries["values"] {
  return ({ shown, traits }) => {
    const values: number[] = [];
    for (const connection of shown?.connections ?? []) values.push(pick(connection, traits) ?? Number.NaN);
    return values;
  };
}
