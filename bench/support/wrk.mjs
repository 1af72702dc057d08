// Runs wrk and reads what it prints.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isInstalled } from "./machine.mjs";
import { onLoadCore } from "./pin.mjs";

const run = promisify(execFile);

/** Undefined, or what to install. */
export function missingTools() {
  const missing = ["nginx", "wrk"].filter((tool) => !isInstalled(tool));
  return missing.length === 0 ? undefined : `install ${missing.join(" and ")} (Debian: apt-get install nginx wrk)`;
}

/**
 * @param {string} url
 * @param {{ connections: number, seconds: number, headers?: Record<string, string>, isFree?: boolean }} options isFree: on any core
 * @returns {Promise<{ perSecond: number, p50: number, p99: number }>} latencies in milliseconds
 */
export async function load(url, { connections, seconds, headers = {}, isFree = false }) {
  const named = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const args = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency", "--timeout", "10s"];
  const [command, all] = isFree ? ["wrk", [...args, ...named, url]] : onLoadCore("wrk", [...args, ...named, url]);
  const { stdout } = await run(command, all);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk had errors with ${url}:\n${stdout}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    // From the start of a line: a share above them may end in 50 % as well.
    p50: milliseconds(/^\s*50%\s+(\S+)/m.exec(stdout)?.[1]),
    p99: milliseconds(/^\s*99%\s+(\S+)/m.exec(stdout)?.[1]),
  };
}

const UNITS = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

function milliseconds(text = "") {
  const [, number, unit = "ms"] = /^([\d.]+)(us|ms|s|m)$/.exec(text) ?? [];
  return Number(number) * UNITS[unit];
}
