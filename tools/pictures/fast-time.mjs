/**
 * A clock that is slow by `past` until the real time is `begin`, and then runs `speed` times as fast as the real time until it has
 * caught up with it. Programs start before it runs fast. All in milliseconds.
 */

/** The real time from which on the clock is right. */
export function caughtUpAt({ begin, past, speed }) {
  return begin + past / (speed - 1);
}

/** What the clock shows at a real time. */
export function shownAt(clock, realTime) {
  const { begin, past, speed } = clock;
  if (realTime <= begin) return realTime - past;
  return realTime >= caughtUpAt(clock) ? realTime : begin - past + (realTime - begin) * speed;
}

/** The real time at which the clock shows that time. */
export function realAt(clock, shownTime) {
  const { begin, past, speed } = clock;
  if (shownTime <= begin - past) return shownTime + past;
  return shownTime >= caughtUpAt(clock) ? shownTime : begin + (shownTime - begin + past) / speed;
}
