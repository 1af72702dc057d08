import { describe, expect, test } from "vitest";
import { createClock, delayAt, isStalledAt, outageTimes } from "../../src/demo/clock.ts";

describe("clock", () => {
  test("runs faster and never goes back", () => {
    let real = 100;
    const clock = createClock(10, () => real);
    real = 102;
    expect(clock.now()).toBe(120);
    real = 50;
    expect(clock.now()).toBe(120);
  });

  test("refuses an invalid speed", () => {
    expect(() => createClock(0)).toThrow(RangeError);
    expect(() => createClock(Number.NaN)).toThrow(RangeError);
  });
});

describe("cycles", () => {
  const lag = { period: 100, stallFrom: 10, stallFor: 40, catchUpFor: 20 };

  test.each([
    [0, 0],
    [10, 0],
    [30, 20],
    [50, 40],
    [60, 20],
    [70, 0],
    [99, 0],
    [130, 20],
  ])("after %d s the delay is %d s", (elapsed, delay) => {
    expect(delayAt(lag, elapsed)).toBe(delay);
  });

  test.each([
    [-70, false],
    [0, false],
    [10, false],
    [11, true],
    [50, true],
    [51, false],
    [130, true],
  ])("after %d s it is stopped: %s", (elapsed, isStalled) => {
    expect(isStalledAt(lag, elapsed)).toBe(isStalled);
  });

  test("a node never loses blocks", () => {
    for (let elapsed = 0; elapsed < 300; elapsed += 0.5) {
      expect(elapsed + 0.5 - delayAt(lag, elapsed + 0.5)).toBeGreaterThanOrEqual(elapsed - delayAt(lag, elapsed));
    }
  });

  test("outages repeat", () => {
    const cycle = { period: 120, downFrom: 27, downFor: 30 };
    expect(outageTimes(cycle, 0)).toEqual({ downAt: 27, upAt: 57 });
    expect(outageTimes(cycle, 2)).toEqual({ downAt: 267, upAt: 297 });
  });
});
