import fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { createLatencies } from "../../src/metrics/histogram.ts";
import { runs } from "../support/effort.ts";

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.5];

const requests = fc.array(
  fc.record({
    handler: fc.constantFrom("/metrics", "/probe", "none"),
    code: fc.constantFrom(200, 404, 503),
    seconds: fc.oneof(fc.constantFrom(0, ...BUCKETS, 99), fc.double({ min: 0, max: 4, noNaN: true })),
  }),
);

test("whatever was observed, the samples are those of prom-client's histogram", async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (observed) => {
      const registers = [new Registry()];
      const theirs = new Histogram({
        name: "x",
        help: "x",
        labelNames: ["handler", "code"],
        buckets: BUCKETS,
        registers,
      });
      const ours = createLatencies();
      for (const { handler, code, seconds } of observed) {
        theirs.observe({ handler, code: String(code) }, seconds);
        ours.observe(handler, code, seconds);
      }
      const { values } = await theirs.get();
      const expected = values.map(({ metricName = "", labels, value }) => [metricName.slice(1), { ...labels }, value]);
      const given = ours.samples().map(({ suffix, labels, value }) => [suffix, labels, value]);
      // The order of series is free; within one it is that of the buckets.
      const inOrder = (samples: readonly unknown[]) =>
        samples.map((sample) => JSON.stringify(sample, sortedKeys)).sort();
      expect(inOrder(given)).toEqual(inOrder(expected));
    }),
    { numRuns: runs(200) },
  );
});

test("the buckets of a series come in the order of their bounds, then sum and count", () => {
  const { observe, samples } = createLatencies();
  observe("/metrics", 200, 0.003);
  expect(samples().map(({ suffix, labels }) => `${suffix} ${labels.le ?? ""}`)).toEqual([
    ...[...BUCKETS, "+Inf"].map((bound) => `_bucket ${bound}`),
    "_sum ",
    "_count ",
  ]);
});

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
