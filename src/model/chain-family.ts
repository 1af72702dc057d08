import type { FamilyTrouble } from "./family-trouble.ts";

/** A metric family that only one chain has, declared next to the code that fills it. */
export type ChainFamily = {
  /** With the chain's name: p2p_wire_…, p2p_monero_…, p2p_chainweb_… */
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  /** The API and field that the value comes from, for the documentation. */
  readonly source: string;
  /** Further labels; of a family about rows, only an info family has any (RowInfo). */
  readonly labels: readonly string[];
  /** The closed sets of values of its labels, for the documentation. */
  readonly values?: ClosedValues | undefined;
  /** Absent: stable. */
  readonly stability?: Stability | undefined;
  /** What a sample is about: the node (the default), one of its connections, or a peer that the node knows. */
  readonly scope?: "connection" | "peer" | undefined;
  /** The value of rows that share a series; absent: such a series has none. */
  readonly merged?: "max" | "min" | undefined;
  /** It compares several polls of a node: after a single poll it has no samples. */
  readonly needsHistory?: true | undefined;
  /** What its values say that is wrong with the node. */
  readonly troubles?: readonly FamilyTrouble[] | undefined;
  /** The title of the bars that the node's page has of it, one for each value of its label. */
  readonly barsTitle?: string | undefined;
  /** Required where a label has texts of the node or its peers: without a limit, each poll could bring new ones. */
  readonly newSeries?: NewSeriesLimit | undefined;
};

/** How far users may rely on a family; docs/stability.md says what each one means. */
export type Stability = "experimental" | "deprecated";

/** All values that a label can have, by the label's name. */
export type ClosedValues = Readonly<Record<string, readonly string[]>>;

/** Limits the series of a family whose labels come from untrusted peers. */
export type NewSeriesLimit = {
  /** Label sets of one node that are new within an hour. */
  readonly perHour: number;
  /**
   * The first label values of the samples that add up the others; without them they are left out and counted as withheld.
   * The labels that follow keep their values, which come from closed sets and are never empty.
   */
  readonly rest?: readonly string[] | undefined;
};

/** A node's version and the software of its peers do not change once a minute. */
export const NEW_TEXTS_PER_HOUR = 60;

/** One sample of a chain's own family. */
export type ChainSample = {
  readonly family: ChainFamily;
  /** In the order of the family's labels. */
  readonly labels: readonly string[];
  readonly value: number;
};
