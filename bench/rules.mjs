// What the recording rules and alerts cost Prometheus: `npm run bench:rules -- [--scene=TEXT] [--rules=FOLDER] [--slowest=5]`.
import { spawnSync } from "node:child_process";
import { copyFileSync, createWriteStream, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { createFleet } from "./support/fleet-pages.mjs";
import { cpuSecondsOf, freePort, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits, median, whole } from "./support/stats.mjs";

const NODES = 1000;
const EXPORTERS = 10;
const JOB = "peer-exporter";
/** As in prometheus/prometheus.yml. */
const INTERVAL = 15;
const WARM_UP = 4;
const EVALUATIONS = 4;
const HISTORY_SECONDS = 3600;
const HISTORY_STEP = 30;
/** The head of the database has the last hours in production: so that no query of now reads the blocks, they end before. */
const BEFORE_START = 300;
const TROUBLE_SECONDS = 3000;

/** With the largest number of CPU seconds that an evaluation should take. */
const SCENES = [
  { name: "all healthy", troubled: 0, state: "healthy", most: 0.5 },
  { name: "200 nodes down", troubled: 200, state: "down", most: 1 },
  { name: "200 heads stopped", troubled: 200, state: "stalled", most: 1 },
  { name: "all nodes down", troubled: NODES, state: "down" },
  { name: "all heads stopped", troubled: NODES, state: "stalled" },
];

const { values: flags } = parseArgs({
  options: {
    scene: { type: "string", default: "" },
    rules: { type: "string", default: fileURLToPath(new URL("../prometheus", import.meta.url)) },
    slowest: { type: "string", default: "5" },
  },
});

const title = "The rules";
const method = `Prometheus scrapes ${EXPORTERS} pages of ${NODES / EXPORTERS} nodes each every ${INTERVAL} seconds and evaluates rules.yaml and
alerts.yaml as often; it has the samples of the hour before, every ${HISTORY_STEP} seconds. A trouble has lasted for ${TROUBLE_SECONDS / 60} minutes.
CPU seconds of Prometheus (/proc/PID/task/*/schedstat) for an evaluation of all rules, the mean of ${EVALUATIONS}, without what it
needs for the scrapes alone. The time of single rules is by Prometheus' own clock. An alert that is pending costs as much as one that fires.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export async function run({ progress }) {
  const seconds = (value) => `${digits(value)} s`;
  progress("rules: scrapes alone");
  const scrapes = await withScope((scope) => measure(scope, SCENES[0], []));
  const rows = [];
  const slowest = [];
  for (const scene of SCENES.filter(({ name }) => name.includes(flags.scene))) {
    progress(`rules: ${scene.name}`);
    const { cpu, taken, alerts, rules } = await withScope((scope) =>
      measure(scope, scene, ["rules.yaml", "alerts.yaml"]),
    );
    const own = cpu - scrapes.cpu;
    const detail = `${whole(alerts)} alerts; ${seconds(taken)} by the clock`;
    rows.push(
      scene.most === undefined
        ? figure(scene.name, `${seconds(own)} (${detail})`)
        : atMost(scene.name, own, scene.most, seconds, detail),
    );
    for (const [name, time] of rules.slice(0, Number(flags.slowest))) slowest.push([scene.name, name, seconds(time)]);
  }
  return {
    title,
    method,
    rows,
    table: { head: ["fleet", "slowest rules", "time"], rows: slowest },
    headline: rows.map((row) => `${row.what} ${row.figure}`).join(", "),
  };
}

async function measure(scope, { troubled, state }, ruleFiles) {
  const folder = await scope.folder();
  const now = Math.floor(Date.now() / 1000);
  const fleet = createFleet({ nodes: NODES, exporters: EXPORTERS, troubled, state, since: now - TROUBLE_SECONDS });
  const instances = Array.from({ length: EXPORTERS }, (_, index) => `exporter-${index}:10900`);
  const steps = (HISTORY_SECONDS - BEFORE_START) / HISTORY_STEP;
  const times = Array.from({ length: steps }, (_, step) => now - HISTORY_SECONDS + step * HISTORY_STEP);
  const history = join(folder, "history.txt");
  await pipeline(Readable.from(fleet.history(JOB, instances, times)), createWriteStream(history));
  const data = join(folder, "data");
  const { status, stderr } = spawnSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", "-q", history, data]);
  if (status !== 0) throw new Error(`promtool: ${stderr}`);
  for (const file of ruleFiles) copyFileSync(join(flags.rules, file), join(folder, file));

  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(fleet.page(Number(request.url.slice(1)), Math.floor(Date.now() / 1000)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { address, pid } = await startPrometheus(scope, folder, instances, server.address().port, ruleFiles);
    return await evaluate(address, pid);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function startPrometheus(scope, folder, instances, port, ruleFiles) {
  const targets = instances.map((instance, index) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { instance, __metrics_path__: `/${index}` },
  }));
  const config = {
    global: { scrape_interval: `${INTERVAL}s`, evaluation_interval: `${INTERVAL}s` },
    rule_files: ruleFiles,
    scrape_configs: [{ job_name: JOB, static_configs: targets }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${address}`,
  ];
  const { child } = await startChild(scope, "prometheus", args, { until: /ready to receive web requests/ });
  return { address, pid: child.pid };
}

async function evaluate(address, pid) {
  await sleep(WARM_UP * INTERVAL * 1000);
  const began = cpuSecondsOf(pid);
  const totals = [];
  const times = new Map();
  let alerts = 0;
  for (let evaluation = 0; evaluation < EVALUATIONS; evaluation += 1) {
    await sleep(INTERVAL * 1000);
    const { data } = await (await fetch(`http://${address}/api/v1/rules`)).json();
    const rules = data.groups.flatMap((group) => group.rules);
    totals.push(rules.reduce((sum, { evaluationTime }) => sum + evaluationTime, 0));
    alerts = rules.reduce((sum, rule) => sum + (rule.alerts?.length ?? 0), 0);
    for (const { name, labels = {}, query, evaluationTime } of rules) {
      const key = `${name} ${Object.values(labels).join(" ")}\n${query}`;
      times.set(key, [...(times.get(key) ?? []), evaluationTime]);
    }
  }
  const cpu = (cpuSecondsOf(pid) - began) / EVALUATIONS;
  const rules = [...times].map(([key, all]) => [key.split("\n")[0].trim(), median(all)]);
  return { cpu, taken: median(totals), alerts, rules: rules.sort(([, one], [, other]) => other - one) };
}

await runAlone(import.meta.url, run);
