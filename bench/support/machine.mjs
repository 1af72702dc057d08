// What the figures were taken on.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** @param {"nginx" | "wrk"} tool */
export function isInstalled(tool) {
  // Both print their version and end; wrk then ends with 1.
  return spawnSync(tool, ["-v"], { stdio: "ignore" }).error === undefined;
}

export function describeMachine() {
  return [
    ["CPU", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores for this process`],
    ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["OS", `${osName()}, Linux ${release()}`],
    ["Node.js", process.version],
    ["nginx", versionOf("nginx", /nginx\/(\S+)/)],
    ["wrk", versionOf("wrk", /wrk (\S+)/)],
    ["date", new Date().toISOString().slice(0, 10)],
  ];
}

function osName() {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
  } catch {
    return "unknown";
  }
}

function versionOf(tool, pattern) {
  const { stdout, stderr, error } = spawnSync(tool, ["-v"], { encoding: "utf8" });
  return error === undefined ? (pattern.exec(stdout + stderr)?.[1] ?? "unknown") : "not installed";
}
