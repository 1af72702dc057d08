// Scrapes against nginx that serves the same bytes as a static file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, atMost, figure, notMeasured, runAlone } from "./support/bench.mjs";
import { startExporter, untilSteady } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { get } from "./support/http.mjs";
import { startNginx } from "./support/nginx.mjs";
import { countSeries } from "./support/page.mjs";
import { bindServer } from "./support/pin.mjs";
import { startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { sharedCompression } from "./support/shared-compression.mjs";
import { digits, median, times, whole } from "./support/stats.mjs";
import { load, missingTools } from "./support/wrk.mjs";

const GZIP = { "accept-encoding": "gzip" };
const ROUNDS = 3;
const WARM_UP_SECONDS = 1;
/** For the smallest page, whose requests are so cheap that the compiler affects them, differently with each start. */
const SMALL_WARM_UP = { connections: 8, seconds: 2, headers: GZIP };
const POLLED_SECONDS = 15;
/** Of one load. */
const SECONDS = 1;

/**
 * Fleets whose pages have about 100, 10,000 and 100,000 series, the first without series of connections.
 */
const SIZES = [
  { count: 1, peers: 0, series: false, target: 0.85 },
  { count: 100, peers: 2, series: true, target: 1 },
  { count: 100, peers: 115, series: true, target: 1 },
];

const LOADS = [
  { name: "plain", connections: 1, headers: {} },
  { name: "plain", connections: 8, headers: {} },
  { name: "gzip", connections: 1, headers: GZIP },
  { name: "gzip", connections: 8, headers: GZIP },
];

const BARE = fileURLToPath(new URL("support/buffer-server.mjs", import.meta.url));

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export async function run({ progress }) {
  const missing = missingTools();
  if (missing !== undefined) {
    return {
      title,
      method,
      rows: [notMeasured("requests/s against nginx", missing)],
      headline: `not measured: ${missing}`,
    };
  }
  const rows = [];
  let headline = 0;
  for (const size of SIZES) {
    if (size.count === 1) {
      rows.push(...(await measureSmallest(size, progress)));
      continue;
    }
    await withScope(async (scope) => {
      const measured = await measureSize(scope, size, progress);
      rows.push(...measured.rows);
      headline = measured.plain;
    });
  }
  return { title, method, rows, headline: `${digits(headline)} x nginx at 100,000 series, plain, one connection` };
}

const title = "Scrapes";
const method = `One process of the exporter against nginx with one worker, which serves the same bytes (saved from the
exporter just before) as a static file, with sendfile and without an access log. wrk loads one after the other, ${ROUNDS}
times in turn, for ${SECONDS} second after a warm-up; the medians are compared. For the smallest page, the speed of the same program varies by a tenth from start to start, so each measurement uses a new
start, and each load has its own warm-up. The page does not change: the simulated nodes are polled once. With gzip, nginx serves the exporter's own
compressed bytes with gzip_static. Bare Node, measured in the first round of each, is node:http that only answers with the same
bytes from one Buffer: the cost of Node itself. While polled: 100 nodes every ${POLLED_SECONDS} seconds, one
connection, the medians of wrk's 50 % latency. One compression per change: when the exporter's own metrics have changed, 1 or 8
clients scrape the page at the same time; the CPU time of the exporter for the 7 further clients is compared with one
compression of the page in the bench. The main thread of each server is bound to one core and wrk to another; if nginx may use
every core, it and wrk are not bound.`;

/** The smallest page: one round with each start. */
async function measureSmallest(given, progress) {
  const rounds = LOADS.map(() => []);
  let size = "";
  for (let start = 0; start < ROUNDS; start += 1) {
    await withScope(async (scope) => {
      const { servers, saved } = await startAll(scope, given);
      const compared = comparedIn(start, servers);
      const { ours, ...others } = compared;
      size = saved.size;
      progress(`scrape: ${size}, start ${start + 1} of ${ROUNDS}`);
      await load(ours, SMALL_WARM_UP);
      for (const url of Object.values(others)) await load(url, { ...SMALL_WARM_UP, seconds: WARM_UP_SECONDS });
      for (const [index, { connections, headers }] of LOADS.entries()) {
        const options = { connections, seconds: SECONDS, headers };
        // After a change of the requests, V8 compiles again for half a second.
        await load(ours, { ...options, seconds: WARM_UP_SECONDS });
        rounds[index].push(await oneRound(compared, options, ({ perSecond }) => perSecond));
      }
    });
  }
  return LOADS.map((each, index) => requestsRow(each, size, mediansOf(rounds[index]), given.target));
}

/** The servers that are compared: ours, nginx (theirs) and bare node. */
async function startAll(scope, { count, peers, series }) {
  const fleet = await startFakeFleet(scope, { count, peers });
  // Every peer has series of its own, as in earlier runs.
  const connections = { series, max_per_node: peers, address: "full" };
  const config = (interval) => ({ global: { interval }, connections, nodes: fleet.nodes });
  const exporter = await startExporter(scope, { config: config("1h") });
  bindServer(exporter);
  const page = (await get(exporter.page)).body;
  const gzipped = (await get(exporter.page, GZIP)).body;
  const nginx = await startNginx(scope, { page, gzipped, workers: 1 });
  const bare = await startBareNode(scope, page, gzipped);
  const saved = { page, gzipped, size: `${whole(countSeries(page))} series` };
  return { exporter, servers: { ours: exporter.page, theirs: nginx, bare }, config, saved };
}

async function startBareNode(scope, page, gzipped) {
  const folder = await scope.folder();
  const files = [join(folder, "page"), join(folder, "page.gz")];
  await Promise.all([writeFile(files[0], page), writeFile(files[1], gzipped)]);
  const { child, found } = await startChild(scope, process.execPath, [BARE, ...files], { until: /listens on (\S+)\n/ });
  bindServer(child);
  return found[1];
}

function nameOf({ name, connections }, size) {
  return `requests/s, ${size}, ${name}, ${connections} ${connections === 1 ? "connection" : "connections"}`;
}

function requestsRow(each, size, { ours, theirs, bare }, target) {
  const detail = `${whole(ours)} : ${whole(theirs)}; bare node ${times(bare / theirs)}`;
  return atLeast(nameOf(each, size), ours / theirs, target, times, detail);
}

async function measureSize(scope, given, progress) {
  const { exporter, servers, config, saved } = await startAll(scope, given);
  const { size } = saved;
  for (const url of Object.values(servers)) await load(url, { connections: 1, seconds: WARM_UP_SECONDS });
  const rows = [];
  let plain = 0;
  for (const each of LOADS) {
    const { name, connections, headers } = each;
    progress(`scrape: ${nameOf(each, size)}`);
    const options = { connections, seconds: SECONDS, headers };
    const medians = await alternate(servers, options, ({ perSecond }) => perSecond);
    rows.push(requestsRow(each, size, medians, given.target));
    if (name === "plain" && connections === 1) plain = medians.ours / medians.theirs;
  }
  // The size between the smallest and the largest would tell nothing more.
  if (given.peers === SIZES[SIZES.length - 1].peers) {
    rows.push(await againstAllWorkers(scope, exporter, saved));
  }
  progress(`scrape: compressions, ${size}`);
  rows.push(await sharedCompression(exporter, saved));
  progress(`scrape: latency while polled, ${size}`);
  const polled = await startExporter(scope, { config: config(`${POLLED_SECONDS}s`) });
  bindServer(polled);
  await untilSteady(polled, POLLED_SECONDS);
  const options = { connections: 1, seconds: SECONDS };
  const compared = { ours: polled.page, theirs: servers.theirs };
  const { ours, theirs } = await alternate(compared, options, ({ p50 }) => p50);
  const detail = `${digits(ours)} : ${digits(theirs)} ms`;
  rows.push(atMost(`p50 latency, ${size}, while polled`, ours / theirs, 1.3, times, detail));
  return { rows, plain };
}

/** Medians of several short runs in turn, as all then meet the same noise of the machine. */
async function alternate(servers, options, pick) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await oneRound(comparedIn(round, servers), options, pick));
  }
  return mediansOf(rounds);
}

