import { annotationsOf } from "./annotations.ts";
import { dashboardSpecs } from "./index.ts";
import { refId, type VariableName } from "./spec.ts";
import { isInstant, queriesOf } from "./trend.ts";
import { ANY } from "./variables.ts";

/** A query of a panel as in the dashboard, with variables. */
export type PanelQuery = {
  /** uid of the dashboard. */
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  /** The value of All for the chain on this dashboard: pass it to `substitute`. */
  readonly allChains: string;
  /** Labels that the legend of the query shows. */
  readonly shown: readonly string[];
  /** Grafana asks for one point in time (tables, bars, stats without a line), else for a range. */
  readonly instant: boolean;
};

/** The values of a variable: those of `label` on the series of `selector`. */
export type VariableQuery = {
  readonly dashboard: string;
  readonly variable: VariableName;
  readonly label: string;
  /** With the variables before it; `substitute` makes it a plain selector for `/api/v1/label/LABEL/values?match[]=`. */
  readonly selector: string;
};

/** Every query of every panel of every dashboard, in the order of the dashboards. */
export function panelQueries(): readonly PanelQuery[] {
  return dashboardSpecs.flatMap(({ uid, rows, variables }) =>
    rows
      .flatMap(({ panels }) => panels)
      .flatMap((panel) =>
        queriesOf(panel).map(({ expr, legend = "" }, index) => ({
          dashboard: uid,
          panel: panel.title,
          refId: refId(index),
          expr,
          shown: [...legend.matchAll(/{{(\w+)}}/g)].map(([, label = ""]) => label),
          allChains: variables.find(({ name }) => name === "chain")?.all ?? ANY,
          instant: isInstant(panel),
        })),
      ),
  );
}

/** The query of every variable but `datasource`, in the order in which Grafana fills them. */
export function variableQueries(): readonly VariableQuery[] {
  return dashboardSpecs.flatMap(({ uid, variables }) =>
    variables.map(({ name, selector }) => ({ dashboard: uid, variable: name, label: name, selector })),
  );
}

/** The queries of the annotations of all dashboards, with variables. */
export function annotationQueries(): readonly string[] {
  return [...new Set(dashboardSpecs.flatMap(({ variables }) => annotationsOf(variables).map(({ expr }) => expr)))];
}

/** The values of the variables: regular expressions for the first five, durations of PromQL for the others. */
export type Substitutes = {
  readonly job: string;
  readonly instance: string;
  readonly chain: string;
  readonly target: string;
  /** What the text box for peers has, a regular expression too. */
  readonly peer: string;
  readonly rateInterval: string;
  readonly interval: string;
  readonly range: string;
};

/** As Grafana fills them while All is chosen, for a Prometheus that scrapes every 15 s. */
export const DEFAULT_SUBSTITUTES: Substitutes = {
  job: ANY,
  instance: ANY,
  chain: ANY,
  target: ANY,
  peer: "",
  rateInterval: "1m",
  interval: "15s",
  range: "1h",
};

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/**
 * Plain PromQL of a query: every `$name` and `${name}` replaced, missing values as with All selected.
 * Throws for a variable that no dashboard may use. Values are inserted unchanged: regular expressions, for instance
 * `wire-1` or `wire-1|wire-2`, with the escapes of PromQL strings (`\\\\.` for a dot that is only a dot).
 */
export function substitute(expr: string, values: Partial<Substitutes> = {}): string {
  const { rateInterval, interval, range, ...choices } = { ...DEFAULT_SUBSTITUTES, ...values };
  const all = new Map(
    Object.entries({ ...choices, __rate_interval: rateInterval, __interval: interval, __range: range }),
  );
  return expr.replace(VARIABLE, (found: string, braced: string | undefined, bare: string | undefined) => {
    const value = all.get(braced ?? bare ?? "");
    if (value === undefined) throw new Error(`${found} in ${expr} is not a variable of the dashboards`);
    return value;
  });
}
