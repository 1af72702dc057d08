// A hostile node among healthy ones, with the heap of a small container: `npm run bench:hostile -- [OPTIONS]`.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hostileEntries, watchHealth } from "../test/support/hostile-watch.mjs";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { get } from "./support/http.mjs";
import { memoryOf, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, mebibytes, milliseconds, percentile, times, whole } from "./support/stats.mjs";

const { values: flags } = parseArgs({
  options: {
    nodes: { type: "string", default: "10" },
    peers: { type: "string", default: "10" },
    seconds: { type: "string", default: "60" },
    /** This answer alone, by its name. */
    only: { type: "string" },
  },
});
const [nodes, peers, seconds] = [flags.nodes, flags.peers, flags.seconds].map(Number);

const HOSTILE = fileURLToPath(new URL("../test/support/hostile-node.mjs", import.meta.url));
const HEAP_MB = 128;
const INTERVAL_SECONDS = 2;
/** Addresses of the one node under which it is polled, each every second. */
const ADDRESSES = 3;
const HEALTH_EVERY_MS = 50;
const MAX_HEALTH_MS = 250;
const MAX_BLOCK_MS = 50;

const title = "A hostile node";
const method = `${nodes} simulated Monero nodes with ${peers} peers each are polled every ${INTERVAL_SECONDS} seconds by an exporter with a heap of
${HEAP_MB} MB, and /-/healthy is requested every ${HEALTH_EVERY_MS} ms, for ${seconds} seconds: first alone, then by another process with one
more, hostile node, which is polled ${ADDRESSES} times a second and sends each of its bad responses in turn (test/support/hostile-node.mjs).
The block is the longest one of the event loop, without the time in which the thread waited for a core. The lateness of a poll is the
time since the previous one, minus the interval.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`hostile: ${seconds} s without a hostile node`);
    const alone = await measure(scope, []);
    progress(`hostile: ${seconds} s with a hostile node`);
    const { child, found } = await startChild(scope, process.execPath, [HOSTILE], { until: /listening on (\S+)/ });
    const url = found[1];
    if (flags.only !== undefined) await get(`${url}/-/only/${encodeURIComponent(flags.only)}`);
    const beside = await measure(scope, hostileEntries(url, ADDRESSES));
    const served = Object.values(JSON.parse((await get(`${url}/-/served`)).body));
    child.kill();
    const ratio = (pick) => times(pick(beside) / pick(alone));
    return {
      title,
      method,
      rows: [
        atMost(
          "/-/healthy, 99th percentile",
          beside.p99,
          MAX_HEALTH_MS,
          milliseconds,
          ratio(({ p99 }) => p99),
        ),
        figure("without a hostile node", milliseconds(alone.p99)),
        atMost("/-/healthy not answered", beside.failures, 0, whole, `of ${whole(beside.asked)}`),
        atMost(
          "longest block",
          beside.delays.own,
          MAX_BLOCK_MS,
          milliseconds,
          ratio(({ delays }) => delays.own),
        ),
        figure("event loop delay, 99th percentile", milliseconds(beside.delays.p99)),
        atMost("a good node's poll, late at most", beside.late, INTERVAL_SECONDS * 1000, milliseconds),
        figure("without a hostile node", milliseconds(alone.late)),
        figure("resident memory, at most", `${mebibytes(beside.peak)} (${ratio(({ peak }) => peak)})`),
        figure("CPU time, in cores", `${digits(beside.cores)}, without a hostile node ${digits(alone.cores)}`),
        figure("hostile answers", `${whole(served.reduce((sum, count) => sum + count, 0))} of ${served.length} kinds`),
        atMost("exit code after SIGTERM", beside.exitCode, 0, whole),
      ],
      headline: `${milliseconds(beside.p99)} p99 of /-/healthy, ${milliseconds(beside.delays.own)} longest block, ${mebibytes(beside.peak)}`,
    };
  });
}

/** One exporter with good nodes of its own and these others, watched for a while. */
async function measure(scope, others) {
  const fleet = await startFakeFleet(scope, { count: nodes, peers });
  const interval = `${INTERVAL_SECONDS}s`;
  const config = { global: { interval, timeout: interval }, nodes: [...fleet.nodes, ...others] };
  const exporter = await startExporter(scope, { config, flags: [`--max-old-space-size=${HEAP_MB}`] });
  await sleep(INTERVAL_SECONDS * 1000);
  await fleet.reset();
  await exporter.watch();
  const before = await exporter.cpu();
  const health = await askHealth(exporter.url);
  const cores = ((await exporter.cpu()) - before) / seconds;
  const delays = await exporter.delays();
  const { spacings } = await fleet.seen();
  const { peak } = memoryOf(exporter.pid);
  const ended = new Promise((resolve) => exporter.child.once("exit", (code) => resolve(code ?? 1)));
  exporter.child.kill("SIGTERM");
  const exitCode = await ended;
  return { ...health, cores, delays, peak, exitCode, late: Math.max(0, ...spacings) - INTERVAL_SECONDS * 1000 };
}

async function askHealth(url) {
  const deadline = performance.now() + seconds * 1000;
  const { latencies, unhealthy } = await watchHealth(url, {
    everyMs: HEALTH_EVERY_MS,
    isOver: () => performance.now() >= deadline,
  });
  return { p99: percentile(latencies, 0.99), failures: unhealthy.length, asked: latencies.length };
}

await runAlone(import.meta.url, run);
