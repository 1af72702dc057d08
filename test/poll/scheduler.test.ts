import fc from "fast-check";
import cron from "node-cron";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Trigger } from "../../src/config/model.ts";
import { runToEnd } from "../../src/lib/slices.ts";
import {
  createPollInterval,
  createSchedule,
  phaseOf,
  type Schedule,
  type ScheduledNode,
  untilPhase,
} from "../../src/poll/scheduler.ts";
import { NOW } from "./support.ts";

const every = (intervalMs: number): Trigger => ({ kind: "interval", intervalMs });
const at = (expression: string): Trigger => ({ kind: "cron", expression });

const schedules: Schedule[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(async () => {
  for (const schedule of schedules.splice(0)) schedule.stop();
  vi.useRealTimers();
});

type Poll = (name: string) => Promise<void>;

/** Starts a schedule and keeps when each node had its turn, in milliseconds since the start. */
function start(nodes: Readonly<Record<string, Trigger>>, poll: Poll = async () => {}) {
  const startedMs = performance.now();
  const polls: { readonly name: string; readonly ms: number }[] = [];
  const schedule = createSchedule((name) => {
    polls.push({ name, ms: performance.now() - startedMs });
    return poll(name);
  });
  const planned = Object.entries(nodes).map(([name, trigger]) => ({ name, trigger }));
  runToEnd(schedule.plan(planned));
  schedules.push(schedule);
  const of = (name: string) => polls.filter((each) => each.name === name).map(({ ms }) => ms);
  return { schedule, planned, polls, of };
}

function replan(schedule: Schedule, nodes: readonly ScheduledNode[]): void {
  runToEnd(schedule.keep(nodes));
  runToEnd(schedule.plan(nodes));
}

/** Distances of neighbours. */
function gaps(moments: readonly number[]): readonly number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] ?? Number.NaN));
}

/** The two moments are a whole number of steps apart, give or take the rounding of timers. */
function areStepsApart(first: number, second: number, step: number): boolean {
  const rest = Math.abs(second - first) % step;
  return Math.min(rest, step - rest) <= 2;
}

describe("intervals", () => {
  test("a node is polled right after the start and then at its phase", async () => {
    const { of } = start({ "node-1": every(15_000) });
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    const [first, second, ...rest] = of("node-1");
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(7500);
    expect(second).toBeLessThanOrEqual(22_500);
    expect(rest.length).toBeGreaterThanOrEqual(17);
    for (const gap of gaps([second ?? Number.NaN, ...rest])) expect(Math.abs(gap - 15_000)).toBeLessThanOrEqual(2);
  });

  test("the phase is the same after a restart at another moment", async () => {
    const before = start({ "node-1": every(15_000) });
    await vi.advanceTimersByTimeAsync(60_000);
    before.schedule.stop();
    await vi.advanceTimersByTimeAsync(3210);
    const offset = 63_210;
    const after = start({ "node-1": every(15_000) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(areStepsApart(before.of("node-1").at(-1) ?? 0, (after.of("node-1").at(-1) ?? 0) + offset, 15_000)).toBe(
      true,
    );
  });

  test("the phase is the node's own share of the interval, on the grid, and at least half an interval after the start", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
    const { of } = start(Object.fromEntries(names.map((name) => [name, every(10_000)])));
    await vi.advanceTimersByTimeAsync(30_000);
    for (const name of names) {
      const [, second = Number.NaN] = of(name);
      expect(second).toBeGreaterThanOrEqual(5000);
      expect(second).toBeLessThanOrEqual(15_002);
      const atPhase = Math.floor(phaseOf(name) * 100) * 100;
      expect(Math.abs(untilPhase(NOW + second, 10_000, atPhase) - 5000)).toBeGreaterThanOrEqual(4998);
    }
  });

  test("many first polls are spread over seconds, in the order of the configuration", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    const { polls } = start(Object.fromEntries(names.map((name) => [name, every(60_000)])));
    await vi.advanceTimersByTimeAsync(6000);
    expect(polls.map(({ name }) => name)).toEqual(names);
    for (let second = 0; second < 6; second++) {
      const share = polls.filter(({ ms }) => ms >= second * 1000 && ms < (second + 1) * 1000).length;
      expect(share).toBe(50);
    }
  });

  test("a few first polls come immediately", async () => {
    const { polls } = start({ a: every(60_000), b: every(60_000) });
    await vi.advanceTimersByTimeAsync(20);
    expect(polls.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("the later polls of many nodes are spread over the interval", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
    const { polls } = start(Object.fromEntries(names.map((name) => [name, every(10_000)])));
    await vi.advanceTimersByTimeAsync(20_000);
    const before = polls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    const later = polls.slice(before);
    expect(Math.abs(later.length - 200)).toBeLessThanOrEqual(2);
    for (let second = 20; second < 30; second++) {
      const share = later.filter(({ ms }) => ms >= second * 1000 && ms < (second + 1) * 1000).length;
      expect(share).toBeGreaterThan(8);
      expect(share).toBeLessThan(32);
    }
  });

  test("polls of many nodes are grouped, tenths of a second apart", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `n${index}`);
    const { of } = start(Object.fromEntries(names.map((name) => [name, every(10_000)])));
    await vi.advanceTimersByTimeAsync(30_000);
    const turns = names.map((name) => of(name).at(-1) ?? Number.NaN);
    for (const turn of turns) expect(areStepsApart(turn, turns[0] ?? Number.NaN, 100)).toBe(true);
  });

  test("the longest interval does not overflow the timer", async () => {
    // 24 days, the longest that the configuration takes; a timer that overflows fires every millisecond.
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const { polls } = start(Object.fromEntries(names.map((name) => [name, every(24 * 86_400_000)])));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(polls).toHaveLength(20);
  });
});

