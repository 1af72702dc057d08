/** What a panel shows, as Grafana computes it from the answers to its queries: all that the drawing knows. */

export type Cell = string | number | null | undefined;

export type Shown = {
  readonly text: string;
  readonly color?: string | undefined;
  /** Where a number lies between minimum and maximum, from 0 to 1. */
  readonly percent?: number | undefined;
};

export type FieldView = {
  readonly name: string;
  readonly type: string;
  readonly values: readonly Cell[];
  /** The color of a series. */
  readonly color?: string | undefined;
  readonly config: FieldConfig;
  readonly steps: readonly { readonly value: number; readonly color: string }[];
  /** A value as text, with its unit. */
  show(value: Cell): Shown;
  /** One number for the series, such as `lastNotNull`. */
  reduce(calc: string): number | null | undefined;
};

export type FieldConfig = {
  readonly unit?: string;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly noValue?: string;
  readonly links?: readonly unknown[];
  readonly custom?: FieldLook;
};

/** The options of Grafana's panels that change what is seen. */
export type FieldLook = {
  readonly fillOpacity?: number;
  readonly lineWidth?: number;
  readonly lineStyle?: { readonly fill?: string; readonly dash?: readonly number[] };
  readonly gradientMode?: string;
  readonly stacking?: { readonly mode?: string };
  readonly transform?: string;
  readonly thresholdsStyle?: { readonly mode?: string };
  readonly width?: number;
  readonly minWidth?: number;
  readonly align?: string;
  readonly cellOptions?: { readonly type?: string; readonly valueDisplayMode?: string };
  readonly hidden?: boolean;
};

export type FrameView = { readonly refId?: string; readonly length: number; readonly fields: readonly FieldView[] };

export type PanelOptions = {
  readonly legend?: LegendOptions;
  readonly graphMode?: string;
  readonly colorMode?: string;
  readonly textMode?: string;
  readonly reduceOptions?: { readonly calcs?: readonly string[] };
  readonly displayMode?: string;
  readonly valueMode?: string;
  readonly sortBy?: readonly { readonly displayName: string; readonly desc?: boolean }[];
  readonly calculate?: boolean;
  readonly yAxis?: { readonly unit?: string };
  readonly rowHeight?: number;
};

export type LegendOptions = {
  readonly displayMode?: string;
  readonly placement?: string;
  readonly calcs?: readonly string[];
  readonly width?: number;
  readonly sortBy?: string;
  readonly sortDesc?: boolean;
  readonly showLegend?: boolean;
};

export type PanelView = {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly options: PanelOptions;
  readonly frames: readonly FrameView[];
  /** What it says where no series has a value. */
  readonly empty: string;
  /** Seconds between two points. */
  readonly step: number;
};

/** The time range of a picture, in milliseconds. */
export type TimeRange = { readonly from: number; readonly to: number };

/** How large a drawing is, in pixels. */
export type Size = { readonly width: number; readonly height: number };
