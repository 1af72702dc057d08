import { parser } from "@prometheus-io/lezer-promql";

export type Selector = {
  readonly metric: string;
  /** As they stand in the query: `job=~"$job"`. */
  readonly matchers: readonly string[];
  /** The function around a range of it, and that range. */
  readonly call?: { readonly name: string; readonly range: string };
};

type Found = { readonly from: number; readonly to: number };

/** What of a query (without variables where PromQL wants durations) is no PromQL. */
export function syntaxErrors(expr: string): readonly string[] {
  const errors: string[] = [];
  parser.parse(expr).iterate({
    enter({ type, from }) {
      if (type.isError) errors.push(`at ${from}: ${expr.slice(Math.max(0, from - 10), from + 20)}`);
    },
  });
  return errors;
}

/** The selectors of a query in their order. */
export function selectors(expr: string): readonly Selector[] {
  const calls: (Found & { readonly name: string })[] = [];
  const ranges: (Found & { readonly range: string })[] = [];
  const matchers: (Found & { readonly text: string })[] = [];
  const metrics: (Found & { readonly metric: string })[] = [];
  const text = ({ from, to }: Found) => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter({ name, from, to }) {
      if (name === "FunctionCall") calls.push({ from, to, name: text({ from, to }).split("(")[0] ?? "" });
      if (name === "MatrixSelector")
        ranges.push({ from, to, range: /\[([^\]]*)\]$/.exec(text({ from, to }))?.[1] ?? "" });
      if (name === "UnquotedLabelMatcher") matchers.push({ from, to, text: text({ from, to }) });
      if (name === "VectorSelector") metrics.push({ from, to, metric: text({ from, to }).split("{")[0]?.trim() ?? "" });
    },
  });
  return metrics.map(({ metric, from, to }) => {
    const inside = (outer: Found) => outer.from <= from && to <= outer.to;
    const range = ranges.find(inside)?.range;
    // The innermost call comes last.
    const name = calls.findLast(inside)?.name;
    const own = matchers.filter((matcher) => from <= matcher.from && matcher.to <= to).map((matcher) => matcher.text);
    return range === undefined || name === undefined
      ? { metric, matchers: own }
      : { metric, matchers: own, call: { name, range } };
  });
}