describe("a node has at most one poll at a time", () => {
  test.each([
    ["on an interval", every(1000)],
    ["on a schedule", at("* * * * * *")],
  ])("%s", async (_, trigger) => {
    let running = 0;
    let most = 0;
    const { of } = start({ slow: trigger }, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 3300));
      running -= 1;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(most).toBe(1);
    expect(of("slow").length).toBeGreaterThan(10);
    for (const gap of gaps(of("slow"))) expect(gap).toBeGreaterThanOrEqual(3300);
  });
});

test.each([
  ["on an interval", every(5000)],
  ["on a schedule", at("*/5 * * * * *")],
])("one hanging node never delays another %s", async (_, trigger) => {
  const hangs = new Promise<void>(() => {});
  const poll = async (name: string) => (name === "hangs" ? hangs : undefined);
  const alone = start({ well: trigger }, poll);
  await vi.advanceTimersByTimeAsync(60_000);
  alone.schedule.stop();
  const together = start({ hangs: trigger, well: trigger }, poll);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(together.of("hangs")).toHaveLength(1);
  expect(alone.of("well").length).toBeGreaterThanOrEqual(12);
  expect(together.of("well").slice(1)).toEqual(alone.of("well").slice(1));
});

describe("a clock that is set", () => {
  test.each([
    ["back by an hour", -3_600_000, every(15_000)],
    ["forward by an hour", 3_600_000, every(15_000)],
    ["back to 1970", -NOW, every(15_000)],
    ["forward by an hour", 3_600_000, at("*/15 * * * * *")],
    ["back by an hour", -3_600_000, at("*/15 * * * * *")],
  ])("%s (%d ms) does not stop the polls: %j", async (_, step, trigger) => {
    const { of } = start({ "node-1": trigger });
    await vi.advanceTimersByTimeAsync(30_000);
    vi.setSystemTime(Date.now() + step);
    const before = of("node-1").length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of("node-1").length - before).toBeGreaterThanOrEqual(3);
    expect(of("node-1").length - before).toBeLessThanOrEqual(5);
  });

  test.each([
    ["back by an hour", -3_600_000],
    ["back by an hour and 2.3 s", -3_602_300],
    ["back by 7 s", -7000],
    ["forward by an hour", 3_600_000],
    ["forward by an hour and 2.3 s", 3_602_300],
    ["back to 1970", -NOW],
  ])("%s keeps a schedule of every 5 s: no poll is left out", async (_, step) => {
    for (const after of [300, 1300, 4900]) {
      const { of } = start({ "node-1": at("*/5 * * * * *") });
      await vi.advanceTimersByTimeAsync(20_000 + after);
      vi.setSystemTime(Date.now() + step);
      await vi.advanceTimersByTimeAsync(60_000);
      const [, ...turns] = of("node-1");
      expect(turns.length).toBeGreaterThanOrEqual(15);
      for (const gap of gaps(turns)) expect(gap).toBeLessThanOrEqual(5001);
    }
  });

  test("step by step repeats no poll", async () => {
    const { of } = start({ "node-1": at("*/5 * * * * *") });
    for (let second = 0; second < 120; second += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      vi.setSystemTime(Date.now() + (second % 3 === 0 ? 4 : -6));
    }
    const [, ...turns] = of("node-1");
    expect(turns.length).toBeGreaterThanOrEqual(23);
    for (const gap of gaps(turns)) expect(Math.abs(gap - 5000)).toBeLessThan(50);
  });

  test("is noticed within a minute by a schedule that waits for long", async () => {
    // NOW is at minute 4 and second 5 of an hour.
    const { of } = start({ "node-1": at("40 50 * * * *") });
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(NOW + 46 * 60_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of("node-1")).toHaveLength(2);
  });
});

