import type { QueryResult, RecordedSeries } from "../../support/prometheus.ts";

/** What Prometheus scraped, put together by hand, to compare with what a query says of it. */

/** Values by the texts of some labels. */
type Values = ReadonlyMap<string, number>;

/** The texts of labels, in their order; an absent label is "". */
export function keyOf(metric: Readonly<Record<string, string>>, labels: readonly string[]): string {
  return labels.map((label) => metric[label] ?? "").join(" ");
}

/** Of series that two scrapers have, the higher value. */
export function highest(samples: readonly QueryResult[], ...labels: readonly string[]): Values {
  return collect(samples, labels, Math.max);
}

/** Sums by fewer labels. */
export function summed(values: Values, keep: (key: string) => string): Values {
  const sums = new Map<string, number>();
  for (const [key, value] of values) sums.set(keep(key), (sums.get(keep(key)) ?? 0) + value);
  return sums;
}

/** The answer of a query, whose series must differ in these labels. */
export function answerOf(samples: readonly QueryResult[], ...labels: readonly string[]): Values {
  return collect(samples, labels, (_, value) => {
    throw new Error(`two series have the same ${labels}: one has the value ${value}`);
  });
}

function collect(
  samples: readonly QueryResult[],
  labels: readonly string[],
  both: (a: number, b: number) => number,
): Values {
  const values = new Map<string, number>();
  for (const { metric, value } of samples) {
    const key = keyOf(metric, labels);
    const known = values.get(key);
    values.set(key, known === undefined ? value : both(known, value));
  }
  return values;
}

/** By how much each counter rose. A lower value is a reset; a single sample says nothing. */
export function increases(series: readonly RecordedSeries[]): readonly QueryResult[] {
  return series
    .filter(({ values }) => values.length > 1)
    .map(({ metric, values }) => ({ metric, value: increaseOf(values.map(([, value]) => value)) }));
}

function increaseOf([first = 0, ...rest]: readonly number[]): number {
  let [before, sum] = [first, 0];
  for (const value of rest) {
    sum += value < before ? value : value - before;
    before = value;
  }
  return sum;
}

/** Sums of two values of the same series, where both are known. */
export function added(a: readonly QueryResult[], b: readonly QueryResult[], factor = 1): readonly QueryResult[] {
  const others = new Map(b.map(({ metric, value }) => [seriesKey(metric), value]));
  return a.flatMap(({ metric, value }) => {
    const other = others.get(seriesKey(metric));
    return other === undefined ? [] : [{ metric, value: value + factor * other }];
  });
}

function seriesKey({ __name__, ...labels }: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
