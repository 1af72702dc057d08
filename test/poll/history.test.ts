import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAILURE_REASONS } from "../../src/model/failure.ts";
import { type PeerConnection, succeeded } from "../../src/model/report.ts";
import { EMPTY_HISTORY, forOtherSession, type NodeHistory, recordPoll } from "../../src/poll/history.ts";
import { hasSameEntries, reuseIfEqual } from "../../src/poll/kept-maps.ts";
import { runs } from "../support/effort.ts";
import { deadReport, failing, failure, head, NOW, peers, report, row, times } from "./support.ts";

/** Freezes a history deeply enough that a write to it would be seen. */
function frozen(history: NodeHistory): NodeHistory {
  const forbidden = () => {
    throw new Error("a history was changed");
  };
  for (const map of [history.failures, history.connectionStarts]) {
    Object.assign(map, { set: forbidden, delete: forbidden, clear: forbidden });
  }
  return Object.freeze(history);
}

test("an empty history has every reason with 0", () => {
  expect([...EMPTY_HISTORY.failures]).toEqual(FAILURE_REASONS.map((reason) => [reason, 0]));
});

describe("counters", () => {
  test("count polls, and failures of the peer list by reason", () => {
    const reports = [report(), deadReport("timeout"), deadReport("timeout"), deadReport("dns"), report()];
    const history = reports.reduce((before, given) => recordPoll(before, given, times(), "node"), EMPTY_HISTORY);
    expect(history.polls).toBe(5);
    expect([...history.failures].filter(([, count]) => count > 0)).toEqual([
      ["dns", 1],
      ["timeout", 2],
    ]);
    expect(history.failures.size).toBe(FAILURE_REASONS.length);
  });

  test("a failure of another API is not a failed poll", () => {
    const given = report({ head: failing("timeout"), apis: new Map([["info", failing("connect")]]) });
    const history = recordPoll(EMPTY_HISTORY, given, times(), "node");
    expect([...history.failures.values()].every((count) => count === 0)).toBe(true);
    expect(history.lastPoll?.failure).toBeUndefined();
  });

  test("the last poll and the last success are kept apart", () => {
    const good = recordPoll(EMPTY_HISTORY, report(), times(NOW), "node");
    const bad = recordPoll(good, deadReport("tls"), times(NOW + 15_000), "node");
    expect(bad.lastSuccessMs).toBe(NOW);
    expect(bad.lastPoll).toEqual({ ...times(NOW + 15_000), failure: failure("tls") });
    expect(recordPoll(EMPTY_HISTORY, deadReport(), times(), "node").lastSuccessMs).toBeUndefined();
  });
});

test("each poll makes a new history and leaves the old one as it was", () => {
  const first = frozen(recordPoll(EMPTY_HISTORY, report({ peers: peers(row({ ageSeconds: 5 })) }), times(NOW), "node"));
  const before = structuredClone({ ...first, failures: [...first.failures], starts: [...first.connectionStarts] });
  recordPoll(first, deadReport(), times(NOW + 1), "node");
  recordPoll(
    first,
    report({ peers: peers(row({ id: "other", ageSeconds: 1 })), head: head(200) }),
    times(NOW + 1),
    "node",
  );
  expect({ ...first, failures: [...first.failures], starts: [...first.connectionStarts] }).toEqual(before);
  expect([...EMPTY_HISTORY.failures.values()].every((count) => count === 0)).toBe(true);
});

