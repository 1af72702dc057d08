import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createElapsed } from "../../src/lib/elapsed.ts";

const NOW = Date.UTC(2026, 0, 2);
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** How far the clock went while the wall clock and the monotonic clock did this. */
function wentOn(...steps: readonly (() => void)[]): number {
  const elapsed = createElapsed();
  const before = elapsed();
  for (const step of steps) {
    step();
    elapsed();
  }
  return elapsed() - before;
}

const pass = (ms: number) => () => void vi.advanceTimersByTime(ms);
const set = (ms: number) => () => void vi.setSystemTime(Date.now() + ms);

test.each<[string, readonly (() => void)[], number]>([
  ["time passes, or the process is stopped: both clocks go on", [pass(60_000)], 60_000],
  ["the machine is suspended: only the wall clock goes on", [pass(500), set(HOUR)], HOUR + 500],
  ["the wall clock is set back", [pass(500), set(-HOUR), pass(500)], 1000],
  ["it is set back while the process is stopped", [() => [pass(60_000), set(-HOUR)].map((step) => step())], 60_000],
  ["it is set back, and the machine is suspended after that", [set(-HOUR), set(60_000)], 60_000],
  ["the wall clock is corrected by less than a second", [set(400), set(-400), set(900)], 0],
  ["many small corrections forward add up", Array.from({ length: 10 }, () => set(400)), 3600],
])("%s", (_, steps, expected) => {
  expect(wentOn(...steps)).toBe(expected);
});

test("reading it often does not make it faster", () => {
  expect(wentOn(...Array.from({ length: 1000 }, () => pass(0.3)))).toBeCloseTo(300, 0);
});
