// A control group (version 1) with a limit on memory, as a container has one.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";

const BASE = "/sys/fs/cgroup/memory";

/** What must be removed when this process ends. */
const folders = new Set();
process.once("exit", () => {
  for (const folder of folders) remove(folder);
});

/** Why no limited group can be had here; undefined if it can. */
export function whyNoLimit() {
  const folder = `${BASE}/peer-exporter-bench-${process.pid}-try`;
  try {
    mkdirSync(folder);
    readFileSync(`${folder}/memory.limit_in_bytes`);
    return undefined;
  } catch {
    return "it needs root and the memory controller of control groups version 1";
  } finally {
    remove(folder);
  }
}

/** @param {string} name @param {number} limit in MiB */
export function createLimitedGroup(name, limit) {
  const folder = `${BASE}/peer-exporter-bench-${process.pid}-${name}`;
  mkdirSync(folder);
  writeFileSync(`${folder}/memory.limit_in_bytes`, String(limit * 2 ** 20));
  folders.add(folder);
  const read = (file) => readFileSync(`${folder}/${file}`, "utf8");
  return {
    /** A command that runs another one in the group. */
    within: (command) => ["/bin/sh", "-c", `echo 0 > ${folder}/cgroup.procs; exec "$@"`, "sh", ...command],
    processes: () => read("cgroup.procs").trim().split("\n").filter(Boolean).map(Number),
    account() {
      const stat = read("memory.stat");
      const of = (key) => Number(new RegExp(`^${key} (\\d+)$`, "m").exec(stat)?.[1] ?? 0);
      return {
        usage: Number(read("memory.usage_in_bytes")) / 2 ** 20,
        /** Memory of the processes alone, and pages of files. */
        anonymous: of("total_rss") / 2 ** 20,
        files: of("total_cache") / 2 ** 20,
        majorFaults: of("total_pgmajfault"),
        limitHits: Number(read("memory.failcnt")),
        kills: Number(/oom_kill (\d+)/.exec(read("memory.oom_control"))?.[1] ?? 0),
      };
    },
  };
}

function remove(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // It was not made, or still has a process that is ending.
  }
}
