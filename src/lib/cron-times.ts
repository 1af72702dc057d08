import { nodeCron as cron } from "node-cron";

/** The times of a cron expression, in the time zone of the machine, in unix milliseconds. */
export type CronTimes = {
  /** The next two times from now on; Infinity if there is no further one. */
  next(): readonly [first: number, second: number];
  /** Whether one is after `fromMs` and not after `toMs`, which are at most a minute apart. */
  hasWithin(fromMs: number, toMs: number): boolean;
};

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** The longest span of `hasWithin`. */
const MAX_LOOK_MS = 60_000;

/** @param expression valid for node-cron */
export function createCronTimes(expression: string): CronTimes {
  const { second, minute, hour } = cron.parse(expression);
  const times = { seconds: new Set(second), minutes: new Set(minute), hours: new Set(hour) };
  /** An expression with one time in certain hours means once a day; any other one means a pace. */
  const isPace = times.hours.size === 24 || times.minutes.size * times.seconds.size > 1;

  function withTask<T>(use: (task: ReturnType<typeof cron.createTask>) => T): T {
    const task = cron.createTask(expression, () => {});
    try {
      return use(task);
    } finally {
      void task.destroy();
    }
  }

  /** The first time after `fromMs` and not after `toMs`, searched second by second. */
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
   * When clocks go back at the end of summer time, an hour occurs twice, and node-cron (4.6.0) reports only the second
   * occurrence: a schedule of every five seconds would pause for an hour.
   * @param askedMs when node-cron was asked and returned `knownMs`
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
    hasWithin: (fromMs, toMs) => walk(Math.max(fromMs, toMs - MAX_LOOK_MS), toMs) !== undefined,
  };
}

/** Minutes that UTC is ahead of the local clock: more in winter. */
function offsetAt(ms: number): number {
  return new Date(ms).getTimezoneOffset();
}
