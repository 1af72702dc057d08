import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type NodeReport, succeeded } from "../../src/model/report.ts";
import type { NodeHistory } from "../../src/poll/history.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import type { RpcCall } from "../../src/rpc/client.ts";
import { deadReport, failing, head, NOW, nodeConfig, peers, report, row, stateAfter } from "./support.ts";

const CALL: RpcCall = {
  name: "get_info",
  method: "POST",
  server: "http://192.0.2.10:18081",
  startedMs: NOW - 250,
  milliseconds: 12.5,
  outcome: { kind: "answered", status: 200, bytes: 345 },
};
const MINUTE_MS = 60_000;

describe("an entry", () => {
  test("counts the working peers and has head and lag", () => {
    const recentPolls = createRecentPolls();
    const list = peers(
      row({ id: "1", height: 110 }),
      row({ id: "2", height: 110, direction: "outbound" }),
      row({ id: "3", state: "handshaking" }),
    );
    recentPolls.record(stateAfter(report({ peers: list, head: head(100) })), [CALL]);
    expect(recentPolls.of("node-1")).toMatchObject({
      polls: [
        {
          endedMs: NOW,
          durationSeconds: 0.25,
          failure: undefined,
          peers: { inbound: 1, outbound: 1, unknown: 0 },
          height: 100,
          lagBlocks: 10,
        },
      ],
      failedPolls: [],
      lastTrace: { endedMs: NOW, calls: [CALL] },
      lastFailedTrace: undefined,
      head: { height: 100, sinceMs: NOW, untilMs: NOW, blockSeconds: undefined },
    });
    expect(recentPolls.of("node-1").lastHour.minutes()).toMatchObject([
      {
        minute: Math.floor(NOW / MINUTE_MS),
        peers: { inbound: 1, outbound: 1 },
        lagBlocks: 10,
        pollSeconds: 0.25,
        hasFailedPoll: false,
      },
    ]);
  });

  test("knows since when the head has not risen, over failed polls and a head that goes back", () => {
    const recentPolls = createRecentPolls();
    const seen = (given: NodeReport, seconds: number) => {
      recentPolls.record(stateAfter(given, { endedMs: NOW + seconds * 1000 }), []);
      const last = recentPolls.of("node-1").head;
      return last && [last.height, (last.sinceMs - NOW) / 1000, (last.untilMs - NOW) / 1000, last.blockSeconds];
    };
    const at = (height: number) => report({ head: head(height), blockSeconds: 120 });
    expect(seen(deadReport(), 0)).toBeUndefined();
    expect(seen(at(100), 10)).toEqual([100, 10, 10, 120]);
    expect(seen(at(100), 20)).toEqual([100, 10, 20, 120]);
    expect(seen(deadReport(), 30)).toEqual([100, 10, 20, 120]);
    expect(seen(at(98), 40)).toEqual([98, 10, 40, 120]);
    expect(seen(at(99), 50)).toEqual([99, 50, 50, 120]);
    // The clock was set back.
    expect(seen(at(99), 5)).toEqual([99, 5, 5, 120]);
  });

  test("counts known peers, which have no state", () => {
    const recentPolls = createRecentPolls();
    recentPolls.record(stateAfter(report({ peers: peers(row({ state: undefined, direction: "unknown" })) })), []);
    expect(recentPolls.of("node-1").polls[0]?.peers).toEqual({ inbound: 0, outbound: 0, unknown: 1 });
  });

  test("of a failed poll has no numbers, but the reason", () => {
    const recentPolls = createRecentPolls();
    recentPolls.record(stateAfter(deadReport("dns")), [CALL]);
    const [entry] = recentPolls.of("node-1").polls;
    expect(entry).toMatchObject({ failure: { reason: "dns" }, peers: undefined, height: undefined });
    expect(recentPolls.of("node-1").failedPolls).toEqual([entry]);
    expect(recentPolls.of("node-1").lastFailedTrace?.calls).toEqual([CALL]);
  });

  test("of a reference is failed when its head is", () => {
    const node = nodeConfig({ role: "reference" });
    const recentPolls = createRecentPolls();
    recentPolls.record(stateAfter(report({ peers: failing("unavailable") }), { node }), []);
    recentPolls.record(stateAfter(report({ peers: failing("unavailable"), head: failing("http") }), { node }), []);
    expect(recentPolls.of("node-1").polls.map(({ failure }) => failure?.reason)).toEqual(["http", undefined]);
  });
});

