// How long anything else has to wait while a large fleet is polled and scraped.
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter, untilSteady } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { AS_PROMETHEUS, drain, get } from "./support/http.mjs";
import { countSeries } from "./support/page.mjs";
import { bindLoad, bindServer } from "./support/pin.mjs";
import { withScope } from "./support/scope.mjs";
import { median, milliseconds, whole } from "./support/stats.mjs";

const NODES = 1000;
/** About 100 series for each node. */
const PEERS = 2;
const INTERVAL_SECONDS = 15;
const WINDOWS = 3;
/** One each second. */
const SCRAPES_IN_WINDOW = 5;
const MAX_BLOCK_MS = 20;
const P99_MS = 10;

const title = "Event loop";
const method = `${whole(NODES)} simulated nodes with about 100 series each are polled every ${INTERVAL_SECONDS} seconds,
and the page is scraped once a second with Prometheus' own headers (OpenMetrics, gzip), for ${WINDOWS} windows of
${SCRAPES_IN_WINDOW} seconds. Inside the exporter, a timer of one millisecond measures its own delay. The time in which
the thread was ready but had no core (/proc/PID/task/PID/schedstat) is subtracted, as nodes and scraper run on the same cores.
The machine sometimes stops, even for an idle process (20 to 50 ms, once or twice a minute on the machine above), and the
exporter cannot distinguish this from a block: so the median of the longest block per window is compared, and all of them are
listed. The percentile, by Node's monitorEventLoopDelay, is the worst of the windows, with all waits. The main thread of the
exporter is bound to one core and the nodes to the other.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`event-loop: ${whole(NODES)} nodes begin to be polled`);
    const fleet = await startFakeFleet(scope, { count: NODES, peers: PEERS });
    const config = { global: { interval: `${INTERVAL_SECONDS}s` }, nodes: fleet.nodes };
    const exporter = await startExporter(scope, { config });
    const series = countSeries((await get(exporter.page)).body);
    bindServer(exporter);
    bindLoad(fleet.child);
    await untilSteady(exporter, INTERVAL_SECONDS);
    progress(`event-loop: ${WINDOWS * SCRAPES_IN_WINDOW} scrapes of ${whole(series)} series`);
    await fleet.reset();
    const windows = [];
    const durations = [];
    for (let window = 0; window < WINDOWS; window += 1) {
      await exporter.watch();
      durations.push(...(await scrapeEverySecond(exporter.page)));
      windows.push(await exporter.delays());
    }
    const { polls } = await fleet.seen();
    const longest = windows.map(({ own }) => own);
    const p99 = Math.max(...windows.map((delays) => delays.p99));
    return {
      title,
      method,
      rows: [
        atMost(`longest block, ${whole(series)} series`, median(longest), MAX_BLOCK_MS, milliseconds),
        figure("in each window", longest.map(milliseconds).join(", ")),
        figure("the longest by the clock", milliseconds(Math.max(...windows.map(({ max }) => max)))),
        atMost("99th percentile", p99, P99_MS, milliseconds),
        figure("median", milliseconds(median(windows.map(({ p50 }) => p50)))),
        figure("a scrape, median of its duration", milliseconds(median(durations))),
        figure("polls during that time", whole(polls)),
      ],
      headline: `${milliseconds(median(longest))} longest block, ${milliseconds(p99)} p99`,
    };
  });
}

/** @returns the durations in milliseconds */
async function scrapeEverySecond(page) {
  const durations = [];
  const began = performance.now();
  for (let scrape = 0; scrape < SCRAPES_IN_WINDOW; scrape += 1) {
    const started = performance.now();
    await drain(page, AS_PROMETHEUS);
    durations.push(performance.now() - started);
    await sleep(Math.max(0, began + (scrape + 1) * 1000 - performance.now()));
  }
  return durations;
}

await runAlone(import.meta.url, run);
