// What a large fleet costs: CPU, memory, punctuality; and how the cost grows with the fleet.
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter, untilSteady } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { drain, get } from "./support/http.mjs";
import { plotSvg } from "./support/plot.mjs";
import { cpuSecondsOf, memoryOf, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, mebibytes, milliseconds, percent, times, whole } from "./support/stats.mjs";

const PEERS = 100;
const LARGEST = 1000;
const INTERVAL_SECONDS = 15;
/** Until the compiler is done with most of what a program that runs for weeks does all the time: of each node. */
const WARM_UP_POLLS = 4;
const WARM_UP_CLIENTS = 8;
/** In which each node is polled on schedule, a third of them twice. */
const OBSERVED_SECONDS = 20;
/** Of bare node, which does next to nothing. */
const FLOOR_WARM_UP_SECONDS = 5;
const FLOOR_SECONDS = 9;
const LATEST_SECONDS = 1;
/** The CPU of a poll does not grow with the number of nodes, but for caches of the processor. */
const MOST_GROWTH = 1.3;
const IDLE_WINDOWS = 2;
const IDLE_WINDOW_SECONDS = 2;
/** Smaller fleets are polled more often for a while, so that there is enough to measure. */
const SMALLER = [
  { count: 10, intervalSeconds: 1, windowSeconds: 4 },
  { count: 100, intervalSeconds: 2, windowSeconds: 4 },
  { count: 300, intervalSeconds: 5, windowSeconds: 5 },
];

/** Many nodes with few peers, at a longer interval. Those that are polled at the beginning of the window are polled twice. */
const HUGE = { count: 5000, peers: 20, intervalSeconds: 30, warmUpPolls: 0, observedSeconds: 36 };
const FIFTH = { ...HUGE, count: 1000, warmUpPolls: 4, observedSeconds: 10 };

const BARE = fileURLToPath(new URL("support/bare-poller.mjs", import.meta.url));

