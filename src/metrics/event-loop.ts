import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** How late the event loop is, over the last minute or two. */
type EventLoopDelay = {
  /** The name and the value of each gauge, in seconds; none before the first measurement. */
  gauges(): readonly DelayGauge[];
};

type DelayGauge = { readonly name: string; readonly help: string; readonly seconds: number };

type Delays = Pick<IntervalHistogram, "count" | "min" | "max" | "mean" | "stddev" | "percentile" | "reset">;

/** A timer of so many milliseconds is measured: a delay of 0.01 s means that it was on time. */
const RESOLUTION_MS = 10;

/** Each delay is shown for at least this long, and at most twice as long. */
export const DELAY_SHOWN_MS = 60_000;

/** With the names of prom-client, whose own gauges start again whenever anyone reads them: each scraper would get a part. */
const GAUGES: readonly (readonly [suffix: string, help: string, of: (delays: Delays) => number])[] = [
  ["min", "The shortest delay", ({ min }) => min],
  ["max", "The longest delay", ({ max }) => max],
  ["mean", "The mean delay", ({ mean }) => mean],
  ["stddev", "The standard deviation of the delays", ({ stddev }) => stddev],
  ["p50", "The median delay", (delays) => delays.percentile(50)],
  ["p90", "The 90th percentile of the delays", (delays) => delays.percentile(90)],
  ["p99", "The 99th percentile of the delays", (delays) => delays.percentile(99)],
];

/**
 * Measures all the time, so that every scraper gets the same values however many there are. The engine's histograms cannot
 * forget single values, so there are two: the older one is shown, and starts again when it is two periods old.
 * @param monitor starts a measurement
 */
export function createEventLoopDelay(monitor: () => Delays = startMonitor): EventLoopDelay {
  let [shown, next] = [monitor(), monitor()];
  setInterval(() => {
    [shown, next] = [next, shown];
    next.reset();
  }, DELAY_SHOWN_MS).unref();
  return {
    gauges: () =>
      shown.count === 0
        ? []
        : GAUGES.map(([suffix, help, of]) => ({
            name: `nodejs_eventloop_lag_${suffix}_seconds`,
            help: `${help} of the event loop in the last 1 to 2 minutes, the same for every scraper; 0.01 is no delay.`,
            seconds: of(shown) / 1e9,
          })),
  };
}

function startMonitor(): Delays {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return monitor;
}
