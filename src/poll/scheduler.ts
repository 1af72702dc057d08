import { createHash } from "node:crypto";
import type { NodeConfig, Trigger } from "../config/model.ts";
import { type CronTimes, createCronTimes } from "../lib/cron-times.ts";
import { createStartQueue } from "../lib/queue.ts";
import { runToEnd, type Steps } from "../lib/slices.ts";

/**
 * Decides when each node is polled. A node has at most one poll at a time, and nodes do not wait for each other.
 */

export type ScheduledNode = Pick<NodeConfig, "name" | "trigger">;

export type Schedule = {
  /**
   * Schedules these nodes, one per step. A node that is the same object as before keeps its schedule; the first poll of any
   * other node comes soon.
   */
  plan(nodes: readonly ScheduledNode[]): Steps<void>;
  /** Ends the schedules of all other nodes, one per step. */
  keep(nodes: readonly ScheduledNode[]): Steps<void>;
  /** Schedules no more polls; the poller ends those that run. */
  stop(): void;
};

/**
 * The first polls of many nodes are spread to avoid a burst at the start: each takes three times as long as later ones, and
 * responses that wait for a core take memory. Measured with 1,000 nodes of 100 peers, spread over 6 instead of 3 seconds: 160
 * instead of 240 MiB from then on, and all nodes polled once after 7.0 instead of 6.3 seconds.
 */
const FIRST_POLL_SPACING_MS = 20;
const FIRST_POLL_SPREAD_MS = 6000;

/**
 * Polls of many nodes are grouped, a few every tenth of a second: an idle processor starts with cold caches, and a single poll
 * takes a third more of its time than one of several (docs/performance.md).
 */
const POLL_GRID_MS = 100;

/** Longer timers overflow in Node and fire immediately. The longest configurable interval is shorter. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** @param poll polls a node once; never rejects */
export function createSchedule(poll: (name: string) => Promise<void>): Schedule {
  const scheduled = new Map<ScheduledNode, Stop>();
  const start = createStartQueue();
  let isStopped = false;

  function* plan(nodes: readonly ScheduledNode[]): Steps<void> {
    const fresh = nodes.filter((node) => !scheduled.has(node));
    const spread = Math.min(FIRST_POLL_SPREAD_MS, fresh.length * FIRST_POLL_SPACING_MS);
    for (const [index, node] of fresh.entries()) {
      if (isStopped) return;
      scheduled.set(node, scheduleNode(node, (index / fresh.length) * spread, poll, start));
      yield;
    }
  }

  function* keep(nodes: readonly ScheduledNode[]): Steps<void> {
    const kept = new Set(nodes);
    for (const [node, stop] of scheduled) {
      if (kept.has(node)) continue;
      stop();
      scheduled.delete(node);
      yield;
    }
  }

  return {
    plan,
    keep,
    stop() {
      isStopped = true;
      runToEnd(keep([]));
    },
  };
}

type Stop = () => void;

function scheduleNode(
  { name, trigger }: ScheduledNode,
  firstDelayMs: number,
  poll: (name: string) => Promise<void>,
  start: (task: () => Promise<void>) => Promise<void>,
): Stop {
  let isRunning = false;
  let isStopped = false;
  const pollInLine = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await start(async () => {
        if (!isStopped) await poll(name);
      });
    } finally {
      isRunning = false;
    }
  };
  const first = setTimeout(() => void pollInLine(), firstDelayMs);
  const stopTimer =
    trigger.kind === "interval"
      ? onInterval(name, trigger.intervalMs, pollInLine)
      : onCron(trigger.expression, pollInLine);
  return () => {
    isStopped = true;
    clearTimeout(first);
    stopTimer();
  };
}

/**
 * Polls at a fixed phase of the interval, on the grid. A cron expression cannot say "every 90 s at second 13.4", so intervals run
 * on timers. Each timer is set from the wall clock, so that they do not drift.
 */
