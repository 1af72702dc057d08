// The program under test, as its users run it: a process with a configuration file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { untilReady } from "./http.mjs";
import { createAsker, startChild } from "./process.mjs";

/** EXPORTER names the main.js of another build, to compare. */
export const PROGRAM = process.env.EXPORTER ?? fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const PROBE = new URL("probe.mjs", import.meta.url).href;

/** The line that says where it listens. */
export const LISTENING = /"listen":\["([^"]+)"/;

/**
 * Starts the exporter and waits until every node was polled once.
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ config: object, program?: string, flags?: readonly string[], env?: Record<string, string>, readySeconds?: number }} options
 */
export async function startExporter(scope, { config, program = PROGRAM, flags = [], env = {}, readySeconds = 60 }) {
  const file = join(await scope.folder(), "config.yaml");
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const args = [...flags, "--import", PROBE, program, `--config.file=${file}`, "--web.listen-address=127.0.0.1:0"];
  const { child, found } = await startChild(scope, process.execPath, args, { until: LISTENING, ipc: true, env });
  const startedAt = performance.now();
  const ask = createAsker(child);
  const url = found[1];
  await untilReady(`${url}/-/ready`, readySeconds);
  return {
    child,
    pid: child.pid,
    /** Its configuration. */
    file,
    url,
    page: `${url}/metrics`,
    /** When it began to poll, by this process' clock in milliseconds. */
    startedAt,
    /** CPU seconds so far. */
    cpu: () => ask("cpu"),
    /** After a full collection, given the flag `--expose-gc`. */
    memory: () => ask("memory"),
    /** Begins to measure how late the event loop is. */
    watch: () => ask("watch"),
    /** @returns {Promise<{ own: number, max: number, p99: number, p50: number, count: number }>} milliseconds since `watch` */
    delays: () => ask("delays"),
  };
}

/**
 * Waits until the nodes are polled evenly: the exporter spreads the first polls over a few seconds, and each node's
 * turns begin half an interval after the start at the earliest.
 */
export async function untilSteady({ startedAt }, intervalSeconds) {
  const due = startedAt + (Math.max(3, intervalSeconds / 2) + 0.5) * 1000;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
