import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLastHour, type PollOfHour } from "../../src/poll/last-hour.ts";

const MINUTE_MS = 60_000;
const START = 29_000_000;

function poll(seconds: number, rest: Partial<PollOfHour> = {}): PollOfHour {
  return {
    endedMs: START * MINUTE_MS + seconds * 1000,
    durationSeconds: 0.25,
    isFailed: false,
    peers: undefined,
    lagBlocks: undefined,
    bytes: undefined,
    ...rest,
  };
}

function hourOf(...polls: readonly PollOfHour[]) {
  const hour = createLastHour();
  for (const each of polls) hour.record(each);
  return hour;
}

const bytes = (received: number, sent: number) => ({ bytes: { received, sent } });
const rates = (...polls: readonly PollOfHour[]) =>
  hourOf(...polls)
    .minutes()
    .map(({ receivedPerSecond, sentPerSecond }) => [receivedPerSecond, sentPerSecond]);

describe("a minute", () => {
  test("has the worst of its polls", () => {
    const peers = (inbound: number, outbound: number) => ({ inbound, outbound, unknown: 0 });
    const hour = hourOf(
      poll(0, { peers: peers(5, 3), lagBlocks: 2, durationSeconds: 0.5 }),
      poll(15, { peers: peers(1, 4), lagBlocks: 7, durationSeconds: 0.25 }),
      poll(30, { isFailed: true, durationSeconds: 0.125 }),
      poll(60, { peers: peers(9, 9) }),
    );
    expect(hour.minutes()).toEqual([
      {
        minute: START,
        peers: peers(1, 4),
        lagBlocks: 7,
        receivedPerSecond: undefined,
        sentPerSecond: undefined,
        pollSeconds: 0.5,
        hasFailedPoll: true,
      },
      expect.objectContaining({ minute: START + 1, peers: peers(9, 9), lagBlocks: undefined, hasFailedPoll: false }),
    ]);
    expect(hour.sinceMs()).toBe(START * MINUTE_MS);
  });

  test("of which nothing is known has no zeros", () => {
    expect(hourOf(poll(0, { isFailed: true })).minutes()).toMatchObject([{ peers: undefined, lagBlocks: undefined }]);
  });
});

describe("bytes per second", () => {
  test("are the mean between the polls of a minute", () => {
    expect(
      rates(poll(0, bytes(0, 0)), poll(10, bytes(1000, 100)), poll(40, bytes(1000, 200)), poll(60, bytes(3000, 240))),
    ).toEqual([
      [25, 5],
      [100, 2],
    ]);
  });

  test("of a node that was restarted are unknown, and neither negative nor all of its bytes", () => {
    expect(
      rates(poll(0, bytes(9e9, 9e9)), poll(60, bytes(500, 9e9)), poll(120, bytes(1100, 9e9 + 60))).map(
        ([first]) => first,
      ),
    ).toEqual([undefined, undefined, 10]);
  });

  test("are unknown where a poll did not get the totals", () => {
    expect(rates(poll(0, bytes(0, 0)), poll(60), poll(120, bytes(9e9, 9e9)), poll(180, bytes(9e9 + 60, 9e9)))).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
      [1, 0],
    ]);
  });

  test("are unknown after the clock was set back", () => {
    expect(rates(poll(120, bytes(0, 0)), poll(60, bytes(10, 10)))).toEqual([[undefined, undefined]]);
  });
});

test("minutes that were an hour ago are forgotten", () => {
  const hour = hourOf(poll(0), poll(59 * 60));
  expect(hour.minutes().map(({ minute }) => minute - START)).toEqual([0, 59]);
  hour.record(poll(60 * 60));
  expect(hour.minutes().map(({ minute }) => minute - START)).toEqual([59, 60]);
  hour.record(poll(10_000 * 60));
  expect(hour.minutes().map(({ minute }) => minute - START)).toEqual([10_000]);
  expect(hour.sinceMs()).toBe(START * MINUTE_MS);
});

test("the hour is what a list of all polls would say, however the clock jumps", () => {
  const offset = fc.integer({ min: -130, max: 130 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(offset, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 60 }),
      (polls) => {
        const hour = createLastHour();
        let expected: { readonly minute: number; readonly lagBlocks: number }[] = [];
        for (const [minutes, lagBlocks] of polls) {
          hour.record(poll(minutes * 60, { lagBlocks }));
          const minute = START + minutes;
          const same = expected.find((each) => each.minute === minute)?.lagBlocks ?? 0;
          const kept = expected.filter((each) => each.minute < minute && each.minute > minute - 60);
          expected = [...kept, { minute, lagBlocks: Math.max(same, lagBlocks) }];
        }
        expect(hour.minutes().map(({ minute, lagBlocks }) => ({ minute, lagBlocks }))).toEqual(expected);
      },
    ),
  );
});
