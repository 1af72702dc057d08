/**
 * A clock that begins in the past and runs faster than the real time until it has caught up with it. All in milliseconds:
 * `begin` is the real time at which it begins, `past` how much earlier it begins, `speed` how many times faster it runs.
 */

/** The real time from which on the clock is right. */
export function caughtUpAt({ begin, past, speed }) {
  return begin + past / (speed - 1);
}

/** What the clock shows at a real time. */
export function shownAt(clock, realTime) {
  const { begin, past, speed } = clock;
  return realTime >= caughtUpAt(clock) ? realTime : begin - past + (realTime - begin) * speed;
}

/** The real time at which the clock shows that time. */
export function realAt(clock, shownTime) {
  const { begin, past, speed } = clock;
  return shownTime >= caughtUpAt(clock) ? shownTime : begin + (shownTime - begin + past) / speed;
}
