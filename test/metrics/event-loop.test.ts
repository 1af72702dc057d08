import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEventLoopDelay, DELAY_SHOWN_MS } from "../../src/metrics/event-loop.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A measurement that takes the delays it is given, in milliseconds. */
function fakeMonitor() {
  let delays: number[] = [];
  const of = (choose: (...all: readonly number[]) => number) => choose(...delays) * 1e6;
  return {
    record: (ms: number) => void delays.push(ms),
    get count() {
      return delays.length;
    },
    get min() {
      return of(Math.min);
    },
    get max() {
      return of(Math.max);
    },
    mean: 10e6,
    stddev: 0,
    percentile: () => of(Math.max),
    reset: () => {
      delays = [];
    },
  };
}

function setUp() {
  const monitors: ReturnType<typeof fakeMonitor>[] = [];
  const delay = createEventLoopDelay(() => {
    const monitor = fakeMonitor();
    monitors.push(monitor);
    return monitor;
  });
  const record = (ms: number) => {
    for (const monitor of monitors) monitor.record(ms);
  };
  const longest = () => delay.gauges().find(({ name }) => name === "nodejs_eventloop_lag_max_seconds")?.seconds;
  return { delay, record, longest };
}

test("there are no gauges before the first measurement", () => {
  expect(setUp().delay.gauges()).toEqual([]);
});

test.each([0, 1, DELAY_SHOWN_MS / 2, DELAY_SHOWN_MS - 1, DELAY_SHOWN_MS, 3.7 * DELAY_SHOWN_MS])(
  "a block after %i ms is shown to everyone for one to two periods, and then no more",
  (before) => {
    const { record, longest } = setUp();
    const pass = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 100) {
        vi.advanceTimersByTime(100);
        record(10);
      }
    };
    pass(before);
    record(2500);
    let shown = 0;
    while (longest() === 2.5 && shown < 10 * DELAY_SHOWN_MS) {
      // Reading changes nothing.
      expect([longest(), longest()]).toEqual([2.5, 2.5]);
      pass(1000);
      shown += 1000;
    }
    expect(shown).toBeGreaterThanOrEqual(DELAY_SHOWN_MS);
    expect(shown).toBeLessThanOrEqual(2 * DELAY_SHOWN_MS);
    expect(longest()).toBe(0.01);
  },
);
