// Whether the heap stays flat over many polls with peers that come and go.
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { AS_PROMETHEUS, drain } from "./support/http.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, slope, whole } from "./support/stats.mjs";

const NODES = 500;
const PEERS = 12;
/** Of the peers, with each poll. */
const CHURN = 0.1;
const POLLS = 20_000;
const SAMPLE_EVERY_MS = 2000;
/** The first part of the run: code is compiled, buffers find their size, and each node's last 20 polls are gathered. */
const WARM_UP = 0.5;
const MAX_GROWTH_MIB = 1;
/** A run that does not come so far in this time has failed. */
const LONGEST_MS = 120_000;

const title = "Soak";
const method = `${NODES} simulated nodes with ${PEERS} peers each are polled every second, the shortest interval, until
${whole(POLLS)} polls are done; every poll replaces ${CHURN * 100} % of the peers. The page is scraped every
${SAMPLE_EVERY_MS / 1000} seconds, and the heap is measured as often, after a full garbage collection. The growth is
that of the straight line through the samples (least squares) after the first ${WARM_UP * 100} % of the run, when every node
has the 20 polls that its page shows.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`soak: ${whole(POLLS)} polls`);
    const fleet = await startFakeFleet(scope, { count: NODES, peers: PEERS, churn: CHURN });
    const config = { global: { interval: "1s", timeout: "1s" }, nodes: fleet.nodes };
    const exporter = await startExporter(scope, { config, flags: ["--expose-gc"] });
    const { samples, polls, seconds } = await sampleMemory(exporter, fleet);
    const settled = samples.slice(Math.floor(samples.length * WARM_UP));
    const growthOf = (pick) => slope(settled.map(pick)) * (settled.length - 1);
    const heap = growthOf(({ heapUsed }) => heapUsed / 2 ** 20);
    const buffers = growthOf(({ arrayBuffers }) => arrayBuffers / 2 ** 20);
    const mib = (value) => `${digits(value)} MiB`;
    const last = samples[samples.length - 1];
    return {
      title,
      method,
      rows: [
        atMost(
          `growth of the heap over ${whole(polls)} polls`,
          heap,
          MAX_GROWTH_MIB,
          mib,
          `of ${mib(last.heapUsed / 2 ** 20)}`,
        ),
        atMost(
          "growth of the buffers outside of it",
          buffers,
          MAX_GROWTH_MIB,
          mib,
          `of ${mib(last.arrayBuffers / 2 ** 20)}`,
        ),
        figure("polls a second", whole(polls / seconds)),
      ],
      headline: `${mib(heap)} growth of the heap between ${WARM_UP * 100} % and 100 % of ${whole(polls)} polls`,
    };
  });
}

async function sampleMemory(exporter, fleet) {
  const samples = [];
  const began = performance.now();
  for (;;) {
    const due = began + (samples.length + 1) * SAMPLE_EVERY_MS;
    await drain(exporter.page, AS_PROMETHEUS);
    await sleep(Math.max(0, due - performance.now()));
    samples.push(await exporter.memory());
    const { polls } = await fleet.seen();
    const milliseconds = performance.now() - began;
    if (polls >= POLLS) return { samples, polls, seconds: milliseconds / 1000 };
    if (milliseconds > LONGEST_MS) throw new Error(`only ${polls} polls in ${LONGEST_MS / 1000} s`);
  }
}

await runAlone(import.meta.url, run);
