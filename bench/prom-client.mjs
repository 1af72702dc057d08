// The exporter against the same series held in prom-client, in CPU time.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, figure, runAlone } from "./support/bench.mjs";
import { bundle } from "./support/bundle.mjs";
import { drain, get } from "./support/http.mjs";
import { countSeries } from "./support/page.mjs";
import { cpuSecondsOf, createAsker, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, milliseconds, times, whole } from "./support/stats.mjs";

const NODES = 100;
/** About 1,000 series for each node. */
const PEERS = 115;
const ROUNDS = 8;
const WARM_UP_ROUNDS = 8;
/** Scrapes of an interval when one comes each second. */
const SECONDS = 15;
/** Whole collections of garbage come once in an interval or two, so ours are more. */
const INTERVALS = { exporter: 12, promClient: 1 };
const LEAST = 20;

const PROM_CLIENT = fileURLToPath(new URL("support/prom-client-server.mjs", import.meta.url));
const BARE = fileURLToPath(new URL("support/buffer-server.mjs", import.meta.url));

const STAND_INS = {
  "rpc/client.ts": "answering-client.mjs",
  "poll/run-poll.ts": "decoded-session.mjs",
  "poll/scheduler.ts": "captured-schedule.mjs",
};

const title = "prom-client";
const method = `Two processes with the same ${NODES} nodes and 100,000 series. The exporter polls with sessions that return decoded
reports, and is scraped over HTTP, uncompressed: its time includes history, lag, rendering, the page, the response, and
everything else that the process does, such as garbage collection. The other process sets the same series in prom-client,
with prepared label objects, and renders with metrics() when it is scraped; its own polls, with decoding, history and lag,
would add to that. It never removes a series, as an exporter must when a peer leaves; the cost with reset(), prom-client's
way to do this, is shown separately. CPU time is the scheduler's account of all threads of each process, without a pause,
after ${WARM_UP_ROUNDS} rounds for the compiler.

The ratio depends on the rate of scrapes, because the exporter works mostly during polls and prom-client during scrapes.
The first figure is for the load of the event loop bench: every node is polled once in ${SECONDS} seconds, a
${SECONDS}th of them each second, and each second there is a scrape (the mean of ${INTERVALS.exporter} such intervals; of one
for prom-client, whose scrapes dominate). The second figure is for the other extreme, one scrape per round of polls, as with
one Prometheus with the nodes' own interval (the mean of ${ROUNDS} rounds); a further scrape of the same round is that of a
second Prometheus. The time to only send the page, with bare Node from one Buffer, limits every such ratio.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress("prom-client: the exporter");
    const program = await bundle(scope, { entry: "rounds-entry.mjs", replace: STAND_INS });
    const exporter = await startServer(scope, [program, String(NODES)], { BENCH_PEERS: String(PEERS) });
    const ours = { ...(await cpuOfRound(exporter)), interval: await cpuOfInterval(exporter, INTERVALS.exporter) };
    const page = (await get(exporter.page)).body;
    const file = join(await scope.folder(), "page");
    await writeFile(file, page);
    progress("prom-client: prom-client");
    const promClient = await startServer(scope, [PROM_CLIENT, file]);
    const theirs = {
      ...(await cpuOfRound(promClient)),
      interval: await cpuOfInterval(promClient, INTERVALS.promClient),
    };
    progress("prom-client: prom-client with reset()");
    const resetting = await cpuOfRound(await startServer(scope, [PROM_CLIENT, file, "reset"]), { rounds: ROUNDS / 2 });
    progress("prom-client: bare node");
    const bare = await cpuOfRound(await startServer(scope, [BARE, file]), { hasRounds: false });
    const ratio = theirs.interval / ours.interval;
    const compared = (what, a, b) => figure(what, withBoth(a / b, b, a));
    return {
      title,
      method,
      rows: [
        atLeast(
          `times less CPU for polls in ${SECONDS} s and a scrape each second, ${whole(countSeries(page))} series`,
          ratio,
          LEAST,
          times,
          both(ours.interval, theirs.interval),
        ),
        compared("a round of polls and one scrape", theirs.round + theirs.scrape, ours.round + ours.scrape),
        compared("the round alone", theirs.round, ours.round),
        compared("the first scrape alone", theirs.scrape, ours.scrape),
        compared("a further scrape of the same round", theirs.further, ours.further),
        compared(
          "round and scrape, prom-client with reset()",
          resetting.round + resetting.scrape,
          ours.round + ours.scrape,
        ),
        compared(
          "only sending the page, against prom-client's round and scrape",
          theirs.round + theirs.scrape,
          bare.further,
        ),
      ],
      headline: `${digits(ratio)} x less CPU than prom-client`,
    };
  });
}

function both(ours, theirs) {
  return `${milliseconds(ours * 1000)} : ${milliseconds(theirs * 1000)}`;
}

function withBoth(ratio, ours, theirs) {
  return `${times(ratio)} (${both(ours, theirs)})`;
}

async function startServer(scope, args, env = {}) {
  const until = /listens on (\S+)\n/;
  const { child, found } = await startChild(scope, process.execPath, args, { until, env, ipc: true });
  return { child, page: found[1], ask: createAsker(child) };
}

/** CPU seconds of the process for an interval in which every node is polled once and a scrape comes each second. */
async function cpuOfInterval({ child, page, ask }, intervals) {
  const before = cpuSecondsOf(child.pid);
  for (let second = 0; second < intervals * SECONDS; second += 1) {
    await ask("poll", { share: 1 / SECONDS });
    await drain(page);
  }
  return (cpuSecondsOf(child.pid) - before) / intervals;
}

/** CPU seconds of the process for a round, the scrape behind it and one more; `hasRounds`: it knows of rounds at all. */
async function cpuOfRound({ child, page, ask }, { rounds = ROUNDS, hasRounds = true } = {}) {
  const steps = {
    round: () => (hasRounds ? ask("poll", { share: 1 }) : undefined),
    scrape: () => drain(page),
    further: () => drain(page),
  };
  const used = { round: 0, scrape: 0, further: 0 };
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const [name, step] of Object.entries(steps)) {
      const before = cpuSecondsOf(child.pid);
      await step();
      if (round >= 0) used[name] += (cpuSecondsOf(child.pid) - before) / rounds;
    }
  }
  return used;
}

await runAlone(import.meta.url, run);
