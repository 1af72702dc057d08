// How long anything else has to wait while a large fleet is polled and scraped.
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter, untilSteady } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { AS_PROMETHEUS, drain, get } from "./support/http.mjs";
import { countSeries } from "./support/page.mjs";
import { withScope } from "./support/scope.mjs";
import { median, milliseconds, whole } from "./support/stats.mjs";

const NODES = 1000;
/** About 100 series for each node. */
const PEERS = 2;
const INTERVAL_SECONDS = 15;
const SCRAPES = 30;
const LONGEST_BLOCK_MS = 20;
const P99_MS = 10;

const title = "Event loop";
const method = `${whole(NODES)} simulated nodes with about 100 series each are polled every ${INTERVAL_SECONDS} seconds,
and the page is scraped once a second for ${SCRAPES} seconds with Prometheus' own headers (OpenMetrics, gzip). Inside of
the exporter, Node's monitorEventLoopDelay measures how late a timer of one millisecond is; its period is taken off. What
the exporter waits for a core of the shared machine counts in. The percentile is over the ticks of that timer.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`event-loop: ${whole(NODES)} nodes begin to be polled`);
    const fleet = await startFakeFleet(scope, { count: NODES, peers: PEERS });
    const config = { global: { interval: `${INTERVAL_SECONDS}s` }, nodes: fleet.nodes };
    const exporter = await startExporter(scope, { config });
    const series = countSeries((await get(exporter.page)).body);
    await untilSteady(exporter, INTERVAL_SECONDS);
    progress(`event-loop: ${SCRAPES} scrapes of ${whole(series)} series`);
    await fleet.reset();
    await exporter.watch();
    const durations = await scrapeEverySecond(exporter.page);
    const { max, p99, p50 } = await exporter.delays();
    const { polls } = await fleet.seen();
    return {
      title,
      method,
      rows: [
        atMost(`longest block, ${whole(series)} series`, max, LONGEST_BLOCK_MS, milliseconds),
        atMost("99th percentile", p99, P99_MS, milliseconds),
        figure("median", milliseconds(p50)),
        figure("a scrape, median of its duration", milliseconds(median(durations))),
        figure("polls meanwhile", whole(polls)),
      ],
      headline: `${milliseconds(max)} longest block, ${milliseconds(p99)} p99`,
    };
  });
}

/** @returns the durations in milliseconds */
async function scrapeEverySecond(page) {
  const durations = [];
  const began = performance.now();
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const started = performance.now();
    await drain(page, AS_PROMETHEUS);
    durations.push(performance.now() - started);
    await sleep(Math.max(0, began + (scrape + 1) * 1000 - performance.now()));
  }
  return durations;
}

await runAlone(import.meta.url, run);
