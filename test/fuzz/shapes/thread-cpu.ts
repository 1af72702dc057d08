import { openSync, readSync } from "node:fs";

/** The CPU time that the main thread has used so far, in milliseconds. */
export type CpuClock = () => number;

/**
 * Other threads of the process are not counted, where the system tells them apart: from Node 23.9 on by itself, before on Linux
 * from /proc. Elsewhere it is the time of the whole process, in which the engine's helpers and the server of the cases count.
 */
export function createCpuClock(): CpuClock {
  return byNode() ?? byScheduler() ?? (() => milliseconds(process.cpuUsage()));
}

type Usage = { readonly user: number; readonly system: number };

function milliseconds({ user, system }: Usage): number {
  return (user + system) / 1000;
}

function byNode(): CpuClock | undefined {
  // Not in the types of the oldest Node.js that we support.
  const { threadCpuUsage }: NodeJS.Process & { readonly threadCpuUsage?: () => Usage } = process;
  return threadCpuUsage === undefined ? undefined : () => milliseconds(threadCpuUsage.call(process));
}

function byScheduler(): CpuClock | undefined {
  const line = Buffer.alloc(80);
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
    return () => {
      // Only asking for the usage brings the count up to now; without it, it is that of the last tick, up to 4 ms ago (Linux
      // kernel/sched/cputime.c thread_group_cputime).
      process.cpuUsage();
      readSync(file, line, 0, line.length, 0);
      return Number(line.toString("latin1", 0, line.indexOf(0x20))) / 1e6;
    };
  } catch {
    return undefined;
  }
}
