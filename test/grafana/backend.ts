import * as z from "zod";
import type { Frame, Labels, SentQuery } from "./library/evaluate.mjs";

/**
 * The part of Grafana's Prometheus data source that is not in its library, as it is written in Go: it puts durations into
 * queries, asks Prometheus, and makes frames of the answers, one for each series, with the name that the legend says.
 */

const metric = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const answer = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("matrix"), result: z.array(z.object({ metric, values: z.array(sample) })) }),
    z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric, value: sample })) }),
    z.object({ resultType: z.literal("scalar"), result: sample }),
  ]),
});

/** The data of an answer of Prometheus. */
export type Answer = z.infer<typeof answer>["data"];

export type TimeRange = { readonly fromMs: number; readonly toMs: number; readonly scrapeSeconds: number };

/** One point for each scrape: the time range of tests is short. */
export async function ask(prometheus: string, query: SentQuery, range: TimeRange): Promise<readonly Frame[]> {
  const { scrapeSeconds: step, fromMs, toMs } = range;
  const [start, end] = [fromMs, toMs].map((ms) => Math.floor(ms / 1000 / step) * step);
  const expr = withDurations(query.expr, range);
  const times = query.instant ? `time=${end}` : `start=${start}&end=${end}&step=${step}`;
  const path = query.instant ? "query" : "query_range";
  const body = new URLSearchParams(`${times}&query=${encodeURIComponent(expr)}`);
  const response = await fetch(`${prometheus}/api/v1/${path}`, { method: "POST", body });
  const json: unknown = await response.json();
  if (response.status !== 200) throw new Error(`${expr}: ${JSON.stringify(json)}`);
  return framesOf({ ...query, expr }, answer.parse(json).data, step);
}

function withDurations(expr: string, { fromMs, toMs, scrapeSeconds }: TimeRange): string {
  const durations: readonly (readonly [string, string])[] = [
    ["__rate_interval", `${4 * scrapeSeconds}s`],
    ["__interval", `${scrapeSeconds}s`],
    ["__range", `${Math.round((toMs - fromMs) / 1000)}s`],
  ];
  return durations.reduce(
    (text, [name, value]) => text.replaceAll(`$${name}`, value).replaceAll(`\${${name}}`, value),
    expr,
  );
}

/** An answer without series gives one frame without fields. */
export function framesOf(query: SentQuery, data: Answer, stepSeconds: number): readonly Frame[] {
  const series = seriesOf(data);
  if (series.length === 0) return [{ refId: query.refId, meta: {}, fields: [] }];
  return series.map(({ labels, samples }) => ({
    refId: query.refId,
    meta: {
      type: data.resultType === "matrix" ? "timeseries-multi" : "numeric-multi",
      custom: { resultType: data.resultType },
    },
    fields: [
      {
        ...{ name: "Time", type: "time" as const, config: { interval: stepSeconds * 1000 } },
        values: samples.map(([seconds]) => seconds * 1000),
      },
      {
        ...{ name: labels.__name__ ?? "Value", type: "number" as const, labels },
        config: { displayNameFromDS: nameOf(query, labels) },
        values: samples.map(([, text]) => Number(text.replace("Inf", "Infinity"))),
      },
    ],
  }));
}

function seriesOf(data: Answer): readonly { labels: Labels; samples: readonly (readonly [number, string])[] }[] {
  switch (data.resultType) {
    case "matrix":
      return data.result.map(({ metric: labels, values }) => ({ labels, samples: values }));
    case "vector":
      return data.result.map(({ metric: labels, value }) => ({ labels, samples: [value] }));
    case "scalar":
      return [{ labels: {}, samples: [data.result] }];
  }
}

/** The legend with the labels of the series. Without a legend, or if nothing is left of it, the metric with its labels. */
function nameOf({ legendFormat = "", expr }: SentQuery, labels: Labels): string | undefined {
  if (legendFormat === "__auto" && Object.keys(labels).length > 0) return undefined;
  const isWritten = legendFormat !== "" && legendFormat !== "__auto";
  const name = isWritten
    ? legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => labels[label] ?? "")
    : metricName(labels);
  if (name === "{}") return expr;
  return name === "" ? undefined : name;
}

function metricName({ __name__ = "", ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && __name__ !== "" ? __name__ : `${__name__}{${pairs.sort().join(", ")}}`;
}
