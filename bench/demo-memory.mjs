// Whether the resident memory of the demo stays flat under a scrape a second: `npm run bench:demo-memory -- [--minutes=20]`.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { LISTENING, PROGRAM } from "./support/exporter.mjs";
import { AS_PROMETHEUS, drain } from "./support/http.mjs";
import { memoryOf, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, mebibytes, slope, whole } from "./support/stats.mjs";

const { values: flags } = parseArgs({ options: { minutes: { type: "string", default: "20" } } });
const SECONDS = Number(flags.minutes) * 60;
/** The first part of the run: code is compiled, and the heap finds its size. */
const WARM_UP = 0.5;
const MAX_GROWTH = 0.3;

const title = "The demo's memory";
const method = `The demo runs for ${whole(SECONDS)} seconds and is scraped every second, as by Prometheus. The growth is that of the
straight line through its resident memory (least squares), read with each scrape, after the first ${WARM_UP * 100} % of the run. The old
generation of the heap fills and is emptied by some MiB every few minutes.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`the demo, for ${whole(SECONDS)} s`);
    const args = [PROGRAM, "demo", "--web.listen-address=127.0.0.1:0", "--log.format=json"];
    const { child, found } = await startChild(scope, process.execPath, args, { until: LISTENING });
    const samples = [];
    const end = performance.now() + SECONDS * 1000;
    while (performance.now() < end) {
      await drain(`${found[1]}/metrics`, AS_PROMETHEUS);
      samples.push(memoryOf(child.pid).rss);
      await sleep(1000);
    }
    const settled = samples.slice(Math.floor(samples.length * WARM_UP));
    const perMinute = slope(settled) * (settled.length / (SECONDS * (1 - WARM_UP))) * 60;
    const mib = (value) => `${digits(value)} MiB`;
    return {
      title,
      method,
      rows: [
        atMost("growth of the resident memory in a minute, in the last half", perMinute, MAX_GROWTH, mib),
        figure("resident memory at the half and at the end", [settled[0], settled.at(-1)].map(mebibytes).join(", ")),
        figure("its peak", mebibytes(memoryOf(child.pid).peak)),
      ],
      headline: `${mib(perMinute)} a minute`,
    };
  });
}

await runAlone(import.meta.url, run);
