import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FailureReason } from "../../src/model/failure.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { answers, setUp } from "./poller-support.ts";
import { deadReport, failing, INTERVAL_MS, NOW, report } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("log lines", () => {
  const noHead = (reason: FailureReason) => report({ head: failing(reason) });

  async function linesOf(...reports: readonly NodeReport[]): Promise<readonly string[]> {
    const { poller, lines } = setUp({ "node-1": answers(...reports) });
    for (const _ of reports) {
      await poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    }
    expect(lines.every(({ target }) => target === "node-1")).toBe(true);
    return lines.map(({ level, msg }) => `${level}: ${msg}`);
  }

  const DOWN = (reason: string) => `warn: down: the call failed (${reason}); change something`;
  const HEAD_FAILS = (reason: string) => `warn: the head API fails: the call failed (${reason}); change something`;

  const OTHER_NETWORK = (found: string, first = "a") =>
    `warn: the node is on another network now: expected "${first}", found "${found}"; ` +
    "check which server answers at the URL, and whether the node's configuration changed";

  test.each<[string, NodeReport[], string[]]>([
    ["a node that works is logged once", [report(), report(), report()], ["info: up"]],
    [
      "a node that is down is logged once",
      [deadReport("connect"), deadReport("connect"), deadReport("connect")],
      [DOWN("connect")],
    ],
    [
      "a node that goes and comes has one line for each",
      [report(), deadReport("connect"), deadReport("connect"), report(), report()],
      ["info: up", DOWN("connect"), "info: up again, 45s after its last successful poll"],
    ],
    [
      "the first time up after a failed start has no `again`",
      [deadReport("connect"), report()],
      [DOWN("connect"), "info: up"],
    ],
    ["another reason is a change", [deadReport("connect"), deadReport("timeout")], [DOWN("connect"), DOWN("timeout")]],
    [
      "a part that fails alone",
      [report(), noHead("timeout"), noHead("timeout"), report()],
      ["info: up", HEAD_FAILS("timeout"), "info: the head API answers again"],
    ],
    [
      "a part that fails for another reason than the peers",
      [report({ peers: failing("unavailable"), head: failing("timeout") })],
      [DOWN("unavailable"), HEAD_FAILS("timeout")],
    ],
    [
      "a part that still fails when the peers are back is logged, as it had no line of its own before",
      [deadReport("connect"), noHead("connect"), noHead("connect")],
      [DOWN("connect"), "info: up", HEAD_FAILS("connect")],
    ],
    [
      "a part that failed before the whole node went, and is well after it",
      [noHead("busy"), deadReport("connect"), report()],
      ["info: up", HEAD_FAILS("busy"), DOWN("connect"), "info: up again, 30s after its last successful poll"],
    ],
    [
      "each other network is logged once, also when the node goes back and forth",
      ["a", undefined, "b", "a", "b", "c"].map((networkKey) => report({ networkKey })),
      ["info: up", OTHER_NETWORK("b"), OTHER_NETWORK("c")],
    ],
    [
      "networks that a node invents do not flood the log",
      Array.from({ length: 50 }, (_, index) => report({ networkKey: String(index) })),
      ["info: up", ...Array.from({ length: 9 }, (_, index) => OTHER_NETWORK(String(index + 1), "0"))],
    ],
  ])("%s", async (_, reports, expected) => {
    expect((await linesOf(...reports)).toSorted()).toEqual(expected.toSorted());
  });

  test("a node that alternates between two failures has one line for each, and again after it was up", async () => {
    const reports = ["http", "not_found", "http", "not_found"].map((reason) =>
      deadReport(reason === "http" ? "http" : "not_found"),
    );
    const { poller, lines } = setUp({ "node-1": answers(...reports, report(), ...reports) });
    for (let poll = 0; poll < 9; poll += 1) await poller.poll("node-1");
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(4);
  });

  test("a reference that is up again is logged with the time since its head was known", async () => {
    const onlyHead = report({ peers: failing("unavailable") });
    const { poller, lines } = setUp(
      { "node-1": answers(onlyHead, deadReport("connect"), onlyHead) },
      { nodes: { "node-1": { role: "reference" } } },
    );
    for (let poll = 0; poll < 3; poll += 1) {
      await poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    }
    expect(lines.map(({ msg }) => msg)).toEqual([
      "up",
      "down: the call failed (connect); change something",
      "up again, 30s after its last successful poll",
    ]);
  });

  test("name the node, the part and the reason, for filters", async () => {
    const { poller, lines } = setUp({
      "node-1": answers(report({ apis: new Map([["mempool", failing("too_large")]]) })),
    });
    await poller.poll("node-1");
    expect(lines).toMatchObject([
      { level: "info", target: "node-1", api: "peers" },
      { level: "warn", target: "node-1", api: "mempool", reason: "too_large" },
    ]);
  });

  test("each poll has one at level debug", async () => {
    const { poller, lines } = setUp({ "node-1": answers(report()) }, { level: "debug" });
    for (let poll = 0; poll < 3; poll++) await poller.poll("node-1");
    expect(lines.filter(({ level, msg }) => level === "debug" && msg === "polled")).toHaveLength(3);
  });
});
