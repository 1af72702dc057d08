// The smallest memory limit of a sidecar: the exporter of one busy node with its health checks in limited control groups, each
// with a program of its own that is not in the page cache. Needs root and control groups; not part of `npm run bench`.
//   LIMITS=64,72,80 SECONDS=300 PROGRAMS=node22=/path/to/node,executable=/path/to/peer-exporter npm run bench:limit
// The read-ahead of the disk decides how much of the program is read at each page that is missing: most disks have 128 KiB. Where
// this machine's has more, TMPDIR can name a file system on a loop device (losetup --direct-io=on) with another one, which is
// set in /sys/block/loopN/queue/read_ahead_kb.
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { figure, notMeasured, runAlone } from "./support/bench.mjs";
import { makeColdRoot } from "./support/cold-root.mjs";
import { LISTENING, PROGRAM } from "./support/exporter.mjs";
import { startFakeFleet } from "./support/fake-fleet.mjs";
import { AS_PROMETHEUS } from "./support/http.mjs";
import { createLimitedGroup, whyNoLimit } from "./support/limited-group.mjs";
import { freePort, startChild } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { digits } from "./support/stats.mjs";

const PEERS = Number(process.env.PEERS ?? 100);
const SECONDS = Number(process.env.SECONDS ?? 300);
const LIMITS = (process.env.LIMITS ?? "64,72,80").split(",").map(Number);
/** NAME=PATH of each program: a Node.js binary if the name begins with "node", else the executable. */
const PROGRAMS = (process.env.PROGRAMS ?? `node=${process.execPath}`).split(",").map((word) => word.split("="));
/** Further environment of the exporter, as the image would set it: A=1 B=2. */
const SETTINGS = (process.env.SETTINGS ?? "").split(" ").filter(Boolean);
/** Further flags of Node.js, as the image's entry point would have them. */
const FLAGS = (process.env.FLAGS ?? "").split(" ").filter(Boolean);
/** 0: no health checks, as in a pod. */
const PAUSE_BETWEEN_CHECKS_MS = Number(process.env.CHECK_SECONDS ?? 20) * 1000;
/** As the image's health check and Prometheus by default. */
const PATIENCE_MS = 10_000;