const title = "A fleet";
const method = `${whole(LARGEST)} simulated Monero nodes with ${PEERS} peers each, polled every ${INTERVAL_SECONDS} seconds,
once without and once with series of connections. When polls are spread evenly, each node is polled ${WARM_UP_POLLS} more times through
/probe for the compiler, which otherwise uses CPU time for the first two minutes; then the exporter polls on schedule for
${OBSERVED_SECONDS} seconds. CPU time is the scheduler's account of all threads of the exporter (/proc/PID/task/*/schedstat) over the first whole
interval of them, without a scrape, as a share of one core. The lateness of a poll is the difference between the interval and the time between two polls, as the node sees them. Resident memory is read at their end; with series
also its peak, after one uncompressed scrape of the page, during which the longest block of the event loop is measured as in
the bench of the event loop. Smaller fleets are polled every 1 to 5 seconds for
4 or 5 seconds. The CPU time without polls is measured separately: it is subtracted before the CPU time per poll is scaled to the interval
of ${INTERVAL_SECONDS} seconds, and added once. ${whole(HUGE.count)} nodes with ${HUGE.peers} peers each, polled every ${HUGE.intervalSeconds} seconds without series, are compared
with ${whole(FIFTH.count)} such nodes, whose CPU time of a poll should be the same; where the two cores are busy, the simulated nodes, which
run on them as well, are the limit: their CPU time is shown. The minimum for such polls on this machine is shown by bare Node, which sends
the same three requests to each node with node:http at the same rate (some nodes together, every tenth of a second), parses
the responses and discards them.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export async function run({ progress }) {
  const bare = await measureLargest(progress, false);
  const full = await measureLargest(progress, true);
  const floor = await measureFloor(progress);
  const idle = await measureIdle(progress);
  const costs = [];
  for (const fleet of SMALLER) {
    const [without, withSeries] = [
      await measureCost(progress, fleet, false, idle),
      await measureCost(progress, fleet, true, idle),
    ];
    costs.push({ count: fleet.count, without, withSeries });
  }
  costs.push({ count: LARGEST, without: bare.cost, withSeries: full.cost });
  const huge = await measureFew(progress, HUGE);
  const fifth = await measureFew(progress, FIFTH);
  return {
    title,
    method,
    rows: [
      ...rowsWithoutSeries(bare),
      ...rowsWithSeries(full),
      ...rowsBeside(floor, bare, full, idle),
      ...rowsOfHuge(huge, fifth),
    ],
    table: costTable(costs),
    image: { file: "fleet-cost.svg", alt: "CPU over the number of nodes, with and without series", svg: plotOf(costs) },
    headline: `${percent(full.cost.share)} of a core for ${whole(LARGEST)} nodes with series, ${percent(bare.cost.share)} without`,
  };
}

function rowsWithoutSeries({ cost, rss, late }) {
  return [
    atMost("CPU without series of connections", cost.share, 0.1, percent),
    atMost("resident memory without them", rss, 200, mebibytes),
    lateness("latest poll without them", late),
  ];
}

function rowsWithSeries({ cost, rss, peak, late, page, block, seconds }) {
  const size = `page of ${mebibytes(page)}`;
  return [
    atMost("CPU with them, besides scrapes", cost.share, 0.15, percent),
    atMost("resident memory with them, in pages", rss / page, 3, digits, `${mebibytes(rss)}, ${size}`),
    figure("its peak, the scrape included, in pages", `${digits(peak / page)} (${mebibytes(peak)})`),
    atMost("longest block during the scrape", block, 50, milliseconds),
    figure("duration of the scrape", `${digits(seconds)} s`),
    lateness("latest poll with them", late),
  ];
}

function rowsBeside(floor, bare, full, idle) {
  const against = ({ cost }) => times(cost.share / floor);
  return [
    figure(
      "CPU of bare node for such polls",
      `${percent(floor)} (the exporter: ${against(bare)}, with series ${against(full)})`,
    ),
    figure("CPU between polls", percent(idle)),
  ];
}

function rowsOfHuge(huge, fifth) {
  const nodes = `${whole(HUGE.count)} nodes with ${HUGE.peers} peers`;
  return [
    lateness(`latest poll of ${nodes}`, huge.late),
    atMost(
      "their CPU of a poll, against a fifth of them",
      huge.perPoll / fifth.perPoll,
      MOST_GROWTH,
      times,
      `${milliseconds(huge.perPoll * 1000)} : ${milliseconds(fifth.perPoll * 1000)}`,
    ),
    figure("CPU and memory for them", `${percent(huge.share)}, ${mebibytes(huge.rss)}`),
    figure("CPU of the simulated nodes meanwhile", percent(huge.nodesShare)),
  ];
}

function lateness(what, late) {
  return atMost(what, late, LATEST_SECONDS, (seconds) => `${digits(seconds)} s`);
}

/** The whole fleet at its real interval. */
function measureLargest(progress, series) {
  return withScope(async (scope) => {
    progress(`fleet: ${whole(LARGEST)} nodes ${series ? "with" : "without"} series of connections`);
    const fleet = await startFakeFleet(scope, { count: LARGEST, peers: PEERS });
    const exporter = await startExporter(scope, { config: configOf(fleet, series, INTERVAL_SECONDS) });
    await untilSteady(exporter, INTERVAL_SECONDS);
    await pollMore(exporter, fleet.nodes, WARM_UP_POLLS);
    await fleet.reset();
    const { used, polls } = await cpuOver(exporter, fleet, INTERVAL_SECONDS);
    await sleep((OBSERVED_SECONDS - INTERVAL_SECONDS) * 1000);
    const { spacings } = await fleet.seen();
    const late = Math.max(...spacings.map((spacing) => Math.abs(spacing / 1000 - INTERVAL_SECONDS)));
    const { rss } = memoryOf(exporter.pid);
    const cost = { perPoll: used / polls, share: used / INTERVAL_SECONDS };
    const measured = { cost, late, rss };
    return series ? { ...measured, ...(await scrapeOnce(exporter)) } : measured;
  });
}

/** Some nodes with few peers, without series. */
function measureFew(progress, { count, peers, intervalSeconds, warmUpPolls, observedSeconds }) {
  return withScope(async (scope) => {
    progress(`fleet: ${whole(count)} nodes with ${peers} peers`);
    const fleet = await startFakeFleet(scope, { count, peers });
    const exporter = await startExporter(scope, { config: configOf(fleet, false, intervalSeconds, peers) });
    await untilSteady(exporter, intervalSeconds);
    await pollMore(exporter, fleet.nodes, warmUpPolls);
    await fleet.reset();
    const nodesBefore = cpuSecondsOf(fleet.child.pid);
    const { used, polls } = await cpuOver(exporter, fleet, observedSeconds);
    const nodesShare = (cpuSecondsOf(fleet.child.pid) - nodesBefore) / observedSeconds;
    const { spacings } = await fleet.seen();
    const late = spacings.reduce((most, spacing) => Math.max(most, Math.abs(spacing / 1000 - intervalSeconds)), 0);
    const { rss } = memoryOf(exporter.pid);
    return { perPoll: used / polls, share: used / observedSeconds, late, rss, nodesShare };
  });
}

/** How long to wait before a node is asked for again that was polled only just now, in milliseconds. */
const SHARED_PAUSE_MS = 100;

/** Polls each node several times, a few nodes in parallel. The exporter polls a node at most once per tenth of its interval. */
async function pollMore({ url }, nodes, times) {
  const left = Array.from({ length: times }, () => nodes).flat();
  const client = async () => {
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      const isShared = async () =>
        (await get(`${url}/probe?node=${node.name}&debug=true`)).body.subarray(0, 7).toString() === "shared:";
      while (await isShared()) await sleep(SHARED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: WARM_UP_CLIENTS }, client));
}

async function scrapeOnce(exporter) {
  await exporter.watch();
  const began = performance.now();
  const page = (await drain(exporter.page)) / 2 ** 20;
  const seconds = (performance.now() - began) / 1000;
  const { max: block } = await exporter.delays();
  return { page, block, seconds, peak: memoryOf(exporter.pid).peak };
}

/** Share of a core that bare Node uses for the same polls without processing them. */
function measureFloor(progress) {
  return withScope(async (scope) => {
    progress("fleet: bare node");
    const fleet = await startFakeFleet(scope, { count: LARGEST, peers: PEERS });
    const args = [BARE, String(INTERVAL_SECONDS * 1000), ...fleet.nodes.map(({ url }) => url)];
    const { child } = await startChild(scope, process.execPath, args, { until: /polls/ });
    await sleep(FLOOR_WARM_UP_SECONDS * 1000);
    const { used } = await cpuOver(child, fleet, FLOOR_SECONDS);
    return used / FLOOR_SECONDS;
  });
}

/** Shares of a core that the exporter takes when nothing is asked of it: the lowest of some windows, as others work too. */
function measureIdle(progress) {
  return withScope(async (scope) => {
    progress("fleet: no polls");
    const fleet = await startFakeFleet(scope, { count: 1, peers: PEERS });
    const exporter = await startExporter(scope, { config: configOf(fleet, true, 3600) });
    const shares = [];
    for (let window = 0; window < IDLE_WINDOWS; window += 1) {
      const before = cpuSecondsOf(exporter.pid);
      await sleep(IDLE_WINDOW_SECONDS * 1000);
      shares.push((cpuSecondsOf(exporter.pid) - before) / IDLE_WINDOW_SECONDS);
    }
    return Math.min(...shares);
  });
}

function measureCost(progress, { count, intervalSeconds, windowSeconds }, series, idle) {
  return withScope(async (scope) => {
    progress(`fleet: ${count} nodes ${series ? "with" : "without"} series of connections`);
    const fleet = await startFakeFleet(scope, { count, peers: PEERS });
    const exporter = await startExporter(scope, { config: configOf(fleet, series, intervalSeconds) });
    await untilSteady(exporter, intervalSeconds);
    const { used, polls } = await cpuOver(exporter, fleet, windowSeconds);
    const perPoll = (used - idle * windowSeconds) / polls;
    return { perPoll, share: idle + (perPoll * count) / INTERVAL_SECONDS };
  });
}

function configOf(fleet, series, intervalSeconds, peers = PEERS) {
  const interval = `${intervalSeconds}s`;
  return { global: { interval, timeout: interval }, connections: { series, max_per_node: peers }, nodes: fleet.nodes };
}

/** CPU seconds over a window, and the polls in it. */
async function cpuOver(exporter, fleet, seconds) {
  const { polls } = await fleet.seen();
  const before = cpuSecondsOf(exporter.pid);
  await sleep(seconds * 1000);
  const used = cpuSecondsOf(exporter.pid) - before;
  return { used, polls: (await fleet.seen()).polls - polls };
}

function costTable(costs) {
  const columns = ({ perPoll, share }) => [milliseconds(perPoll * 1000), percent(share)];
  return {
    head: ["nodes", "CPU of a poll", "of a core", "with series: CPU of a poll", "of a core"],
    rows: costs.map(({ count, without, withSeries }) => [whole(count), ...columns(without), ...columns(withSeries)]),
  };
}

function plotOf(costs) {
  const line = (name, pick) => ({ name, points: costs.map((cost) => [cost.count, pick(cost).share * 100]) });
  return plotSvg({
    title: "CPU over the number of nodes",
    description: `Percent of one core for nodes with ${PEERS} peers each, polled every ${INTERVAL_SECONDS} seconds.`,
    x: "nodes",
    y: "% of one core",
    lines: [line("with series", ({ withSeries }) => withSeries), line("without", ({ without }) => without)],
  });
}

await runAlone(import.meta.url, run);