describe("when a connection opened", () => {
  const start = (history: NodeHistory, id = "1") => history.connectionStarts.get(id);
  const poll = (history: NodeHistory, ageSeconds: number | undefined, endedMs: number) =>
    recordPoll(history, report({ peers: peers(row({ ageSeconds })) }), times(endedMs), "node");

  test("does not move while ages are cut to seconds and polls end at odd moments", () => {
    let history = poll(EMPTY_HISTORY, 100, NOW);
    const first = start(history);
    expect(first).toBe(NOW / 1000 - 100);
    for (let turn = 1; turn <= 40; turn++) {
      const passed = turn * 15 + ((turn * 0.37) % 1);
      history = poll(history, Math.floor(100 + passed - 0.9), NOW + passed * 1000);
      expect(start(history)).toBe(first);
    }
  });

  test("is new where a younger connection has the same id", () => {
    const history = poll(poll(EMPTY_HISTORY, 5000, NOW), 3, NOW + 15_000);
    expect(start(history)).toBe((NOW + 15_000) / 1000 - 3);
  });

  test("is kept through a failed poll and forgotten with the connection", () => {
    const known = poll(EMPTY_HISTORY, 100, NOW);
    const failed = recordPoll(known, deadReport(), times(NOW + 15_000), "node");
    expect(start(failed)).toBe(start(known));
    expect(start(recordPoll(failed, report(), times(NOW + 30_000), "node"))).toBeUndefined();
  });

  test("is not known without an age", () => {
    expect(start(poll(EMPTY_HISTORY, undefined, NOW))).toBeUndefined();
  });

  test("is not known for an age that began before 1970", () => {
    expect(start(poll(EMPTY_HISTORY, Number.MAX_SAFE_INTEGER, NOW))).toBeUndefined();
    expect(start(poll(EMPTY_HISTORY, NOW / 1000 + 1, NOW))).toBeUndefined();
  });

  test("is 0 seconds ago for an age of 0", () => {
    expect(start(poll(EMPTY_HISTORY, 0, NOW))).toBe(NOW / 1000);
  });
});

function churnAfter(...polls: (readonly PeerConnection[])[]): NodeHistory["churn"] {
  const record = (before: NodeHistory, rows: readonly PeerConnection[]) =>
    recordPoll(before, report({ peers: peers(...rows) }), times(), "node");
  return polls.reduce(record, EMPTY_HISTORY).churn;
}

const counts = (churn: NodeHistory["churn"]) => ({
  in: [churn?.connects.get("inbound"), churn?.disconnects.get("inbound")],
  out: [churn?.connects.get("outbound"), churn?.disconnects.get("outbound")],
});

const outbound = (id: string, overrides: Partial<PeerConnection> = {}) =>
  row({ id, direction: "outbound", ...overrides });
const inbound = (id: string) => row({ id, direction: "inbound" });

describe("churn", () => {
  test.each<[string, (readonly PeerConnection[])[], { in: number[]; out: number[] }]>([
    ["the first list is the baseline", [[outbound("a"), inbound("b")]], { in: [0, 0], out: [0, 0] }],
    ["who appears", [[outbound("a")], [outbound("a"), inbound("b")]], { in: [1, 0], out: [0, 0] }],
    ["who vanishes", [[outbound("a"), inbound("b")], [inbound("b")]], { in: [0, 0], out: [0, 1] }],
    ["who comes back", [[outbound("a")], [], [outbound("a")]], { in: [0, 0], out: [1, 1] }],
    [
      "a configured row that stays in the list while it is not connected",
      [[outbound("a")], [outbound("a", { state: "disconnected" })], [outbound("a")]],
      { in: [0, 0], out: [1, 1] },
    ],
    [
      "a reconnect between two polls, seen by the session",
      [[outbound("a", { session: "a 1" })], [outbound("a", { session: "a 2" })]],
      { in: [0, 0], out: [1, 1] },
    ],
    [
      "a handshake that never ends is no connection",
      [[], [row({ id: "x", direction: "inbound", state: "handshaking" })], []],
      { in: [0, 0], out: [0, 0] },
    ],
  ])("%s", (_, polls, expected) => {
    expect(counts(churnAfter(...polls))).toEqual(expected);
  });
});

