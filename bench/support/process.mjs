// Starting children, and what /proc tells of them.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

/** A child that is not up by then has failed. */
const PATIENCE_MS = 60_000;

/** Length of a child's output that is part of the error when it fails. */
const KEPT_OUTPUT = 4000;

/**
 * Spawns a child and waits until its standard error matches.
 * @param {import("./scope.mjs").Scope} scope
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ until: RegExp, ipc?: boolean, env?: Record<string, string>, cwd?: string }} options
 * @returns the child, the match, and the milliseconds from spawn to match
 */
export async function startChild(scope, command, args, { until, ipc = false, env = {}, cwd }) {
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe", ...(ipc ? ["ipc"] : [])],
    env: { ...process.env, ...env },
    cwd,
  });
  scope.adopt(child);
  const found = await untilLogged(child, until, command);
  return { child, found, milliseconds: performance.now() - began };
}

/** Goes on reading when the text was there, so that the child never waits for a full pipe. */
function untilLogged(child, pattern, command) {
  return new Promise((resolve, reject) => {
    let text = "";
    let isFound = false;
    const fail = (what) => reject(new Error(`${command} ${what}: ${text.slice(-KEPT_OUTPUT)}`));
    const timer = setTimeout(() => fail("does not start"), PATIENCE_MS);
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (chunk) => {
      if (isFound) return;
      text += chunk;
      const match = pattern.exec(text);
      if (match === null) return;
      isFound = true;
      clearTimeout(timer);
      resolve(match);
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

/** Asks a child over its IPC channel; the child answers with the same id. */
export function createAsker(child) {
  let last = 0;
  const waiting = new Map();
  child.on("message", ({ id, answer }) => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  child.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the process ended while it was asked"));
  });
  return (command, options = {}) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, command, ...options });
    });
}

/** A port that was free a moment ago, for servers that cannot choose one themselves. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resident memory now and its peak, in MiB. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mebibytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { rss: mebibytes("VmRSS"), peak: mebibytes("VmHWM") };
}

/**
 * CPU seconds of all threads, user and system. The scheduler's own account is exact to the nanosecond; where the kernel
 * has none, /proc/PID/stat counts in hundredths of a second.
 */
export function cpuSecondsOf(pid) {
  try {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
    if (nanoseconds > 0) return nanoseconds / 1e9;
  } catch {
    // A kernel without schedstat.
  }
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Seconds that all threads ran, and that they waited for a core (the scheduler's account).
 * @returns {[number, number]}
 */
export function coreSecondsOf(pid) {
  const sums = [0, 0];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const fields = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ");
    for (const index of [0, 1]) sums[index] += Number(fields[index]) / 1e9;
  }
  return sums;
}
