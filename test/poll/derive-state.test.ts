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
