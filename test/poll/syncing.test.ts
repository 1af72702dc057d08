import { describe, expect, test } from "vitest";
import type { NodeReport } from "../../src/model/report.ts";
import { EMPTY_HISTORY, recordPoll } from "../../src/poll/history.ts";
import { isCatchingUp } from "../../src/poll/syncing.ts";
import { failing, head, lagAmong, NOW, peersAt, report, times } from "./support.ts";

/** What the second of two polls, 15 s apart, tells. */
function afterTwoPolls(first: NodeReport | undefined, second: NodeReport): boolean | undefined {
  const before = first === undefined ? EMPTY_HISTORY : recordPoll(EMPTY_HISTORY, first, times(NOW - 15_000), "node");
  return isCatchingUp(second, lagAmong(second), recordPoll(before, second, times(NOW), "node"), NOW);
}

describe("a node that says so itself", () => {
  test.each([true, false])("is believed: %s", (syncing) => {
    expect(afterTwoPolls(undefined, report({ syncing, blockSeconds: 1, peers: peersAt(900, 900) }))).toBe(syncing);
  });
});

describe("by its progress, with a block every second", () => {
  const at = (height: number, reference: number) =>
    report({ head: head(height), peers: peersAt(reference, reference), blockSeconds: 1 });

  test.each<[string, NodeReport | undefined, NodeReport, boolean | undefined]>([
    ["near the head", at(1000, 1000), at(1000, 1059), false],
    ["near the head at the first poll", undefined, at(1000, 1000), false],
    ["far behind and gaining", at(100, 5000), at(1000, 5000), true],
    ["far behind and standing still", at(1000, 5000), at(1000, 5000), false],
    ["far behind and only keeping up", at(985, 5000), at(1000, 5000), false],
    ["far behind, at the first poll", undefined, at(1000, 5000), undefined],
    ["far behind after a head that failed", report({ head: failing("busy") }), at(1000, 5000), undefined],
    ["far behind after a fork that went back", at(1005, 5000), at(1000, 5000), false],
    ["nothing to compare with", undefined, report({ blockSeconds: 1 }), undefined],
    ["block time not known", undefined, report({ peers: peersAt(9000, 9000) }), undefined],
    ["no head", at(1, 1), report({ head: failing("timeout"), blockSeconds: 1 }), undefined],
  ])("%s", (_, first, second, expected) => {
    expect(afterTwoPolls(first, second)).toBe(expected);
  });

  test("an old head block tells as much as a lag", () => {
    const old = (height: number) =>
      report({ head: head(height, { timestampSeconds: NOW / 1000 - 61 }), blockSeconds: 1 });
    expect(afterTwoPolls(old(100), old(1000))).toBe(true);
    expect(afterTwoPolls(old(1000), old(1000))).toBe(false);
    const young = report({ head: head(1000, { timestampSeconds: NOW / 1000 - 59 }), blockSeconds: 1 });
    expect(afterTwoPolls(old(100), young)).toBe(false);
  });

  test("a clock that was set back between two polls does not make a node catch up", () => {
    const before = recordPoll(EMPTY_HISTORY, at(985, 5000), times(NOW), "node");
    const second = at(1000, 5000);
    const setBack = NOW - 3_600_000;
    const history = recordPoll(before, second, times(setBack), "node");
    expect(isCatchingUp(second, lagAmong(second), history, setBack)).toBeUndefined();
  });
});