describe("a restart of the node", () => {
  type Poll = { readonly process?: string; readonly rows?: readonly PeerConnection[]; readonly unique?: boolean };

  const historyAfter = (...polls: readonly Poll[]) =>
    polls.reduce<NodeHistory>((before, { process, rows, unique }, index) => {
      const list =
        rows === undefined ? failing("http") : succeeded({ connections: rows, malformed: 0, hasUniqueIds: unique });
      return recordPoll(before, report({ peers: list, process }), times(NOW + index * 15_000), "node");
    }, EMPTY_HISTORY);

  const rows = [outbound("a"), inbound("1"), inbound("2")];
  const ALL_ANEW = { in: [2, 2], out: [1, 1] };
  const NONE = { in: [0, 0], out: [0, 0] };

  test.each<[string, Poll[], { in: number[]; out: number[] }]>([
    [
      "all connections are others under the same ids",
      [
        { process: "1", rows },
        { process: "2", rows },
      ],
      ALL_ANEW,
    ],
    [
      "fewer come back",
      [
        { process: "1", rows },
        { process: "2", rows: [inbound("1")] },
      ],
      { in: [1, 2], out: [0, 1] },
    ],
    [
      "between two polls that do not tell",
      [{ process: "1", rows }, { rows }, { process: "2", rows }, { rows }],
      ALL_ANEW,
    ],
    [
      "while polls fail behind a proxy",
      [{ process: "1", rows }, {}, { process: "2" }, {}, { rows }, { process: "2", rows }],
      ALL_ANEW,
    ],
    ["the same process after polls that failed", [{ process: "1", rows }, {}, { process: "1" }, { rows }], NONE],
    ["a process that becomes known is not another one", [{ rows }, { process: "1", rows }], NONE],
    [
      "ids that are never used again tell more than the process",
      [
        { process: "1", rows, unique: true },
        { process: "1", rows: [inbound("9")], unique: true },
        { process: "2", rows: [inbound("9")], unique: true },
      ],
      { in: [1, 2], out: [0, 1] },
    ],
  ])("%s", (_, polls, expected) => {
    expect(counts(historyAfter(...polls).churn)).toEqual(expected);
  });

  test("another session with the node counts neither processes nor connections anew, and then goes on", () => {
    const session = (name: string) => ({
      process: name,
      rows: [outbound("a", { session: `a ${name}` }), inbound("1")],
    });
    const first = historyAfter(session("1"));
    const polls = [session("9"), session("9"), session("10")];
    const seen = polls.map((_, index) => {
      const record = (before: NodeHistory, { process, rows: listed }: (typeof polls)[number]) =>
        recordPoll(before, report({ peers: peers(...listed), process }), times(), "node");
      return counts(polls.slice(0, index + 1).reduce(record, forOtherSession(first)).churn);
    });
    expect(seen).toEqual([NONE, NONE, { in: [1, 1], out: [1, 1] }]);
    const gone = recordPoll(forOtherSession(first), report({ peers: peers(outbound("a")) }), times(), "node");
    expect(counts(gone.churn)).toEqual({ in: [0, 1], out: [0, 0] });
  });

  test("starts of connections and byte counters begin again, although the numbers do not fall", () => {
    const at = (ageSeconds: number, receivedBytes: number) => [row({ ageSeconds, receivedBytes, sentBytes: 0 })];
    const same = historyAfter({ process: "1", rows: at(100, 500) }, { process: "1", rows: at(110, 700) });
    expect([same.totals?.counts?.received, same.connectionStarts.get("1")]).toEqual([200, NOW / 1000 - 100]);
    const other = historyAfter({ process: "1", rows: at(100, 500) }, { process: "2", rows: at(110, 700) });
    expect([other.totals?.counts?.received, other.connectionStarts.get("1")]).toEqual([700, NOW / 1000 + 15 - 110]);
  });
});

const maps = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(undefined, 1, 2)))
  .map((all) => new Map(all));

test("the earlier map is kept if and only if it has the same entries", () => {
  fc.assert(
    fc.property(maps, maps, (before, now) => {
      const sorted = (map: typeof now) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
      const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(now));
      expect(reuseIfEqual(before, now)).toBe(isSame ? before : now);
    }),
    { numRuns: runs(1000) },
  );
});

test("without an earlier map there is the later one", () => {
  const now = new Map();
  expect(reuseIfEqual(undefined, now)).toBe(now);
});

test("a map has the same entries as rows if and only if it was made from them", () => {
  const rows = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(undefined, 1, 2)));
  fc.assert(
    fc.property(maps, rows, (map, given) => {
      const isSame = JSON.stringify([...map]) === JSON.stringify(given);
      expect(hasSameEntries(map, given, ([key, value], known, of) => key === known && value === of)).toBe(isSame);
      expect(hasSameEntries(map, [...map], ([key, value], known, of) => key === known && value === of)).toBe(true);
    }),
    { numRuns: runs(1000) },
  );
});
