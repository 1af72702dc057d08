// Loaded into a process that is measured (`node --import`), answers questions over the IPC channel. Nothing runs between
// them: the histogram, a timer every millisecond, only while it is asked to watch.
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 1;
let histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

const commands = {
  /** CPU seconds so far, user and system, of all threads. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  /** After a full collection where the process has `--expose-gc`. */
  memory() {
    globalThis.gc?.();
    return process.memoryUsage();
  },
  watch() {
    histogram.disable();
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
  },
  /** Delays of the timer beyond its period, in milliseconds. */
  delays() {
    histogram.disable();
    const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    return {
      max: late(histogram.max),
      p99: late(histogram.percentile(99)),
      p50: late(histogram.percentile(50)),
      count: histogram.count,
    };
  },
};

process.on("message", ({ id, command }) => process.send?.({ id, answer: commands[command]?.() }));
// The channel alone keeps no process alive.
process.channel?.unref();
