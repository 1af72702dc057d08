import { expect, test } from "vitest";
import type { SyncingWord } from "../../src/model/report.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../src/poll/history.ts";
import { deadReport, head, NOW, peersAt, report, stateAfter } from "./support.ts";

/** What the last of these polls, a minute apart, says about a node that catches up, or seems to. */
function afterPolls(words: readonly SyncingWord[]): readonly (boolean | undefined)[] {
  let history: NodeHistory = EMPTY_HISTORY;
  return words.map((syncing, index) => {
    const given = report({ syncing, head: head(1000 + index * 600), peers: peersAt(9000, 9000), blockSeconds: 1 });
    const state = stateAfter(given, { history, endedMs: NOW + index * 60_000 });
    history = state.history;
    return state.syncing;
  });
}

test.each([
  ["a node whose API says so is believed", [true, false, true], [true, false, true]],
  ["a missing word is not replaced", ["unknown", "unknown", "unknown", "unknown"], Array(4).fill(undefined)],
  ["without such an API, its progress decides", ["progress", "progress", "progress"], [undefined, undefined, true]],
] as const)("%s", (_, words, expected) => {
  expect(afterPolls(words)).toEqual(expected);
});

test("a node that catches up next to one that is lower has not arrived, until it gains no faster than the network", () => {
  const at = (height: number) => report({ networkKey: "n", head: head(height), blockSeconds: 1 });
  let history: NodeHistory = EMPTY_HISTORY;
  let minute = 0;
  const syncing = (height: number, other: number) => {
    const state = stateAfter(at(height), { history, others: [at(other)], endedMs: NOW + minute * 60_000 });
    minute += 1;
    history = state.history;
    return state.syncing;
  };
  expect([1000, 1600, 2200].map((height) => syncing(height, 9000))).toEqual([undefined, undefined, true]);
  // The other one is restored from an old copy.
  expect([2800, 3400].map((height) => syncing(height, 100))).toEqual([true, true]);
  expect([3460, 3520, 3580].map((height) => syncing(height, 100)).at(-1)).toBe(false);
  expect(syncing(3640, 3640)).toBe(false);
});

test("nothing is said after a poll without a head, and the next one goes on", () => {
  const at = (minute: number) =>
    report({ head: head(1000 + minute * 600), peers: peersAt(9000, 9000), blockSeconds: 1 });
  const first = stateAfter(at(0), { endedMs: NOW });
  const failed = stateAfter(deadReport(), { history: first.history, endedMs: NOW + 30_000 });
  expect(failed.syncing).toBeUndefined();
  const second = stateAfter(at(1), { history: failed.history, endedMs: NOW + 60_000 });
  const third = stateAfter(at(2), { history: second.history, endedMs: NOW + 120_000 });
  expect([second.syncing, third.syncing]).toEqual([undefined, true]);
});