test("failed polls and their trace are kept longer than successful ones", () => {
  const recentPolls = createRecentPolls();
  recentPolls.record(stateAfter(deadReport(), { endedMs: NOW }), [CALL]);
  for (let poll = 1; poll <= 50; poll += 1) recentPolls.record(stateAfter(report(), { endedMs: NOW + poll }), []);
  const { polls, failedPolls, lastTrace, lastFailedTrace } = recentPolls.of("node-1");
  expect(polls.map(({ endedMs }) => endedMs - NOW)).toEqual(Array.from({ length: 20 }, (_, index) => 50 - index));
  expect(failedPolls.map(({ endedMs }) => endedMs)).toEqual([NOW]);
  expect([lastTrace?.calls, lastFailedTrace?.calls]).toEqual([[], [CALL]]);
});

test("of failed polls the last 20 are kept, the newest first", () => {
  const recentPolls = createRecentPolls();
  for (let poll = 1; poll <= 30; poll += 1) recentPolls.record(stateAfter(deadReport(), { endedMs: NOW + poll }), []);
  const kept = recentPolls.of("node-1").failedPolls.map(({ endedMs }) => endedMs - NOW);
  expect(kept).toEqual(Array.from({ length: 20 }, (_, index) => 30 - index));
});

describe("the bytes of the last hour", () => {
  const byteRates = (...given: readonly NodeReport[]) => {
    const recentPolls = createRecentPolls();
    let history: NodeHistory | undefined;
    for (const [index, each] of given.entries()) {
      const endedMs = NOW + index * MINUTE_MS;
      const state = stateAfter(each, { endedMs, ...(history === undefined ? {} : { history }) });
      history = state.history;
      recentPolls.record(state, []);
    }
    return recentPolls
      .of("node-1")
      .lastHour.minutes()
      .map(({ receivedPerSecond }) => receivedPerSecond);
  };
  const own = (received: number) => report({ totals: succeeded({ received, sent: 0 }) });
  const ofConnection = (receivedBytes: number) => report({ peers: peers(row({ receivedBytes, sentBytes: 0 })) });

  test("are from the node's own counters, which may begin again", () => {
    expect(byteRates(own(6000), own(12_000), own(600), own(1200))).toEqual([undefined, 100, undefined, 10]);
  });

  test("are from the connections of a node without counters, and unknown while it is down", () => {
    const given = [ofConnection(6000), ofConnection(12_000), deadReport(), ofConnection(18_000), ofConnection(18_060)];
    expect(byteRates(...given)).toEqual([undefined, 100, undefined, undefined, 1]);
  });

  test("are unknown of a node that has none", () => {
    expect(byteRates(report(), report())).toEqual([undefined, undefined]);
  });
});

test("the last hour has 60 minutes, the present one included", () => {
  const recentPolls = createRecentPolls();
  const start = Math.floor(NOW / MINUTE_MS);
  for (let minute = 0; minute <= 60; minute += 1)
    recentPolls.record(stateAfter(report(), { endedMs: (start + minute) * MINUTE_MS }), []);
  const minutes = recentPolls
    .of("node-1")
    .lastHour.minutes()
    .map(({ minute }) => minute - start);
  expect(minutes).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

test("the last hour is bounded and in order, however the clock jumps", () => {
  const offset = fc.integer({ min: -3 * 3_600_000, max: 3 * 3_600_000 });
  fc.assert(
    fc.property(fc.array(offset, { minLength: 1, maxLength: 200 }), (offsets) => {
      const recentPolls = createRecentPolls();
      for (const ms of offsets) recentPolls.record(stateAfter(report(), { endedMs: NOW + ms }), []);
      const minutes = recentPolls
        .of("node-1")
        .lastHour.minutes()
        .map(({ minute }) => minute);
      expect(minutes).toEqual([...new Set(minutes)].sort((a, b) => a - b));
      expect((minutes.at(-1) ?? 0) - (minutes[0] ?? 0)).toBeLessThan(60);
      expect(minutes.at(-1)).toBe(Math.floor((NOW + (offsets.at(-1) ?? 0)) / MINUTE_MS));
    }),
  );
});

test("a node that is forgotten starts without recent polls", () => {
  const recentPolls = createRecentPolls();
  recentPolls.record(stateAfter(report()), []);
  recentPolls.forget("node-1");
  expect(recentPolls.of("node-1").polls).toEqual([]);
});