describe("schedules", () => {
  test("a cron expression of six fields runs at its moments, after a first poll at the start", async () => {
    // NOW is 03:04:05 UTC; seconds are the same in every zone.
    const { of } = start({ "node-1": at("*/20 * * * * *") });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of("node-1")).toEqual([0, 15_000, 35_000, 55_000]);
  });

  test("one of five fields runs each minute", async () => {
    const { of } = start({ "node-1": at("* * * * *") });
    await vi.advanceTimersByTimeAsync(180_000);
    expect(of("node-1")).toEqual([0, 55_000, 115_000, 175_000]);
  });
});

describe("a new plan", () => {
  test("can be interrupted after each node that it begins or ends", () => {
    const { schedule } = start({});
    const nodes = ["a", "b", "c"].map((name) => ({ name, trigger: every(1000) }));
    expect([...schedule.plan(nodes)]).toHaveLength(3);
    expect([...schedule.keep(nodes.slice(0, 1))]).toHaveLength(2);
  });

  test("leaves the polls of an unchanged node as they were", async () => {
    const { schedule, planned, of } = start({ a: every(10_000), b: at("*/10 * * * * *") });
    await vi.advanceTimersByTimeAsync(25_000);
    replan(schedule, [{ name: "new", trigger: every(10_000) }, ...planned]);
    await vi.advanceTimersByTimeAsync(75_000);
    const alone = start({ a: every(10_000) });
    for (const name of ["a", "b"]) {
      const steps = gaps(of(name).slice(1));
      expect(steps.length).toBeGreaterThanOrEqual(8);
      for (const step of steps) expect(Math.abs(step - 10_000)).toBeLessThanOrEqual(2);
    }
    expect(alone.of("a")).toHaveLength(0);
  });

  test("polls an added node soon, and a node with another schedule as well", async () => {
    const { schedule, of, planned } = start({ stays: every(3_600_000), changes: every(3_600_000) });
    await vi.advanceTimersByTimeAsync(25_000);
    const stays = planned.filter(({ name }) => name === "stays");
    replan(schedule, [...stays, ...["changes", "comes"].map((name) => ({ name, trigger: every(3_600_000) }))]);
    await vi.advanceTimersByTimeAsync(100);
    expect([of("stays").length, of("changes").length, of("comes").length]).toEqual([1, 2, 1]);
  });

  test("schedules no further poll of a node that it does not contain", async () => {
    const { schedule, of, planned } = start({ stays: every(10_000), goes: every(10_000), cron: at("*/10 * * * * *") });
    await vi.advanceTimersByTimeAsync(25_000);
    const before = [of("goes").length, of("cron").length];
    replan(
      schedule,
      planned.filter(({ name }) => name === "stays"),
    );
    await vi.advanceTimersByTimeAsync(100_000);
    expect([of("goes").length, of("cron").length]).toEqual(before);
    expect(of("stays").length).toBeGreaterThanOrEqual(12);
  });
});

