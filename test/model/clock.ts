import { vi } from "vitest";

/** The clock of a run: nothing waits in real time, and a run of hours takes milliseconds. */
export type Clock = {
  /** Unix milliseconds. */
  nowMs(): number;
  /** Unix seconds, whole. */
  nowSeconds(): number;
  advance(milliseconds: number): void;
  /** The machine is suspended: the wall clock goes on, the monotonic clock does not. */
  suspend(milliseconds: number): void;
  /** Goes on to the next deadline, as if nothing happened until then. */
  toNextDeadline(): void;
  stop(): void;
};

export function startClock(startMs: number): Clock {
  vi.useFakeTimers({ now: startMs, toFake: ["Date", "performance", "setTimeout", "clearTimeout"] });
  return {
    nowMs: () => Date.now(),
    nowSeconds: () => Math.floor(Date.now() / 1000),
    advance: (milliseconds) => void vi.advanceTimersByTime(milliseconds),
    suspend: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
    toNextDeadline: () => void vi.advanceTimersToNextTimer(),
    stop: () => void vi.useRealTimers(),
  };
}
