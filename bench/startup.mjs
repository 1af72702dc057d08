// Time from start to listening and memory, against bare node with an HTTP server in the same run.
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { LISTENING, PROGRAM } from "./support/exporter.mjs";
import { memoryOf, startChild } from "./support/process.mjs";
import { stop, withScope } from "./support/scope.mjs";
import { mebibytes, median, milliseconds, times } from "./support/stats.mjs";

const STARTS = 15;
/** Of the starts, so many stay for a second until their memory is read. */
const IDLE_RUNS = 3;
const DEMO_SECONDS = 5;
const EXECUTABLE = process.env.EXECUTABLE;
/** The executable has nothing to look for on the disk. */
const SLOWEST_START = EXECUTABLE === undefined ? 2.0 : 1.7;
const MAX_MEMORY = 1.5;

/** Node.js of both; `EXECUTABLE` names the program as one executable, which is measured in its place. */
const NODE = process.env.NODE_BINARY ?? process.execPath;
const COMMAND = EXECUTABLE === undefined ? [NODE, PROGRAM] : [EXECUTABLE];

const BARE = `require("node:http").createServer((q, a) => a.end()).listen(0, "127.0.0.1", () => console.error('"listen":["here"'))`;
const SERVE = [...COMMAND, "--node", "n=monero+http://127.0.0.1:9", "--web.listen-address=127.0.0.1:0"];
const DEMO = [...COMMAND, "demo", "--web.listen-address=127.0.0.1:0", "--log.format=json"];

const title = "Start";
const method = `Milliseconds from spawn to the log line with the listen address, the median of ${STARTS} starts: the exporter with one
node that does not answer, and bare Node.js of the same version with an HTTP server, in turn. Resident memory is read a
second later, the median of ${IDLE_RUNS}. The demo runs its simulated nodes in the same process; its memory is read after ${DEMO_SECONDS} seconds.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`startup: ${STARTS} starts of each`);
    const bare = { starts: [], rss: [] };
    const exporter = { starts: [], rss: [] };
    for (let start = 0; start < STARTS; start += 1) {
      const idles = start < IDLE_RUNS;
      await startOnce(scope, [NODE, "-e", BARE], bare, idles);
      await startOnce(scope, SERVE, exporter, idles);
    }
    progress(`startup: the demo for ${DEMO_SECONDS} s`);
    const { child } = await startCommand(scope, DEMO);
    await sleep(DEMO_SECONDS * 1000);
    const demo = memoryOf(child.pid).rss;
    return result(bare, exporter, demo);
  });
}

function result(bare, exporter, demo) {
  const start = { ours: median(exporter.starts), bare: median(bare.starts) };
  const rss = { ours: median(exporter.rss), bare: median(bare.rss) };
  const startRatio = start.ours / start.bare;
  const rssRatio = rss.ours / rss.bare;
  const starts = `${milliseconds(start.ours)} : ${milliseconds(start.bare)}`;
  const memories = `${mebibytes(rss.ours)} : ${mebibytes(rss.bare)}`;
  return {
    title,
    method,
    rows: [
      atMost("start to listening, against bare node", startRatio, SLOWEST_START, times, starts),
      atMost("resident memory when idle, against bare node", rssRatio, MAX_MEMORY, times, memories),
      figure(`resident memory of the demo after ${DEMO_SECONDS} s`, mebibytes(demo)),
    ],
    headline: `start ${times(startRatio)} and memory ${times(rssRatio)} bare node`,
  };
}

function startCommand(scope, [program, ...args]) {
  return startChild(scope, program, args, { until: LISTENING });
}

async function startOnce(scope, command, into, idles) {
  const { child, milliseconds: taken } = await startCommand(scope, command);
  into.starts.push(taken);
  if (idles) {
    await sleep(1000);
    into.rss.push(memoryOf(child.pid).rss);
  }
  await stop(child);
}

await runAlone(import.meta.url, run);
