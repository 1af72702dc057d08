import { expect, test } from "vitest";
import { caughtUpAt, realAt, shownAt } from "../../../tools/pictures/fast-time.mjs";

const MINUTE = 60_000;
const clock = { begin: 1000 * MINUTE, past: 60 * MINUTE, speed: 16 };

test("the clock is slow, then fast, and right once it has caught up", () => {
  expect(shownAt(clock, clock.begin - MINUTE)).toBe(clock.begin - clock.past - MINUTE);
  expect(shownAt(clock, clock.begin)).toBe(clock.begin - clock.past);
  expect(shownAt(clock, clock.begin + MINUTE)).toBe(clock.begin - 44 * MINUTE);
  expect(caughtUpAt(clock)).toBe(clock.begin + 4 * MINUTE);
  expect(shownAt(clock, caughtUpAt(clock))).toBe(caughtUpAt(clock));
  expect(shownAt(clock, clock.begin + 10 * MINUTE)).toBe(clock.begin + 10 * MINUTE);
});

test("each time that it shows is that of one real time", () => {
  for (const minutes of [-10, 0, 1, 3.5, 4, 5, 100]) {
    const real = clock.begin + minutes * MINUTE;
    expect(realAt(clock, shownAt(clock, real))).toBeCloseTo(real);
  }
});