const title = "Memory limit";
const method = `One Monero node with ${PEERS} peers, polled every second and scraped with gzip every second for ${SECONDS} seconds,
${PAUSE_BETWEEN_CHECKS_MS === 0 ? "without health checks." : `with a health check every ${PAUSE_BETWEEN_CHECKS_MS / 1000} seconds in the same control group.`} Each group has fresh copies of all files in a root folder of its own,
out of the page cache before the start; swap must be off. A scrape or a check that takes more than ${PATIENCE_MS / 1000} seconds has failed.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export async function run({ progress }) {
  const why = whyNoLimit();
  if (why !== undefined) return { title, method, rows: [notMeasured(title, why)], headline: "not measured" };
  return withScope(async (scope) => {
    const cases = PROGRAMS.flatMap(([name, path]) => LIMITS.map((limit) => ({ name, path, limit })));
    const fleet = await startFakeFleet(scope, { count: cases.length, peers: PEERS });
    const sidecars = [];
    for (const [index, { name, path, limit }] of cases.entries()) {
      progress(`copies for ${name} at ${limit} MiB`);
      sidecars.push(await prepare(scope, { name, path, limit, node: fleet.nodes[index] }));
    }
    progress(`${cases.length} groups: ${SECONDS} s`);
    // One after the other: a start is half a second of CPU.
    const seen = await Promise.all(
      sidecars.map((sidecar, index) => sleep(index * 500).then(() => observe(scope, sidecar))),
    );
    const good = seen.filter((one) => one.holds).length;
    return {
      title,
      method,
      rows: [
        figure("groups in which every scrape and check was answered", `${good} of ${seen.length}`),
        figure("read-ahead of the disk", readAhead(tmpdir())),
      ],
      table: { head: HEAD, rows: seen.map(rowOf) },
      headline: `${good} of ${seen.length} hold`,
    };
  });
}

/** How much the kernel reads of a file at a time, at the place of a folder. */
function readAhead(folder) {
  const { dev } = statSync(folder);
  const device = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  try {
    return `${readFileSync(`/sys/class/bdi/${device}/read_ahead_kb`, "utf8").trim()} KiB`;
  } catch {
    return "unknown";
  }
}

async function prepare(scope, { name, path, limit, node }) {
  const root = await scope.folder();
  const port = await freePort();
  const isNode = name.startsWith("node");
  const config = JSON.stringify({ global: { interval: "1s", timeout: "900ms" }, nodes: [node] });
  makeColdRoot(root, {
    program: path,
    ...(isNode && { dist: dirname(PROGRAM) }),
    texts: { "config.yaml": config },
  });
  const program = isNode ? ["/program", ...FLAGS, "/dist/main.js"] : ["/program"];
  return { name, limit, root, port, program, group: createLimitedGroup(`${name}-${limit}`, limit) };
}

/** Runs in the group and in the root folder, with an environment of its own. */
function inside({ group, root }, command) {
  return group.within(["/usr/bin/env", "-i", ...SETTINGS, "/usr/sbin/chroot", root, ...command]);
}

async function observe(scope, sidecar) {
  const { group, root, port, program, name, limit } = sidecar;
  const result = {
    name,
    limit,
    scrapes: [],
    lost: 0,
    gap: 0,
    checks: [],
    failedChecks: 0,
    most: undefined,
    ended: undefined,
  };
  const args = ["--config.file=/config.yaml", `--web.listen-address=127.0.0.1:${port}`];
  // Process 1 of its own namespace, as in a container: the health check reads its arguments.
  const apart = ["--pid", "--fork", "--kill-child", "--mount", `--mount-proc=${root}/proc`];
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const { child } = await startChild(scope, "unshare", [...apart, ...inside(sidecar, [...program, ...args])], {
      until: LISTENING,
    });
    result.started = seconds();
    child.once("exit", (code, signal) => {
      result.ended ??= { at: seconds(), how: signal ?? String(code) };
    });
    const isOver = () => result.ended !== undefined || seconds() > SECONDS;
    await Promise.all([
      scrapeEachSecond(result, port, isOver),
      checkOften(result, sidecar, isOver),
      watch(result, group, isOver),
    ]);
    result.ended ??= { at: seconds(), how: "runs" };
  } catch (error) {
    result.ended = { at: seconds(), how: `no start: ${String(error).slice(0, 200)}` };
  }
  result.last = group.account();
  result.holds =
    result.ended.how === "runs" && result.lost === 0 && result.failedChecks === 0 && result.last.kills === 0;
  return result;
}

async function scrapeEachSecond(result, port, isOver) {
  let answered = performance.now();
  while (!isOver()) {
    const began = performance.now();
    const isGood = await isAnswered(port);
    const now = performance.now();
    result.gap = Math.max(result.gap, now - answered);
    if (isGood) {
      result.scrapes.push(now - began);
      answered = now;
    } else result.lost += 1;
    await sleep(Math.max(0, 1000 - (performance.now() - began)));
  }
}

function isAnswered(port) {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path: "/metrics", headers: AS_PROMETHEUS, agent: false };
    const asked = request(options, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode === 200));
      answer.once("error", () => resolve(false));
    });
    asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error("late")));
    asked.once("error", () => resolve(false));
    asked.end();
  });
}

async function checkOften(result, sidecar, isOver) {
  if (PAUSE_BETWEEN_CHECKS_MS === 0) return;
  const [pid] = sidecar.group.processes();
  let due = performance.now();
  while (!isOver()) {
    const began = performance.now();
    const code = await check(sidecar, pid);
    result.checks.push(performance.now() - began);
    if (code !== 0 && !isOver()) {
      result.failedChecks += 1;
      result.firstFailedCheck ??= code;
    }
    due += PAUSE_BETWEEN_CHECKS_MS;
    while (!isOver() && performance.now() < due) await sleep(200);
  }
}

/** @returns {Promise<number | string>} the exit code or the signal */
function check(sidecar, pid) {
  return new Promise((resolve) => {
    const command = inside(sidecar, [...sidecar.program, "healthcheck"]);
    const child = spawn("nsenter", [`--target=${pid}`, "--pid", "--mount", ...command], {
      detached: true,
      stdio: "ignore",
    });
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), PATIENCE_MS);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
}

async function watch(result, group, isOver) {
  let last = group.account().majorFaults;
  while (!isOver()) {
    await sleep(1000);
    const now = group.account();
    const most = result.most ?? { ...now, faults: 0 };
    result.most = {
      usage: Math.max(most.usage, now.usage),
      anonymous: Math.max(most.anonymous, now.anonymous),
      faults: Math.max(most.faults, now.majorFaults - last),
    };
    last = now.majorFaults;
  }
}

const HEAD = [
  "program",
  "MiB",
  "holds",
  "end",
  "scrapes",
  "lost",
  "slowest ms",
  "longest gap s",
  "checks",
  "failed",
  "slowest ms",
  "kills",
  "limit hits",
  "faults/s, most",
  "faults",
  "own MiB, most",
  "own, last",
  "files, last",
];

function rowOf({ name, limit, holds, ended, scrapes, lost, gap, checks, failedChecks, firstFailedCheck, most, last }) {
  return [
    name,
    limit,
    holds ? "yes" : "no",
    ended.how === "runs" ? "" : `${ended.how} at ${digits(ended.at)} s`,
    scrapes.length,
    lost,
    digits(Math.max(0, ...scrapes)),
    digits(gap / 1000),
    checks.length,
    failedChecks === 0 ? 0 : `${failedChecks} (${firstFailedCheck})`,
    digits(Math.max(0, ...checks)),
    last.kills,
    last.limitHits,
    most === undefined ? "" : digits(most.faults),
    last.majorFaults,
    most === undefined ? "" : digits(most.anonymous),
    digits(last.anonymous),
    digits(last.files),
  ].map(String);
}

await runAlone(import.meta.url, run);
