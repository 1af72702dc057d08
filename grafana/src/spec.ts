/** The content of a dashboard, as plain data. panels.ts and dashboard.ts turn it into Grafana's JSON. */
export type DashboardSpec = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly variables: readonly VariableSpec[];
  /** A text box for a part of the names of peers: the variable `peer`. */
  readonly searchPeers?: boolean;
  readonly rows: readonly RowSpec[];
};

/** A variable filled from `label_values(selector, name)`. */
export type VariableSpec = {
  /** The variable and the label it is filled from. */
  readonly name: VariableName;
  readonly label: string;
  readonly description: string;
  /** The series whose label values are offered. */
  readonly selector: string;
  readonly choice: "one" | "many" | "all";
  /** The regular expression for All, unless it means any value. */
  readonly all?: string;
};

export type VariableName = "job" | "instance" | "chain" | "target";

export type RowSpec = {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
  /** Closed until it is clicked: its panels ask nothing before. */
  readonly folded?: boolean;
};

export type Query = { readonly expr: string; readonly legend?: string };

/** From this value on (null: from the lowest), this color. */
export type Step = readonly [from: number | null, color: string];

/** Text and color of single values. */
export type Words = Readonly<Record<string, readonly [text: string, color: string]>>;

type PanelBase = {
  readonly title: string;
  readonly description: string;
  /** A unit of Grafana: short, none, s, bytes, Bps, percentunit, … */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly width?: number;
  readonly height?: number;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly steps?: readonly Step[];
  readonly words?: Words;
  /** What the panel says if its queries give nothing, where that is good or usual. Not for tables. */
  readonly empty?: string;
};

export type GraphSpec = PanelBase & {
  readonly kind: "graph";
  readonly stack?: boolean;
  /** Legend names of series drawn below zero. */
  readonly below?: string;
  /** Legend names of limits, which are dashed and not filled. */
  readonly limits?: string;
  /** Colors of series by their names in the legend. */
  readonly colors?: Readonly<Record<string, string>>;
};

export type StatSpec = PanelBase & {
  readonly kind: "stat";
  /** Show the legend's text instead of the value. */
  readonly names?: boolean;
  /** Without the line of its past: what hardly changes, or has no past. */
  readonly plain?: boolean;
};

/** How many series have a value in each band, over time: the darker, the more. */
export type HeatmapSpec = PanelBase & {
  readonly kind: "heatmap";
  /** The query gives the buckets of a histogram by `le`, per second. Else every series is one value. */
  readonly histogram?: boolean;
};

export type BarsSpec = PanelBase & { readonly kind: "bars" };

/** A band per series that shows its values over time. */
export type StatesSpec = PanelBase & { readonly kind: "states" };

/** Instant queries joined by their labels, one row per set of labels. */
export type TableSpec = PanelBase & {
  readonly kind: "table";
  /** Columns in their order: labels of the series, or values by the letter of their query (`#A`). */
  readonly columns: readonly ColumnSpec[];
  /** Title of the column to sort by. */
  readonly sortBy?: string;
  readonly ascending?: boolean;
};

export type ColumnSpec = {
  /** A label, or `#A` for the value of the first query. */
  readonly from: string;
  readonly title: string;
  readonly unit?: string;
  readonly decimals?: number;
  readonly width?: number;
  readonly steps?: readonly Step[];
  readonly words?: Words;
  /** Clicking a cell opens the node's dashboard, or what to do about the alert or about the reason of a failure. */
  readonly link?: "node" | "runbook" | "advice";
  /** The cell is a bar, as long as its value among those of the column. */
  readonly bar?: boolean;
  /** The table ends with the sum of the column. */
  readonly sum?: boolean;
};

export type PanelSpec = GraphSpec | StatSpec | BarsSpec | StatesSpec | HeatmapSpec | TableSpec;

/** The letter of a query by its place in the panel: A, B, C … */
export function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
