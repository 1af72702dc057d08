import cron from "node-cron";

/** The moments of a cron expression, in the zone of the machine. Unix milliseconds. */
export type CronTurns = {
  /** The next two from now on; infinite where there is none. */
  next(): readonly [first: number, second: number];
  /** Whether there is one after `fromMs` and up to `toMs`, which may be a minute apart, no more. */
  hasWithin(fromMs: number, toMs: number): boolean;
};

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** What `hasWithin` looks at most far back for. */
const LONGEST_LOOK_MS = 60_000;

/** @param expression one that node-cron takes */
export function createCronTurns(expression: string): CronTurns {
  const { second, minute, hour } = cron.parse(expression);
  const times = { seconds: new Set(second), minutes: new Set(minute), hours: new Set(hour) };
  /** An expression that names one moment of some hours means it once a day; any other means a pace. */
  const isPace = times.hours.size === 24 || times.minutes.size * times.seconds.size > 1;

  function withTask<T>(use: (task: ReturnType<typeof cron.createTask>) => T): T {
    const task = cron.createTask(expression, () => {});
    try {
      return use(task);
    } finally {
      void task.destroy();
    }
  }

  /** The first moment after `fromMs` and not after `toMs`, second by second. */
  function walk(fromMs: number, toMs: number): number | undefined {
    const begin = Math.floor(fromMs / SECOND_MS) * SECOND_MS + SECOND_MS;
    return withTask((task) => {
      for (let ms = begin; ms <= toMs; ms += SECOND_MS) {
        const date = new Date(ms);
        const isTime =
          times.seconds.has(date.getSeconds()) &&
          times.minutes.has(date.getMinutes()) &&
          times.hours.has(date.getHours());
        if (isTime && task.match(date)) return ms;
      }
      return undefined;
    });
  }

  /**
   * Where clocks go back at the end of summer time, an hour comes twice, and node-cron (4.6.0) knows only its second coming: a
   * schedule of every five seconds would pause for an hour.
   * @param askedMs when node-cron was asked, which gave `knownMs`
   */
  function between(fromMs: number, knownMs: number, askedMs: number): number {
    const hasClockChange = offsetAt(askedMs) < offsetAt(knownMs);
    if (!isPace || !hasClockChange || knownMs - fromMs > DAY_MS) return knownMs;
    return walk(fromMs, knownMs) ?? knownMs;
  }

  return {
    next() {
      const now = Date.now();
      const [one, two] = withTask((task) => task.getNextRuns(2).map((date) => date.getTime()));
      if (one === undefined) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      const first = between(now, one, now);
      const after = first < one ? one : two;
      return [first, after === undefined ? Number.POSITIVE_INFINITY : between(first, after, now)];
    },
    hasWithin: (fromMs, toMs) => walk(Math.max(fromMs, toMs - LONGEST_LOOK_MS), toMs) !== undefined,
  };
}

/** Minutes that UTC is ahead of the local clock: more in winter. */
function offsetAt(ms: number): number {
  return new Date(ms).getTimezoneOffset();
}
