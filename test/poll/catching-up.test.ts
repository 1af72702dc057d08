import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advanceProgress,
  MAX_HEADS,
  NO_PROGRESS,
  type Progress,
  type SeenHead,
  seenHead,
} from "../../src/poll/catching-up.ts";
import { NO_LAG } from "../../src/poll/head-lag.ts";
import { runs } from "../support/effort.ts";
import { failing, head, NOW, report } from "./support.ts";

const INTERVAL = 15;
const HOUR = 3600;

/** What a poll sees of a chain with a block every half second. Times are seconds. */
type Poll = { readonly at: number; readonly height: number } & Partial<SeenHead>;

/** What each poll says, with its time, and the progress after the last one. */
function follow(polls: Iterable<Poll>, from: Progress = NO_PROGRESS) {
  let progress = from;
  const said: { readonly at: number; readonly syncing: boolean | undefined }[] = [];
  for (const { at, ...seen } of polls) {
    const unknown = { age: undefined, lag: undefined };
    const now = { ms: NOW + at * 1000, blockSeconds: 0.5, chains: 1, ...unknown, ...seen };
    progress = advanceProgress(progress, now, INTERVAL * 1000);
    said.push({ at, syncing: progress.isCatchingUp });
  }
  return {
    progress,
    last: said.at(-1)?.syncing,
    /** The times when the answer changed, with the new answer. */
    changes: said
      .filter(({ syncing }, index) => syncing !== said[index - 1]?.syncing)
      .map(({ at, syncing }) => [at, syncing]),
  };
}

type Way = (seconds: number) => number;

/**
 * Polls of a node whose head was made at this time of the chain. With `by`, only this tells how far it is behind.
 * @param until exclusive
 */
function along(way: Way, from: number, until: number, by: "age" | "lag" = "age"): Poll[] {
  const polls: Poll[] = [];
  for (let at = from; at < until; at += INTERVAL) {
    polls.push({ at, height: 100_000 + 2 * way(at), [by]: Math.max(0, at - way(at)) });
  }
  return polls;
}

/** An hour behind, with so many seconds of the chain in each second. */
const gaining =
  (speed: number): Way =>
  (at) =>
    at * speed - HOUR;

const atHead: Way = (at) => at;

describe.each(["age", "lag"] as const)("a node that is far behind by its %s", (by) => {
  test("is judged after two minutes, and catches up until it is near", () => {
    const { changes } = follow(along((at) => Math.min(at, gaining(5)(at)), 0, 1800, by));
    expect(changes).toEqual([
      [120, true],
      [900, false],
    ]);
  });

  test.each([0, 0.5, 1, 1.2])("does not catch up at %s times the speed of the network", (speed) => {
    expect(follow(along(gaining(speed), 0, 1800, by)).changes).toEqual([[120, false]]);
  });

  test("that was at the head before begins to catch up within two minutes after it began to gain", () => {
    const way: Way = (at) => (at < 2000 ? Math.min(at, 600) : 600 + 5 * (at - 2000));
    const { changes } = follow(along(way, 0, 2250, by));
    expect(changes).toEqual([
      [0, false],
      [2070, true],
    ]);
  });

  test("catches up no more when it stands still for two minutes, and again when it goes on", () => {
    const way: Way = (at) => gaining(5)(Math.min(at, 300)) + 5 * Math.max(0, at - 900);
    expect(follow(along(way, 0, 1200, by)).changes).toEqual([
      [120, true],
      [405, false],
      [960, true],
    ]);
  });

  test("still catches up while it slows down", () => {
    const way: Way = (at) => (at < 300 ? gaining(5)(at) : gaining(5)(300) + 1.3 * (at - 300));
    expect(follow(along(way, 0, 3000, by)).changes).toEqual([[120, true]]);
  });

  test("and pauses for a minute again and again catches up throughout", () => {
    const way: Way = (at) => gaining(5)(at - (at % 60));
    expect(follow(along(way, 0, 900, by)).changes).toEqual([[120, true]]);
  });

  test("does not catch up by a single leap", () => {
    const way: Way = (at) => at - (at < 300 ? HOUR : 600);
    expect(follow(along(way, 0, 1200, by)).changes).toEqual([[120, false]]);
  });

  test("does not catch up by leaps that only keep up", () => {
    const way: Way = (at) => at - (at % 90) - 165;
    expect(follow(along(way, 0, 10_000, by)).changes).toEqual([[120, false]]);
  });

  test.each([15, 60, 109, 299, 599])("is not judged by two polls, %s s apart", (distance) => {
    const polls = [...along(gaining(5), 0, 1, by), ...along(gaining(5), distance, distance + 1, by)];
    expect(follow(polls).last).toBeUndefined();
  });
});

