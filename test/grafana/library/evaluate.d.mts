/** The types of evaluate.mjs, as far as tests use them. */

export type Labels = Readonly<Record<string, string>>;

/** A frame as the backend of Grafana's Prometheus data source sends it. */
export type Frame = {
  readonly refId: string;
  readonly meta: { readonly type?: string; readonly custom?: { readonly resultType: string } };
  readonly fields: readonly FrameField[];
};

export type FrameField = {
  readonly name: string;
  readonly type: "time" | "number";
  readonly labels?: Labels;
  readonly config: { readonly interval?: number; readonly displayNameFromDS?: string | undefined };
  readonly values: readonly number[];
};

/** A query as the data source sends it to its backend, which puts in the durations. */
export type SentQuery = {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
};

/** What evaluate.mjs needs to know of a dashboard; the rest of its JSON is for Grafana. */
export type DashboardJson = { readonly templating: { readonly list: readonly object[] } };
export type PanelJson = { readonly type: string; readonly title: string };

export type ShownField = {
  readonly name: string;
  readonly displayName: string;
  readonly type: string;
  readonly labels: Labels;
  readonly unit: string | undefined;
  readonly custom: Readonly<Record<string, unknown>>;
  /** Values without text in a field whose values have texts. */
  readonly unmapped: readonly unknown[];
  readonly cells: readonly { readonly value: unknown; readonly text: string; readonly color?: string }[];
  /** By Grafana's reducer "Last *", the last value that is one. */
  readonly last: unknown;
  /** The links of each cell. */
  readonly links: readonly (readonly string[])[];
};

export type ShownPanel = {
  readonly frames: readonly {
    readonly refId?: string;
    readonly length: number;
    readonly fields: readonly ShownField[];
  }[];
  readonly overrides: readonly {
    readonly matcher: { readonly id: string; readonly options?: unknown };
    /** Options that no panel has. */
    readonly unknown: readonly string[];
    /** The display names of the fields that it matches. */
    readonly matched: readonly string[];
  }[];
  /** What a stat, a gauge or bars show. */
  readonly values: readonly { readonly title: string; readonly value: number; readonly text: string }[];
};

export type OpenDashboard = {
  /** Text with its variables filled. */
  readonly replace: (text: string) => string;
  readonly queriesOf: (panel: PanelJson) => readonly SentQuery[];
  readonly show: (panel: PanelJson, frames: readonly Frame[]) => Promise<ShownPanel>;
};

export type View = {
  /** Values of the variables; one without has All, and `datasource` what the file says. */
  readonly values: Readonly<Record<string, string>>;
  readonly fromMs: number;
  readonly toMs: number;
  /** The scrape interval in the settings of the data source. */
  readonly timeInterval: string;
};

export function openDashboard(dashboard: DashboardJson, view: View): OpenDashboard;
export function knowsTransformation(id: string): boolean;
export function knowsUnit(id: string): boolean;