describe("stop", () => {
  test("leaves no timer, whatever was under way", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`n${index}`, index % 2 === 0 ? every(15_000) : at("*/5 * * * * *")]),
    );
    for (const ran of [0, 100, 60_000]) {
      const { schedule, polls } = start(many);
      await vi.advanceTimersByTimeAsync(ran);
      await schedule.stop();
      expect(vi.getTimerCount()).toBe(0);
      const before = polls.length;
      await vi.advanceTimersByTimeAsync(120_000);
      expect(polls).toHaveLength(before);
    }
  });

  test("ends a plan whose steps have not all been taken", async () => {
    const { schedule, polls } = start({});
    const steps = schedule.plan(["a", "b", "c"].map((name) => ({ name, trigger: every(1000) })));
    steps.next();
    schedule.stop();
    runToEnd(steps);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(5000);
    expect(polls).toEqual([]);
  });

  test("prevents polls that are due and wait in line behind others", async () => {
    const { schedule, polls } = start({ a: every(60_000), b: every(60_000) });
    // Both first polls are due, but no promise settles and no other turn of the event loop passes between them.
    vi.advanceTimersByTime(20);
    schedule.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(polls.map(({ name }) => name)).toEqual(["a"]);
  });

  test("does not wait for a running poll, which schedules no further one", async () => {
    let end = () => {};
    const { schedule, of } = start({ "node-1": every(1000) }, async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await vi.advanceTimersByTimeAsync(5000);
    await schedule.stop();
    end();
    await vi.advanceTimersByTimeAsync(5000);
    expect(of("node-1")).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("untilPhase", () => {
  const moment = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ min: 0, max: 4e12, noNaN: true }));
  const interval = fc.integer({ min: 1000, max: 24 * 86_400_000 });
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test("is less than one interval ahead, at the phase", () => {
    fc.assert(
      fc.property(moment, interval, share, (fromMs, intervalMs, part) => {
        const phase = part * intervalMs;
        const wait = untilPhase(fromMs, intervalMs, phase);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(intervalMs);
        const rest = Math.abs(fromMs + wait - phase) % intervalMs;
        // Doubles of this size have steps of half a thousandth.
        expect(Math.min(rest, intervalMs - rest)).toBeLessThan(0.01);
      }),
    );
  });

  test("is 0 at the phase", () => {
    expect(untilPhase(45_003, 15_000, 3)).toBe(0);
    expect(untilPhase(45_004, 15_000, 3)).toBe(14_999);
    expect(untilPhase(45_002, 15_000, 3)).toBe(1);
  });
});

test("phaseOf is stable, from 0 to 1, and different for different names", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(phaseOf(name)).toBe(phaseOf(name));
      expect(phaseOf(name)).toBeGreaterThanOrEqual(0);
      expect(phaseOf(name)).toBeLessThan(1);
    }),
  );
  // A change of this number would move every poll of every installation.
  expect(phaseOf("monero-1")).toMatchInlineSnapshot(`0.5023267520591617`);
  expect(new Set(["a", "b", "node-1", "node-2"].map(phaseOf)).size).toBe(4);
});

describe("the time between two scheduled polls", () => {
  const HOUR = 3_600_000;

  test.each([
    [every(15_000), 15_000],
    [at("*/5 * * * * *"), 5000],
    [at("* * * * *"), 60_000],
    [at("0 * * * *"), HOUR],
  ])("of %j is %d", (trigger, expected) => {
    expect(createPollInterval(trigger)()).toBe(expected);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of an uneven expression is that of its next two matches, also after a match and a clock set back", () => {
    const length = createPollInterval(at("0 0,1,4 * * *"));
    const hour = new Date(NOW).setHours(23, 30, 0, 0);
    const lengthAt = (hours: number) => {
      vi.setSystemTime(hour + hours * HOUR);
      return length() / HOUR;
    };
    expect([0, 1, 2, 5, 0, 1, -19].map(lengthAt)).toEqual([1, 3, 20, 1, 1, 3, 1]);
  });

  test("of a rare expression is computed once, not with each poll", () => {
    const reckon = vi.spyOn(cron, "createTask");
    const length = createPollInterval(at("0 0 29 2 1"));
    const values = [1, 2, 3].map(length);
    expect(new Set(values).size).toBe(1);
    expect(reckon).toHaveBeenCalledTimes(1);
    reckon.mockRestore();
  });
});