describe("two measures", () => {
  test("a lag that peers or a reference claim does not fall: the node does not catch up, however fast the chain is", () => {
    const polls = along(atHead, 0, 1800).map(({ at }) => ({ at, height: 100_000 + 20 * at, age: 1, lag: 500 }));
    expect(follow(polls).changes).toEqual([[120, false]]);
  });

  test("an age by design does not fall either, where blocks come faster than usual", () => {
    const polls = along(atHead, 0, 1800).map(({ at }) => ({ at, height: 100_000 + 8 * at, age: 165 }));
    expect(follow(polls).changes).toEqual([[120, false]]);
  });

  test("a node that reaches heads of peers which are old goes on", () => {
    const polls = along(gaining(5), 0, 600).map((poll) => ({ ...poll, lag: 0 }));
    expect(follow(polls).changes).toEqual([[120, true]]);
  });

  test("a head that is young by a clock which is behind may still lag", () => {
    const polls = along(gaining(5), 0, 600, "lag").map((poll) => ({ ...poll, age: (poll.lag ?? 0) - HOUR }));
    expect(follow(polls).changes).toEqual([[120, true]]);
  });

  test("a poll that misses the age of the head does not end it, nor begin it", () => {
    const missing = (every: number) => (poll: Poll) =>
      poll.at % every === 0 ? { ...poll, age: undefined, lag: 0 } : poll;
    const { changes, progress } = follow(along(gaining(5), 0, 600).map(missing(60)));
    expect(changes).toEqual([
      [0, false],
      [135, true],
    ]);
    expect(follow(along(atHead, 0, 600).map(missing(15))).changes).toEqual([[0, false]]);
    // Without the age for long, only the lag is left.
    expect(follow(along(atHead, 600, 1800).map(missing(15)), progress).changes.at(-1)).toEqual([1200, false]);
  });

  test("a head that is young ends it, also when the lag is no longer known", () => {
    const { progress } = follow(along(gaining(5), 0, 300).map((poll) => ({ ...poll, lag: 1000 })));
    expect(follow(along(atHead, 300, 301), progress).last).toBe(false);
  });
});

describe("what cannot be compared", () => {
  test("after a deep fall of the head, as when a node starts to replay, it catches up from there", () => {
    const replay = along((at) => gaining(50)(at - 300) - 40_000, 300, 600);
    expect(follow([...along(atHead, 0, 300), ...replay]).changes).toEqual([
      [0, false],
      [420, true],
    ]);
  });

  test("forks that go back by a few blocks change nothing", () => {
    const polls = along(gaining(5), 0, 600).map((poll) =>
      poll.at % 60 === 45 ? { ...poll, height: poll.height - 250 } : poll,
    );
    expect(follow(polls).changes).toEqual([[120, true]]);
  });

  test("a clock that was set back, and a gap, begin a new window", () => {
    const { progress } = follow(along(gaining(5), 0, 300));
    expect(progress.isCatchingUp).toBe(true);
    expect(follow(along(gaining(5), 120, 121), progress).last).toBeUndefined();
    expect(follow(along(gaining(1), 1000, 1001), progress).last).toBeUndefined();
    expect(follow(along(gaining(5), 800, 801), progress).last).toBe(true);
  });

  test("more chains from one poll to the next are no progress", () => {
    const behind = { age: HOUR, blockSeconds: 1.5 };
    const polls = along(atHead, 0, 900).map(({ at }) =>
      at < 300
        ? { at, height: 1_000_000 + at / 3, chains: 10, ...behind }
        : { at, height: 20_000_000 + at / 1.5, chains: 20, ...behind },
    );
    expect(follow(polls).changes).toEqual([[120, false]]);
  });
});

describe("memory", () => {
  test("is none for a node at the head", () => {
    expect(follow(along(atHead, 0, 1800)).progress.window).toEqual([]);
  });

  test("is a few heads, whatever is polled", () => {
    const poll = fc.record({
      passed: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -5000, max: 5000 })),
      height: fc.nat(5000),
      age: fc.option(fc.double({ noNaN: true }), { nil: undefined }),
      lag: fc.option(fc.nat(5000), { nil: undefined }),
      chains: fc.constantFrom(1, 1, 1, 20),
      blockSeconds: fc.constantFrom(0, 0.5, 1.5, 120),
    });
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 100 }), (polls) => {
        let at = 0;
        let { progress }: { progress: Progress } = { progress: NO_PROGRESS };
        for (const { passed, ...seen } of polls) {
          at += passed;
          progress = follow([{ at, ...seen }], progress).progress;
          const { window } = progress;
          expect(window.length).toBeLessThanOrEqual(MAX_HEADS);
          for (const [index, { ms, height }] of window.slice(1).entries()) {
            expect(ms - (window[index]?.ms ?? 0)).toBeGreaterThanOrEqual(20_000);
            expect(height).toBeGreaterThanOrEqual(window[index]?.height ?? 0);
          }
        }
      }),
      { numRuns: runs(1000) },
    );
  });

  test("reaches its limit", () => {
    expect(follow(along(gaining(1), 0, 10_000)).progress.window).toHaveLength(MAX_HEADS);
  });
});

describe("what a poll sees", () => {
  const lagging = { ...NO_LAG, blocks: 40 };

  test("the age of the head and the lag, in seconds, and how many chains there are", () => {
    const chainHeights = new Map([
      ["0", 50],
      ["1", 50],
    ]);
    const given = report({ head: head(100, { timestampSeconds: NOW / 1000 - 7, chainHeights }), blockSeconds: 15 });
    expect(seenHead(given, lagging, NOW)).toEqual({
      ms: NOW,
      height: 100,
      blockSeconds: 15,
      chains: 2,
      age: 7,
      lag: 600,
    });
    expect(seenHead(report({ blockSeconds: 15 }), lagging, NOW)).toMatchObject({ chains: 1, age: undefined, lag: 600 });
  });

  test.each([
    ["without a head", report({ head: failing("timeout"), blockSeconds: 1 }), lagging],
    ["without the block time", report(), lagging],
    ["without anything to compare with", report({ blockSeconds: 1 }), NO_LAG],
  ])("nothing %s", (_, given, lag) => {
    expect(seenHead(given, lag, NOW)).toBeUndefined();
  });
});