function onInterval(name: string, intervalMs: number, poll: () => Promise<void>): Stop {
  const phase = Math.floor((phaseOf(name) * intervalMs) / POLL_GRID_MS) * POLL_GRID_MS;
  const next = (earliest: number) => {
    const delay = untilPhase(earliest, intervalMs, phase) + earliest - Date.now();
    return setTimeout(
      () => {
        void poll();
        // A timer may fire slightly early; half an interval later, the next phase is certainly another one.
        timer = next(Date.now() + intervalMs / 2);
      },
      Math.min(delay, MAX_TIMER_MS),
    );
  };
  // A poll right after the first one would return the same data.
  let timer = next(Date.now() + intervalMs / 2);
  return () => clearTimeout(timer);
}

/** Milliseconds from `fromMs` to the next moment whose remainder by the interval is `phaseMs`. */
export function untilPhase(fromMs: number, intervalMs: number, phaseMs: number): number {
  // The interval is added since the remainder of a negative number is negative, and a clock without a battery starts at 1970.
  const passed = (((fromMs - phaseMs) % intervalMs) + intervalMs) % intervalMs;
  return passed === 0 ? 0 : intervalMs - passed;
}

/** A stable share of the interval, from 0 to 1: nodes are spread, and keep their phase over restarts. */
export function phaseOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
}

/** The wall clock may be set at any time, which a timer does not notice, so the clock is read again after this time. */
const MAX_WAIT_MS = 60_000;

/** A larger step back means that the clock was set. Time services that correct it gradually make smaller steps. */
const SET_BACK_MS = 1000;

/**
 * Polls when the expression matches. node-cron's own schedule waits for a time computed once: with a clock that is set back by
 * an hour, no node would be polled for that hour. Here each reading of the clock checks whether it was set back since the last
 * reading, and if so, whether the expression matched since then by the new time.
 */
function onCron(expression: string, poll: () => Promise<void>): Stop {
  const matches = createCronTimes(expression);
  const nextTwo = createNextTwo(matches);
  let reading = readClocks();
  let due = nextTwo().first;

  function onTimer(): void {
    const before = reading;
    reading = readClocks();
    const passedMs = reading.monotonicMs - before.monotonicMs;
    const isSetBack = reading.wallMs - before.wallMs < passedMs - SET_BACK_MS;
    const isDue = isSetBack ? matches.hasWithin(reading.wallMs - passedMs, reading.wallMs) : reading.wallMs >= due;
    if (isDue) void poll();
    // Kept until it has passed: a clock that is corrected by milliseconds may reach the same time twice.
    if (isSetBack || isDue) due = nextTwo().first;
    timer = wait();
  }

  const wait = () => setTimeout(onTimer, Math.min(due - Date.now(), MAX_WAIT_MS));
  let timer = wait();
  return () => clearTimeout(timer);
}

/** The wall clock, and one that is never set. */
function readClocks(): { readonly wallMs: number; readonly monotonicMs: number } {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

/** Returns the milliseconds between two scheduled polls; for a cron expression, between its next two matches. */
export function createPollInterval(trigger: Trigger): () => number {
  if (trigger.kind === "interval") return () => trigger.intervalMs;
  const nextTwo = createNextTwo(createCronTimes(trigger.expression));
  return () => {
    const { first, second } = nextTwo();
    return second === Number.POSITIVE_INFINITY ? 0 : second - first;
  };
}

/** Unix milliseconds; infinite where the expression has no more matches. */
type NextTwo = { readonly first: number; readonly second: number };

/**
 * Returns the next two matches of a cron expression. Those of a rare expression take long to compute, so they are kept from the
 * time of the computation until the first of them. If the clock is set outside of this range, they are computed again.
 */
function createNextTwo(matches: CronTimes): () => NextTwo {
  let computedMs = Number.POSITIVE_INFINITY;
  let known: NextTwo = { first: Number.NEGATIVE_INFINITY, second: Number.NEGATIVE_INFINITY };
  return () => {
    const now = Date.now();
    if (computedMs <= now && now < known.first) return known;
    const [first, second] = matches.next();
    computedMs = now;
    known = { first, second };
    return known;
  };
}
