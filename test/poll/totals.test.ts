import { describe, expect, test } from "vitest";
import type { PeerConnection } from "../../src/model/report.ts";
import { advanceTotals, type ByteTotals, type TotalsInput } from "../../src/poll/totals.ts";
import { row } from "./support.ts";

function connection(id: string, received?: number, sent = received): PeerConnection {
  return row({ id, receivedBytes: received, sentBytes: sent });
}

/** The counts after each of some polls; an array stands for a poll with these connections and no own counters. */
function countsAfter(...polls: (readonly PeerConnection[] | TotalsInput | "missed")[]) {
  let totals: ByteTotals | undefined;
  return polls.map((poll) => {
    const input: TotalsInput =
      poll === "missed"
        ? { own: "none", connections: undefined }
        : "own" in poll
          ? poll
          : { own: "none", connections: poll };
    totals = advanceTotals(totals, input);
    return totals?.counts?.received;
  });
}

describe("added up over connections", () => {
  test.each<[string, (readonly PeerConnection[] | "missed")[], (number | undefined)[]]>([
    ["what was carried before the first poll does not count", [[connection("a", 500)]], [0]],
    ["a connection's gain counts", [[connection("a", 500)], [connection("a", 530)]], [0, 30]],
    ["a leaving peer does not make the sum fall", [[connection("a", 5)], [connection("a", 9)], []], [0, 4, 4]],
    ["a new connection counts from its first byte", [[], [connection("b", 70)]], [undefined, 70]],
    [
      "two rows with one id do not count again with each poll",
      [
        [connection("a", 500), connection("a", 20)],
        [connection("a", 500), connection("a", 20)],
        [connection("a", 20), connection("a", 530)],
      ],
      [0, 0, 30],
    ],
    ["a reconnect under the same id counts whole", [[connection("a", 500)], [connection("a", 20)]], [0, 20]],
    [
      "a restart of the node (all ids new) adds and never falls",
      [
        [connection("a", 100), connection("b", 100)],
        [connection("c", 7), connection("d", 8)],
      ],
      [0, 15],
    ],
    [
      "a missed poll loses nothing of those that stay",
      [[connection("a", 100)], "missed", "missed", [connection("a", 190)]],
      [0, 0, 0, 90],
    ],
    [
      "counters that cannot be read for a while go on from where they were",
      [[connection("a", 100)], [connection("a", 150)], [connection("a")], [connection("a", 160)]],
      [0, 50, 50, 60],
    ],
    [
      "a row whose counters are read late does not bring its past along",
      [
        [connection("a"), connection("b", 1)],
        [connection("a", 9000), connection("b", 2)],
      ],
      [0, 1],
    ],
    ["without byte counts there is no total", [[connection("a")], [connection("a")]], [undefined, undefined]],
  ])("%s", (_, polls, expected) => {
    expect(countsAfter(...polls)).toEqual(expected);
  });
});

describe("the node's own counters", () => {
  const own = (received: number): TotalsInput => ({
    own: { received, sent: received },
    connections: [connection("a", 1)],
  });
  const failed: TotalsInput = { own: undefined, connections: [connection("a", 5)] };

  test("are shown as they are, and fall only with the node's restart", () => {
    expect(countsAfter(own(100), own(150), own(7))).toEqual([100, 150, 7]);
  });

  test("leave a gap when they cannot be read, and are never mixed with an own sum", () => {
    expect(countsAfter(own(100), failed, "missed", own(130))).toEqual([100, undefined, undefined, 130]);
  });

  test("are waited for while asking fails: the other source would jump when they come", () => {
    expect(countsAfter(failed, failed, own(130))).toEqual([undefined, undefined, 130]);
  });

  test("that appear later do not replace a sum that has begun", () => {
    expect(countsAfter([connection("a", 10)], [connection("a", 14)], own(9000))).toEqual([0, 4, 4 + 1]);
  });
});

test("a sum without counters from this poll is not current", () => {
  const isCurrent = (...polls: (readonly PeerConnection[])[]) => {
    let totals: ByteTotals | undefined;
    for (const connections of polls) totals = advanceTotals(totals, { own: "none", connections });
    return totals?.source === "connections" && totals.isCurrent;
  };
  expect(isCurrent([connection("a", 5)])).toBe(true);
  expect(isCurrent([connection("a", 5)], [connection("a")])).toBe(false);
  expect(isCurrent([connection("a", 5)], [connection("a")], [connection("a", 9)])).toBe(true);
  expect(isCurrent([connection("a", 5)], [])).toBe(true);
});
