import type { DemoServer } from "./http.ts";

/** If another process took the port during an outage, the server tries again after this time. */
const REOPEN_RETRY_MS = 200;

/** The simulated time of a demo network. All times are Unix seconds, with fractions. */
export type Clock = {
  readonly startedAt: number;
  /** Simulated seconds per real second. */
  readonly speed: number;
  now(): number;
};

/**
 * Creates a clock that starts at the real time and runs `speed` times as fast. It never goes back, even if the system's
 * clock does.
 * @throws RangeError if `speed` is not a finite number above 0
 */
export function createClock(speed: number, realNow: () => number = () => Date.now() / 1000): Clock {
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed must be a number above 0, not ${speed}`);
  const startedAt = realNow();
  let latest = startedAt;
  return {
    startedAt,
    speed,
    now() {
      latest = Math.max(latest, startedAt + (realNow() - startedAt) * speed);
      return latest;
    },
  };
}

/** A node that follows the head, stops for a while and catches up, again and again. All in seconds. */
export type LagCycle = {
  readonly period: number;
  /** When in the period it stops. */
  readonly stallFrom: number;
  readonly stallFor: number;
  readonly catchUpFor: number;
};

/** How many seconds a node is behind the network's head, `elapsed` seconds after the demo's start. */
export function delayAt(cycle: LagCycle, elapsed: number): number {
  if (elapsed < 0) return 0;
  const stalled = (elapsed % cycle.period) - cycle.stallFrom;
  if (stalled <= 0) return 0;
  if (stalled <= cycle.stallFor) return stalled;
  const catchingUp = (stalled - cycle.stallFor) / cycle.catchUpFor;
  return catchingUp < 1 ? cycle.stallFor * (1 - catchingUp) : 0;
}

/** Whether the node is in the part of its cycle in which it stops. */
export function isStalledAt(cycle: LagCycle, elapsed: number): boolean {
  const stalled = (elapsed % cycle.period) - cycle.stallFrom;
  return elapsed >= 0 && stalled > 0 && stalled <= cycle.stallFor;
}

/** A node that goes down and comes back, again and again. All in seconds. */
export type OutageCycle = {
  readonly period: number;
  /** When in the period it goes down. */
  readonly downFrom: number;
  readonly downFor: number;
};

/** Start and end of outage number `index` (from 0), in seconds after the demo's start. */
export function outageTimes(cycle: OutageCycle, index: number): { readonly downAt: number; readonly upAt: number } {
  const downAt = index * cycle.period + cycle.downFrom;
  return { downAt, upAt: downAt + cycle.downFor };
}

/**
 * Closes and opens a server in a cycle. While it is closed, its port refuses connections, like that of a node that is
 * down. `onUp` runs just before the server opens again. `stop` ends the cycle and leaves the server as it is.
 */
export function runOutages(
  server: Pick<DemoServer, "open" | "close">,
  clock: Clock,
  cycle: OutageCycle,
  onUp: (index: number) => void,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let working: Promise<void> = Promise.resolve();

  function at(elapsed: number, work: () => Promise<void>): void {
    const ms = ((clock.startedAt + elapsed - clock.now()) / clock.speed) * 1000;
    after(Math.max(0, ms), work);
  }

  function after(ms: number, work: () => Promise<void>): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      working = work();
    }, ms);
    timer.unref();
  }

  function schedule(index: number): void {
    const { downAt, upAt } = outageTimes(cycle, index);
    at(downAt, async () => {
      await server.close();
      at(upAt, async () => {
        if (isStopped) return;
        onUp(index);
        await reopen(index);
      });
    });
  }

  async function reopen(index: number): Promise<void> {
    try {
      await server.open();
      schedule(index + 1);
    } catch {
      after(REOPEN_RETRY_MS, () => reopen(index));
    }
  }

  schedule(0);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await working;
    },
  };
}