/** Bare node is no target: in the first round alone. */
function comparedIn(round, { bare, ...targets }) {
  return round === 0 && bare !== undefined ? { ...targets, bare } : targets;
}

/** Each server in turn. */
async function oneRound(servers, options, pick) {
  const measured = {};
  for (const [name, url] of Object.entries(servers)) measured[name] = pick(await load(url, options));
  return measured;
}

function mediansOf(rounds) {
  const medianOf = (name) => median(rounds.flatMap((round) => round[name] ?? []));
  return Object.fromEntries(Object.keys(rounds[0]).map((name) => [name, medianOf(name)]));
}

/** An additional figure without a target: nginx may use every core, the exporter cannot. */
async function againstAllWorkers(scope, exporter, { page, gzipped, size }) {
  const nginx = await startNginx(scope, { page, gzipped, workers: "auto" });
  const { perSecond: theirs } = await load(nginx, { connections: 8, seconds: SECONDS, isFree: true });
  const { perSecond: ours } = await load(exporter.page, { connections: 8, seconds: SECONDS, isFree: true });
  return figure(
    `requests/s, nginx with worker_processes auto, ${size}, plain, 8 connections`,
    `${times(ours / theirs)} (${whole(ours)} : ${whole(theirs)})`,
  );
}

await runAlone(import.meta.url, run);
