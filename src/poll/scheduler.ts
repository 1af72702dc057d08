import { createHash } from "node:crypto";
import cron from "node-cron";
import type { NodeConfig, Trigger } from "../config/model.ts";

/**
 * Decides when each node is polled. A node is never polled twice at once, and no node waits for another.
 */

export type Planned = Pick<NodeConfig, "name" | "trigger">;

export type Schedule = {
  /**
   * Plans the turns of these nodes instead of those before. A node that is the same object as before keeps its turns;
   * any other begins with a first one soon.
   */
  plan(nodes: readonly Planned[]): void;
  /** No further turns; polls that run are the poller's to end. */
  stop(): void;
};

/**
 * The first polls of many nodes are spread, so that the start is no burst: each takes three times as long as later ones, and
 * answers that wait for a core are memory. Measured with 1,000 nodes of 100 peers, in 6 instead of 3 seconds: 160 instead of
 * 240 MiB from then on, and all nodes polled once after 7.0 instead of 6.3 seconds.
 */
const FIRST_POLL_SPACING_MS = 20;
const FIRST_POLL_SPREAD_MS = 6000;

/**
 * Turns of many nodes come together, a few every tenth of a second: a processor that was idle starts with cold caches, and a
 * poll alone takes a third more of its time than one of several (docs/performance.md).
 */
const TURN_GRID_MS = 100;

/** Longer timers overflow in Node and fire at once. The longest interval is shorter. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param turn polls a node once, unless it asked to be left alone; never rejects */
export function createSchedule(turn: (name: string) => Promise<void>): Schedule {
  let planned = new Map<Planned, Stop>();

  function plan(nodes: readonly Planned[]): void {
    const before = planned;
    const fresh = nodes.filter((node) => !before.has(node));
    const spread = Math.min(FIRST_POLL_SPREAD_MS, fresh.length * FIRST_POLL_SPACING_MS);
    const delays = new Map(fresh.map((node, index) => [node, (index / fresh.length) * spread]));
    planned = new Map(nodes.map((node) => [node, before.get(node) ?? scheduleNode(node, delays.get(node) ?? 0, turn)]));
    for (const [node, stop] of before) if (!planned.has(node)) stop();
  }

  return { plan, stop: () => plan([]) };
}

type Stop = () => void;

function scheduleNode({ name, trigger }: Planned, firstDelayMs: number, poll: (name: string) => Promise<void>): Stop {
  let isRunning = false;
  const turn = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await poll(name);
    } finally {
      isRunning = false;
    }
  };
  const first = setTimeout(() => void turn(), firstDelayMs);
  const stopTurns =
    trigger.kind === "interval" ? onInterval(name, trigger.intervalMs, turn) : onCron(trigger.expression, turn);
  return () => {
    clearTimeout(first);
    stopTurns();
  };
}

/**
 * Turns at a fixed phase of the interval, on the grid. A cron expression cannot say "every 90 s at second 13.4", so intervals run on
 * timers; each is set anew from the wall clock, which keeps them from drifting.
 */
function onInterval(name: string, intervalMs: number, turn: () => Promise<void>): Stop {
  const phase = Math.floor((phaseOf(name) * intervalMs) / TURN_GRID_MS) * TURN_GRID_MS;
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
  const nextTwo = createNextTwo(expression);
  const wait = (due: number) =>
    setTimeout(
      () => {
        if (Date.now() >= due) void turn();
        timer = wait(nextTwo().first);
      },
      Math.min(due - Date.now(), LONGEST_WAIT_MS),
    );
  let timer = wait(nextTwo().first);
  return () => clearTimeout(timer);
}

/** Asks for the time between two turns, in milliseconds; of a cron expression, the distance of its next two. */
export function createTurnLength(trigger: Trigger): () => number {
  if (trigger.kind === "interval") return () => trigger.intervalMs;
  const nextTwo = createNextTwo(trigger.expression);
  return () => {
    const { first, second } = nextTwo();
    return second === Number.POSITIVE_INFINITY ? 0 : second - first;
  };
}

/** Unix milliseconds; infinite where there is none. */
type NextTwo = { readonly first: number; readonly second: number };

/**
 * Asks for the next two moments of a cron expression. Those of a rare one take up to a third of a second to reckon, so they
 * are kept from the moment when they were reckoned until the first of them; before and after, they may be others.
 */
function createNextTwo(expression: string): () => NextTwo {
  let reckonedMs = Number.POSITIVE_INFINITY;
  let known: NextTwo = { first: Number.NEGATIVE_INFINITY, second: Number.NEGATIVE_INFINITY };
  return () => {
    const now = Date.now();
    if (reckonedMs <= now && now < known.first) return known;
    const task = cron.createTask(expression, () => {});
    const [first, second] = task.getNextRuns(2).map((date) => date.getTime());
    void task.destroy();
    reckonedMs = now;
    known = { first: first ?? Number.POSITIVE_INFINITY, second: second ?? Number.POSITIVE_INFINITY };
    return known;
  };
}
