// Memory and CPU of a sidecar: the exporter with one busy node, against bare node with an HTTP server of the same version.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, figure, notMeasured, runAlone } from "./support/bench.mjs";
import { createGroup } from "./support/cgroup.mjs";
import { LISTENING, PROGRAM } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { AS_PROMETHEUS, drain } from "./support/http.mjs";
import { cpuSecondsOf, memoryOf, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, mebibytes, milliseconds, times } from "./support/stats.mjs";

const PEERS = 100;
const SECONDS = Number(process.env.SECONDS ?? 120);
const MOST_RESIDENT = 1.4;
const MOST_PEAK = 1.5;
/** As many as the exporter serves as a sidecar (src/app/memory-flags.ts): each is polled at most once a second. */
const PROBED = 5;
/** A probe polls a node whose last poll is older than a tenth of it. */
const PROBED_INTERVAL_SECONDS = 10;
const PROBE_PAUSE_MS = 250;
const WARM_UP_PROBES = 60;
const PROBES = 80;
/** What an exporter in Go takes for a poll and a page of the same node. */
const MOST_CPU_MS = 5;
/** The Node.js of both; `EXECUTABLE` names the program as one executable, which is measured in its place. */
const NODE = process.env.NODE_BINARY ?? process.execPath;
const COMMAND = process.env.EXECUTABLE === undefined ? [NODE, PROGRAM] : [process.env.EXECUTABLE];
const BARE = `require("node:http").createServer((q, a) => a.end()).listen(0, "127.0.0.1", function () { console.error('"listen":["http://127.0.0.1:' + this.address().port + '"'); })`;

const title = "Sidecar";
const method = `One Monero node with ${PEERS} peers, polled every second and scraped with gzip every second for ${SECONDS} seconds.
Resident memory and its peak are the kernel's account (VmRSS and VmHWM), the resident one as the mean of the last quarter.
Bare Node.js of the same version has an HTTP server, and is asked as often. The peak of the control group is what a container's
limit counts; it has only those pages of files that were not read before. The last row is measured as exporters are that poll when
they are scraped: /probe is asked for one of ${PROBED} nodes ${1000 / PROBE_PAUSE_MS} times a second, each time a poll and its page, ${WARM_UP_PROBES} times for the compiler
and ${PROBES} times with the CPU time of all threads, divided by the number of polls that the nodes saw.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export async function run({ progress }) {
  const measured = await measureOne(progress);
  const probe = await measureProbes(progress);
  return {
    ...measured,
    rows: [...measured.rows, atMost("CPU time of a poll and its page by /probe", probe, MOST_CPU_MS, milliseconds)],
  };
}

function measureOne(progress) {
  return withScope(async (scope) => {
    progress(`sidecar: ${SECONDS} s`);
    const fleet = await startFakeFleet(scope, { count: 1, peers: PEERS });
    const group = createGroup();
    const ours = await startSidecar(scope, { nodes: fleet.nodes, interval: "1s", within: group.within });
    const { child: bare, found: bareFound } = await startChild(scope, NODE, ["-e", BARE], { until: LISTENING });
    const readings = [];
    let cpuBefore = 0;
    for (let second = 0; second < SECONDS; second += 1) {
      await sleep(1000);
      await drain(`${ours.url}/metrics`, AS_PROMETHEUS);
      await drain(`${bareFound[1]}/metrics`, AS_PROMETHEUS);
      if (second < (SECONDS * 3) / 4) cpuBefore = cpuSecondsOf(ours.pid);
      else readings.push({ ours: memoryOf(ours.pid).rss, bare: memoryOf(bare.pid).rss });
    }
    const cpu = ((cpuSecondsOf(ours.pid) - cpuBefore) / readings.length) * 1000;
    const mean = (pick) => readings.reduce((sum, reading) => sum + pick(reading), 0) / readings.length;
    const resident = { ours: mean((reading) => reading.ours), bare: mean((reading) => reading.bare) };
    const peak = { ours: memoryOf(ours.pid).peak, bare: memoryOf(bare.pid).peak };
    const compared = (what, { ours, bare }, most) =>
      atMost(what, ours / bare, most, times, `${mebibytes(ours)} : ${mebibytes(bare)}`);
    return {
      title,
      method,
      rows: [
        compared("resident memory, against bare node", resident, MOST_RESIDENT),
        compared("peak of it, against bare node", peak, MOST_PEAK),
        groupPeak(group.peak()),
        figure("CPU time of a poll and a scrape", `${digits(cpu)} ms`),
      ],
      headline: `resident ${times(resident.ours / resident.bare)}, peak ${times(peak.ours / peak.bare)} bare node`,
    };
  });
}

/** @returns milliseconds of CPU for a poll and its page, when they come one after the other */
function measureProbes(progress) {
  return withScope(async (scope) => {
    progress(`sidecar: ${WARM_UP_PROBES + PROBES} polls with their pages`);
    const fleet = await startFakeFleet(scope, { count: PROBED, peers: PEERS });
    const { pid, url } = await startSidecar(scope, { nodes: fleet.nodes, interval: `${PROBED_INTERVAL_SECONDS}s` });
    let next = 0;
    const probe = async (count) => {
      for (const last = next + count; next < last; next += 1) {
        await drain(`${url}/probe?node=node-${next % PROBED}`, AS_PROMETHEUS);
        await sleep(PROBE_PAUSE_MS);
      }
    };
    await probe(WARM_UP_PROBES);
    await fleet.reset();
    const before = cpuSecondsOf(pid);
    await probe(PROBES);
    const used = cpuSecondsOf(pid) - before;
    const { polls } = await fleet.seen();
    return (used / polls) * 1000;
  });
}

async function startSidecar(scope, { nodes, interval, within = (command) => command }) {
  const file = join(await scope.folder(), "config.yaml");
  await writeFile(file, JSON.stringify({ global: { interval, timeout: "900ms" }, nodes }));
  const [program = "", ...args] = within(COMMAND);
  const serve = [...args, `--config.file=${file}`, "--web.listen-address=127.0.0.1:0"];
  const { child, found } = await startChild(scope, program, serve, { until: LISTENING });
  return { pid: child.pid, url: found[1] };
}

function groupPeak(peak) {
  const what = "peak of the control group, pages of files included";
  return peak === undefined
    ? notMeasured(what, "this user may not make a control group here")
    : figure(what, mebibytes(peak));
}

await runAlone(import.meta.url, run);
