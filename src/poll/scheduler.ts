import { createHash } from "node:crypto";
import cron from "node-cron";
import type { NodeConfig, Trigger } from "../config/model.ts";

/**
 * Decides when each node is polled. A node is never polled twice at once, and no node waits for another.
 */

export type Schedule = {
  /** No further turns; polls that run are the poller's to end. */
  stop(): Promise<void>;
};

export type Turns = {
  /** Polls once; the result is how long the node asked to be left alone, in seconds (0: not at all). */
  poll(name: string): Promise<{ readonly pauseSeconds: number }>;
  /** Told of a turn that is left out for that. */
  rest(name: string): void;
};

/** The first polls of many nodes are spread, so that the start is no burst. */
const FIRST_POLL_SPACING_MS = 20;
const FIRST_POLL_SPREAD_MS = 3000;

/** Longer timers overflow in Node and fire at once. The longest interval is shorter. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function startSchedule(nodes: readonly Pick<NodeConfig, "name" | "trigger">[], turns: Turns): Schedule {
  const spread = Math.min(FIRST_POLL_SPREAD_MS, nodes.length * FIRST_POLL_SPACING_MS);
  const stops = nodes.map((node, index) => scheduleNode(node, (index / nodes.length) * spread, turns));
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

type Stop = () => void | Promise<void>;

function scheduleNode(
  { name, trigger }: Pick<NodeConfig, "name" | "trigger">,
  firstDelayMs: number,
  { poll, rest }: Turns,
): Stop {
  let isRunning = false;
  // Not the wall clock: when that is set back, every node would rest until it has caught up.
  let pausedUntil = performance.now();
  const turn = async () => {
    if (isRunning) return;
    if (performance.now() < pausedUntil) return rest(name);
    isRunning = true;
    try {
      const { pauseSeconds } = await poll(name);
      pausedUntil = performance.now() + pauseSeconds * 1000;
    } finally {
      isRunning = false;
    }
  };
  const first = setTimeout(() => void turn(), firstDelayMs);
  const stopTurns =
    trigger.kind === "interval" ? onInterval(name, trigger.intervalMs, turn) : onCron(trigger.expression, turn);
  return async () => {
    clearTimeout(first);
    await stopTurns();
  };
}

/**
 * Turns at a fixed phase of the interval. A cron expression cannot say "every 90 s at second 13.4", so intervals run on
 * timers; each is set anew from the wall clock, which keeps them from drifting.
 */
function onInterval(name: string, intervalMs: number, turn: () => Promise<void>): Stop {
  const phase = phaseOf(name) * intervalMs;
  const next = (earliest: number) => {
    const delay = untilTurn(earliest, intervalMs, phase) + earliest - Date.now();
    return setTimeout(
      () => {
        void turn();
        // A timer may fire a little early; half an interval on, it is surely another turn.
        timer = next(Date.now() + intervalMs / 2);
      },
      Math.min(delay, LONGEST_TIMER_MS),
    );
  };
  // The first poll has just been; a turn right after it would tell nothing new.
  let timer = next(Date.now() + intervalMs / 2);
  return () => clearTimeout(timer);
}

/** Milliseconds from `fromMs` to the next moment whose remainder by the interval is `phaseMs`. */
export function untilTurn(fromMs: number, intervalMs: number, phaseMs: number): number {
  // Added once more, as the remainder of a negative number is negative: a clock without a battery starts at 1970.
  const passed = (((fromMs - phaseMs) % intervalMs) + intervalMs) % intervalMs;
  return passed === 0 ? 0 : intervalMs - passed;
}

/** A stable share of the interval, from 0 to 1, so that nodes are spread and keep their place over restarts. */
export function phaseOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
}

/** The wall clock may be set at any time, and a timer knows nothing of it: it is looked at again after so long. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Turns when the expression says so. node-cron's own schedule waits for a moment that it has once reckoned: set back by an
 * hour, the clock would make every node rest for that hour.
 */
function onCron(expression: string, turn: () => Promise<void>): Stop {
  const task = cron.createTask(expression, () => {});
  const nextMs = () => task.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY;
  const wait = (due: number) =>
    setTimeout(
      () => {
        if (Date.now() >= due) void turn();
        timer = wait(nextMs());
      },
      Math.min(due - Date.now(), LONGEST_WAIT_MS),
    );
  let timer = wait(nextMs());
  return () => {
    clearTimeout(timer);
    return task.destroy();
  };
}

/** Time between two turns, in milliseconds; of a cron expression, the distance of its next two. */
export function turnLengthMs(trigger: Trigger): number {
  if (trigger.kind === "interval") return trigger.intervalMs;
  const task = cron.createTask(trigger.expression, () => {});
  const [first, second] = task.getNextRuns(2);
  void task.destroy();
  return first === undefined || second === undefined ? 0 : second.getTime() - first.getTime();
}
