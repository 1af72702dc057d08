// Loaded into a process that is measured (`node --import`), answers questions over the IPC channel. Nothing runs between
// them: the histogram, a timer every millisecond, only while it is asked to watch.
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const RESOLUTION_MS = 1;
const READINGS = 3;
const READING_MS = 20;
let histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

/** Milliseconds that the main thread could have run and had no core, by the scheduler's account; 0 where it keeps none. */
function waitedMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "latin1").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** The longest that the loop was held up by what it did itself. */
const own = { longestMs: 0, timer: undefined };

function watchOwn() {
  own.longestMs = 0;
  let last = performance.now();
  let waited = waitedMs();
  own.timer = setInterval(() => {
    const [nowMs, nowWaited] = [performance.now(), waitedMs()];
    own.longestMs = Math.max(own.longestMs, nowMs - last - RESOLUTION_MS - (nowWaited - waited));
    [last, waited] = [nowMs, nowWaited];
  }, RESOLUTION_MS);
}

const commands = {
  /** CPU seconds so far, user and system, of all threads. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  /**
   * After a full collection where the process has `--expose-gc`: the least of some readings, as the engine frees the memory
   * behind dead buffers in a thread of its own, which comes late on a busy machine.
   */
  async memory() {
    const readings = [];
    for (let reading = 0; reading < READINGS; reading += 1) {
      globalThis.gc?.();
      await sleep(READING_MS);
      readings.push(process.memoryUsage());
    }
    const least = (pick) => Math.min(...readings.map(pick));
    return { heapUsed: least(({ heapUsed }) => heapUsed), arrayBuffers: least(({ arrayBuffers }) => arrayBuffers) };
  },
  watch() {
    histogram.disable();
    histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    watchOwn();
  },
  /** Delays of the timer beyond its period, in milliseconds; `own` is the longest without the wait for a core. */
  delays() {
    histogram.disable();
    clearInterval(own.timer);
    const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    return {
      own: own.longestMs,
      max: late(histogram.max),
      p99: late(histogram.percentile(99)),
      p50: late(histogram.percentile(50)),
      count: histogram.count,
    };
  },
};

process.on("message", async ({ id, command }) => process.send?.({ id, answer: await commands[command]?.() }));
// The channel alone keeps no process alive.
process.channel?.unref();
