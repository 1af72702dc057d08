/** Clocks that stand still until a case sets them: what is kept for minutes is asked again at once, and replays are the same. */
export type TestClock = {
  /** Both clocks go on; below 0 the wall clock alone is set back. */
  advance(seconds: number): void;
  restore(): void;
};

/** A Friday. */
const START_MS = Date.UTC(2026, 0, 16, 3, 4, 5);

export function stopClocks(): TestClock {
  const real = { date: Date.now, performance: performance.now };
  let wallMs = START_MS;
  let runningMs = 1_000_000;
  Date.now = () => wallMs;
  performance.now = () => runningMs;
  return {
    advance(seconds) {
      wallMs += seconds * 1000;
      runningMs += Math.max(0, seconds) * 1000;
    },
    restore() {
      Date.now = real.date;
      performance.now = real.performance;
    },
  };
}
