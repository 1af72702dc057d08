import { readFileSync, writeFileSync } from "node:fs";

/** Watches how large the process becomes while something runs. */
export type PeakMemory = {
  /** The process is as small as it gets: what it has more from now on counts as growth. */
  settle(): void;
  begin(): void;
  /** How much larger than when it was settled the process was at most since the beginning, in MiB. */
  growth(): number;
};

const MIB = 1024 * 1024;

/** By the highest resident memory, which Linux lets a process set back (proc(5), clear_refs); elsewhere by what is left at the end. */
export function createPeakMemory(): PeakMemory {
  return canSetBack() ? byHighWater() : byUsage();
}

function canSetBack(): boolean {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
    return highWater() > 0;
  } catch {
    return false;
  }
}

function byHighWater(): PeakMemory {
  let floor = resident();
  return {
    settle() {
      floor = resident();
    },
    begin: () => writeFileSync("/proc/self/clear_refs", "5"),
    growth: () => highWater() - floor,
  };
}

function highWater(): number {
  const status = readFileSync("/proc/self/status", "latin1");
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

function byUsage(): PeakMemory {
  let floor = resident();
  return {
    settle() {
      floor = resident();
    },
    begin() {},
    growth: () => resident() - floor,
  };
}

function resident(): number {
  return process.memoryUsage.rss() / MIB;
}
