// The kernel's account of a group of processes, where this user may make one: with the pages of files, which a container's
// limit counts as well.
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";

/** @type {readonly { base: string, peak: string }[]} version 1, and version 2 as it is mounted alone or next to version 1 */
const PLACES = [
  { base: "/sys/fs/cgroup/memory", peak: "memory.max_usage_in_bytes" },
  { base: "/sys/fs/cgroup", peak: "memory.peak" },
];

/**
 * @returns {{ within: (command: readonly string[]) => string[], peak: () => number | undefined }} a command that runs another
 *   one in the group, and its peak in MiB; undefined where no group can be had
 */
export function createGroup() {
  for (const { base, peak } of PLACES) {
    const folder = `${base}/peer-exporter-bench-${process.pid}`;
    try {
      mkdirSync(folder);
      readFileSync(`${folder}/${peak}`);
    } catch {
      remove(folder);
      continue;
    }
    process.once("exit", () => remove(folder));
    return {
      within: (command) => ["/bin/sh", "-c", `echo $$ > ${folder}/cgroup.procs; exec "$@"`, "sh", ...command],
      peak: () => Number(readFileSync(`${folder}/${peak}`, "utf8")) / 2 ** 20,
    };
  }
  return { within: (command) => [...command], peak: () => undefined };
}

function remove(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // It was not made, or still has a process that is ending.
  }
}
