// Loaded before a program (--import): its clocks are those of fast-time.mjs, so it has lived through an hour after a few
// minutes, and its times are right from then on. FAST_CLOCK is `BEGIN PAST SPEED`, the same for all programs that meet.
import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";
import { realAt, shownAt } from "./fast-time.mjs";

const [begin, past, speed] = process.env.FAST_CLOCK.split(" ").map(Number);
const clock = { begin, past, speed };

const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(shownAt(clock, realNow()));
    else super(...given);
  }

  static now() {
    return Math.floor(shownAt(clock, realNow()));
  }
};

const { timeOrigin } = performance;
const realElapsed = performance.now.bind(performance);
performance.now = () => shownAt(clock, timeOrigin + realElapsed()) - shownAt(clock, timeOrigin);

/** How long to wait really, so that the program has waited that long by its own clock. */
function shortened(delay) {
  const now = realNow();
  return Math.max(1, realAt(clock, shownAt(clock, now) + Math.max(0, Number(delay) || 0)) - now);
}

const { setTimeout: realTimeout } = globalThis;
globalThis.setTimeout = (callback, delay, ...given) => realTimeout(callback, shortened(delay), ...given);

const { setTimeout: realSleep } = timersPromises;
timersPromises.setTimeout = (delay, ...given) => realSleep(shortened(delay), ...given);
syncBuiltinESMExports();
