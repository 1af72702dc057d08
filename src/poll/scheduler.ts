import { createHash } from "node:crypto";
import type { NodeConfig, Trigger } from "../config/model.ts";
import { type CronTimes, createCronTimes } from "../lib/cron-times.ts";
import { createLine, type Line } from "../lib/line.ts";
import { atOnce, type Steps } from "../lib/slices.ts";

/**
 * Decides when each node is polled. A node is never polled twice at once, and no node waits for another.
 */

export type Planned = Pick<NodeConfig, "name" | "trigger">;

export type Schedule = {
  /**
   * Plans the turns of these nodes, one a step. A node that is the same object as before keeps its turns; any other begins
   * with a first one soon.
   */
  plan(nodes: readonly Planned[]): Steps<void>;
  /** Ends the turns of all nodes but these, one a step. */
  keep(nodes: readonly Planned[]): Steps<void>;
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
  const planned = new Map<Planned, Stop>();
  const line = createLine();
  let isStopped = false;

  function* plan(nodes: readonly Planned[]): Steps<void> {
    const fresh = nodes.filter((node) => !planned.has(node));
    const spread = Math.min(FIRST_POLL_SPREAD_MS, fresh.length * FIRST_POLL_SPACING_MS);
    for (const [index, node] of fresh.entries()) {
      if (isStopped) return;
      planned.set(node, scheduleNode(node, (index / fresh.length) * spread, turn, line));
      yield;
    }
  }

  function* keep(nodes: readonly Planned[]): Steps<void> {
    const kept = new Set(nodes);
    for (const [node, stop] of planned) {
      if (kept.has(node)) continue;
      stop();
      planned.delete(node);
      yield;
    }
  }

  return {
    plan,
    keep,
    stop() {
      isStopped = true;
      atOnce(keep([]));
    },
  };
}

type Stop = () => void;

function scheduleNode(
  { name, trigger }: Planned,
  firstDelayMs: number,
  poll: (name: string) => Promise<void>,
  line: Line,
): Stop {
  let isRunning = false;
  let isStopped = false;
  const turn = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await line.take(async () => {
        if (!isStopped) await poll(name);
      });
    } finally {
      isRunning = false;
    }
  };
  const first = setTimeout(() => void turn(), firstDelayMs);
  const stopTurns =
    trigger.kind === "interval" ? onInterval(name, trigger.intervalMs, turn) : onCron(trigger.expression, turn);
  return () => {
    isStopped = true;
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

/** By more than this the clock is set; time services that correct a clock bit by bit do it by less between two looks. */
const SET_BACK_MS = 1000;

/**
 * Turns when the expression says so. node-cron's own schedule waits for a moment that it has once reckoned: set back by an
 * hour, the clock would make every node rest for that hour. Here each look at the clock asks whether it was set back since the
 * last one, and then for the moments that it has passed since by its new time.
 */
function onCron(expression: string, turn: () => Promise<void>): Stop {
  const turns = createCronTimes(expression);
  const nextTwo = createNextTwo(turns);
  let look = lookAtClocks();
  let due = nextTwo().first;

  function onLook(): void {
    const before = look;
    look = lookAtClocks();
    const passedMs = look.steadyMs - before.steadyMs;
    const isSetBack = look.wallMs - before.wallMs < passedMs - SET_BACK_MS;
    const isDue = isSetBack ? turns.hasWithin(look.wallMs - passedMs, look.wallMs) : look.wallMs >= due;
    if (isDue) void turn();
    // Kept until it has come: corrected by a few milliseconds, the clock may be before the same moment once more.
    if (isSetBack || isDue) due = nextTwo().first;
    timer = wait();
  }

  const wait = () => setTimeout(onLook, Math.min(due - Date.now(), LONGEST_WAIT_MS));
  let timer = wait();
  return () => clearTimeout(timer);
}

/** The clock of the wall, and one that nobody sets. */
function lookAtClocks(): { readonly wallMs: number; readonly steadyMs: number } {
  return { wallMs: Date.now(), steadyMs: performance.now() };
}

/** Asks for the time between two turns, in milliseconds; of a cron expression, the distance of its next two. */
export function createTurnLength(trigger: Trigger): () => number {
  if (trigger.kind === "interval") return () => trigger.intervalMs;
  const nextTwo = createNextTwo(createCronTimes(trigger.expression));
  return () => {
    const { first, second } = nextTwo();
    return second === Number.POSITIVE_INFINITY ? 0 : second - first;
  };
}

/** Unix milliseconds; infinite where there is none. */
type NextTwo = { readonly first: number; readonly second: number };

/**
 * Asks for the next two moments of a cron expression. Those of a rare one take long to reckon, so they are kept from the moment
 * when they were reckoned until the first of them; before and after, they may be others.
 */
function createNextTwo(turns: CronTimes): () => NextTwo {
  let reckonedMs = Number.POSITIVE_INFINITY;
  let known: NextTwo = { first: Number.NEGATIVE_INFINITY, second: Number.NEGATIVE_INFINITY };
  return () => {
    const now = Date.now();
    if (reckonedMs <= now && now < known.first) return known;
    const [first, second] = turns.next();
    reckonedMs = now;
    known = { first, second };
    return known;
  };
}
