/** The simulated time of a demo network. All times are Unix seconds, with fractions. */
export type Clock = {
  readonly startedAt: number;
  /** Simulated seconds per real second. */
  readonly speed: number;
  now(): number;
};

/** Real time that runs faster by `speed`. It never goes back, even if the system's clock does. */
export function createClock(speed: number, realNow: () => number = () => Date.now() / 1000): Clock {
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed must be a number above 0, not ${speed}`);
  const startedAt = realNow();
  let latest = startedAt;
  return {
    startedAt,
    speed,
    now() {
      latest = Math.max(latest, startedAt + (realNow() - startedAt) * speed);
      return latest;
    },
  };
}
