import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventLoopDelay } from "../../src/metrics/event-loop.ts";
import { runs } from "../support/effort.ts";

/** Like the engine's histogram, which tells only the value of a rank. */
function fakeIntervals() {
  const intervals: number[] = [];
  return {
    record: (delaySeconds: number) => void intervals.push(1e7 + delaySeconds * 1e9),
    get count() {
      return intervals.length;
    },
    get max() {
      return Math.max(0, ...intervals);
    },
    get mean() {
      return intervals.reduce((sum, interval) => sum + interval, 0) / intervals.length;
    },
    percentile(percent: number) {
      const rank = Math.max(1, Math.floor((percent / 100) * intervals.length + 0.5));
      return intervals.toSorted((a, b) => a - b)[rank - 1] ?? 0;
    },
  };
}

function setUp() {
  const intervals = fakeIntervals();
  return { record: intervals.record, read: createEventLoopDelay(intervals) };
}

test("before the first measurement everything is 0", () => {
  const { bounds, upTo, sum } = setUp().read();
  expect(bounds).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]);
  expect(upTo).toEqual(Array(11).fill(0));
  expect(sum).toBe(0);
});

test("a block is above the bounds that are shorter, and only once, however often it is read", () => {
  const { record, read } = setUp();
  for (let tick = 0; tick < 500; tick += 1) record(0);
  read();
  record(1.2);
  const expected = { upTo: [...Array(8).fill(500), 501, 501, 501], sum: 1.2 };
  for (let reading = 0; reading < 3; reading += 1) {
    const { upTo, sum } = read();
    expect(upTo).toEqual(expected.upTo);
    expect(sum).toBeCloseTo(expected.sum);
  }
});

test("the sum does not fall, although single intervals are shorter than they should be", () => {
  const { record, read } = setUp();
  record(0.001);
  const { sum } = read();
  record(-0.0009);
  expect(read().sum).toBe(sum);
});

test("whatever was measured between the readings, each bucket has the delays up to its bound", () => {
  const delay = fc.oneof(
    { arbitrary: fc.constantFrom(0, -0.0009, 0.0002), weight: 5 },
    { arbitrary: fc.constantFrom(0.004, 0.009, 0.02, 0.3, 0.6, 1.2, 3, 60), weight: 2 },
  );
  fc.assert(
    fc.property(fc.array(fc.array(delay, { maxLength: 40 }), { maxLength: 8 }), (readings) => {
      const { record, read } = setUp();
      const all: number[] = [];
      for (const added of readings) {
        for (const each of added) record(each);
        all.push(...added);
        const { bounds, upTo } = read();
        const expected = [...bounds, Number.POSITIVE_INFINITY].map(
          (bound) => all.filter((each) => each <= bound).length,
        );
        expect(upTo).toEqual(expected);
      }
    }),
    { numRuns: runs(50) },
  );
});
