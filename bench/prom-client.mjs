// The exporter against the same series held in prom-client, in CPU time.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, runAlone } from "./support/bench.mjs";
import { bundle } from "./support/bundle.mjs";
import { drain, get } from "./support/http.mjs";
import { countSeries } from "./support/page.mjs";
import { cpuSecondsOf, createAsker, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, milliseconds, times, whole } from "./support/stats.mjs";

const NODES = 100;
/** About 1,000 series for each node. */
const PEERS = 115;
const ROUNDS = 20;
const WARM_UP_ROUNDS = 10;
const LEAST = 20;

const SERVER = fileURLToPath(new URL("support/prom-client-server.mjs", import.meta.url));

const STAND_INS = {
  "rpc/client.ts": "answering-client.mjs",
  "poll/session.ts": "decoded-session.mjs",
  "poll/scheduler.ts": "captured-schedule.mjs",
};

const title = "prom-client";
const method = `Two processes with the same ${NODES} nodes and 100,000 series. In each round the exporter polls all nodes, by
sessions that hand out reports which are decoded already, and is then scraped once over HTTP, uncompressed: counted are
history, lag, rendering, the page and the answer, and everything else that the process does meanwhile, garbage collection
included. The other process sets the same series in prom-client at each scrape, with its label objects prepared, renders
with metrics() and answers; polls of its own, and their decoding, would come on top. CPU time is the scheduler's account of
all threads of each process; the mean of ${ROUNDS} rounds without a pause after ${WARM_UP_ROUNDS} for the compiler.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress("prom-client: the exporter");
    const program = await bundle(scope, { entry: "rounds-entry.mjs", replace: STAND_INS });
    const exporter = await startServer(scope, [program, String(NODES)], { BENCH_PEERS: String(PEERS) });
    const ask = createAsker(exporter.child);
    const ours = await cpuOfRound(exporter, () => ask("round"));
    progress("prom-client: prom-client");
    const page = (await get(exporter.page)).body;
    const file = join(await scope.folder(), "page");
    await writeFile(file, page);
    const theirs = await cpuOfRound(await startServer(scope, [SERVER, file]), async () => {});
    const ratio = theirs / ours;
    const detail = `${milliseconds(ours * 1000)} : ${milliseconds(theirs * 1000)}`;
    const what = `times less CPU for a round of polls and a scrape, ${whole(countSeries(page))} series`;
    return {
      title,
      method,
      rows: [atLeast(what, ratio, LEAST, times, detail)],
      headline: `${digits(ratio)} x less CPU than prom-client`,
    };
  });
}

async function startServer(scope, args, env = {}) {
  const until = /listens on (\S+)\n/;
  const { child, found } = await startChild(scope, process.execPath, args, { until, env, ipc: true });
  return { child, page: found[1] };
}

/** CPU seconds of the process for one round of polls and one scrape. */
async function cpuOfRound({ child, page }, poll) {
  let before = 0;
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    if (round === 0) before = cpuSecondsOf(child.pid);
    await poll();
    await drain(page);
  }
  return (cpuSecondsOf(child.pid) - before) / ROUNDS;
}

await runAlone(import.meta.url, run);
