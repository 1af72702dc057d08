// The demo with Prometheus and Alertmanager, if they are installed, with the rules and inhibitions of prometheus/, and
// everything faster than in production, so that alerts fire within seconds. All on 127.0.0.1, data in a temporary
// folder, ended together by Ctrl-C.
//
//   node scripts/demo-stack.mjs [--webhook=URL]     alerts also go to this URL
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const INTERVAL = "2s";
/** Alerts wait this many times shorter than in production: 5m becomes 5s. */
const HURRY = 60;
/** A child gets this long to end by itself. */
const PATIENCE_MS = 8000;

const { values } = parseArgs({ options: { webhook: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "peer-exporter-stack-"));
const children = [];
let isStopping = false;

/** Ends with all of them: Alertmanager writes into the folder while it ends. */
async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  await Promise.all(children.filter(isRunning).map(end));
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function isRunning({ exitCode, signalCode }) {
  return exitCode === null && signalCode === null;
}

function end(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  return ended.then(() => clearTimeout(timer));
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop(0));

function start(name, command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  child.once("exit", (code) => {
    if (isStopping) return;
    process.stderr.write(`${name} ended with ${code}: stopping the others\n`);
    stop(1);
  });
  children.push(child);
}

/** The wanted port if it is free, else any. */
function freePort(wanted) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(freePort(0)));
    server.listen(wanted, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function isInstalled(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}

function seconds(duration) {
  const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };
  return [...duration.matchAll(/(\d+)(ms|[smhd])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit], 0);
}

/** The rules with shorter waits; expressions stay as they are. */
function hurried(file) {
  const text = readFileSync(join(ROOT, "prometheus", file), "utf8");
  return text.replace(
    /^(\s+(?:for|keep_firing_for|interval): )(\S+)$/gm,
    (_, key, duration) => `${key}${Math.max(2, Math.ceil(seconds(duration) / HURRY))}s`,
  );
}

/** The example of prometheus/ with one receiver and shorter waits. */
function notifications() {
  const { route, inhibit_rules } = parse(readFileSync(join(ROOT, "prometheus/alertmanager.yml"), "utf8"));
  const { group_by } = route;
  const hooks = values.webhook === undefined ? [] : [{ url: values.webhook, send_resolved: true }];
  return {
    route: { receiver: "demo", group_by, group_wait: "1s", group_interval: "2s", repeat_interval: "1h" },
    inhibit_rules,
    receivers: [{ name: "demo", webhook_configs: hooks }],
  };
}

async function reachable(url) {
  for (;;) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
}

const exporter = `127.0.0.1:${await freePort(10900)}`;
start("the demo", process.execPath, [
  join(ROOT, "dist/main.js"),
  "demo",
  `--web.listen-address=${exporter}`,
  "--log.level=error",
]);
await reachable(`http://${exporter}/-/ready`);
const lines = [`peer-exporter  http://${exporter}/`];

if (isInstalled("prometheus-alertmanager") && isInstalled("prometheus")) {
  const alertmanager = `127.0.0.1:${await freePort(9093)}`;
  const prometheus = `127.0.0.1:${await freePort(9090)}`;
  // JSON is YAML.
  writeFileSync(join(folder, "alertmanager.yml"), JSON.stringify(notifications()));
  writeFileSync(join(folder, "rules.yaml"), hurried("rules.yaml"));
  writeFileSync(join(folder, "alerts.yaml"), hurried("alerts.yaml"));
  writeFileSync(
    join(folder, "prometheus.yml"),
    `global: {scrape_interval: ${INTERVAL}, scrape_timeout: ${INTERVAL}, evaluation_interval: ${INTERVAL}}
rule_files: [rules.yaml, alerts.yaml]
alerting: {alertmanagers: [{static_configs: [{targets: ["${alertmanager}"]}]}]}
scrape_configs:
  - job_name: peer-exporter
    static_configs: [{targets: ["${exporter}"]}]
`,
  );
  start("alertmanager", "prometheus-alertmanager", [
    `--config.file=${join(folder, "alertmanager.yml")}`,
    `--storage.path=${join(folder, "alertmanager")}`,
    `--web.listen-address=${alertmanager}`,
    "--cluster.listen-address=",
    "--log.level=error",
  ]);
  start("prometheus", "prometheus", [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "prometheus")}`,
    `--web.listen-address=${prometheus}`,
    "--log.level=error",
  ]);
  await Promise.all([reachable(`http://${alertmanager}/-/ready`), reachable(`http://${prometheus}/-/ready`)]);
  lines.push(`Prometheus     http://${prometheus}/alerts`, `Alertmanager   http://${alertmanager}/`);
} else {
  lines.push(
    "Prometheus and Alertmanager are not installed. On Debian: apt-get install prometheus prometheus-alertmanager",
  );
}
process.stdout.write(
  `\nThe nodes are SIMULATED. Alerts wait ${HURRY} times shorter than in production.\n\n${lines.join("\n")}\n\nStop with Ctrl-C.\n`,
);
