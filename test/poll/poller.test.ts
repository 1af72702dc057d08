import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { NodeConfig } from "../../src/config/model.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { readingsOf } from "../../src/poll/readings.ts";
import type { NodeState } from "../../src/poll/store.ts";
import { answers, hang, obedient, type Poll, setUp } from "./poller-support.ts";
import { deadReport, head, INTERVAL_MS, NOW, nodeConfig, peers, report, row, setNodes } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the store", () => {
  test("has every node before the first poll, in the order of the configuration", () => {
    const { store } = setUp({ z: hang, a: hang, m: hang });
    expect(store.all().map(({ state: { node, report: given } }) => [node.name, given])).toEqual([
      ["z", undefined],
      ["a", undefined],
      ["m", undefined],
    ]);
    expect(store.all().every(({ lines }) => lines.bytes.toString() === "rendered")).toBe(true);
  });

  test("gets the report, rendered once, and keeps the outcomes of its API calls", async () => {
    const given = report({ peers: peers(row()), head: head(7) });
    const render = vi.fn(() => "x");
    const { poller, state, store } = setUp({ "node-1": answers(given) }, { render });
    await expect(poller.poll("node-1")).resolves.toBeUndefined();
    const done = { ok: true, value: undefined };
    expect(state().report).toEqual({ peers: done, head: done, apis: new Map(), readings: readingsOf(given) });
    expect(state().history).toMatchObject({ polls: 1, lastSuccessMs: NOW });
    expect(render).toHaveBeenCalledTimes(2);
    expect(render).toHaveBeenLastCalledWith({ ...state(), report: given });
    expect(store.all()).toHaveLength(1);
  });

  test("replaces a node whole: what was read before does not change", async () => {
    const { poller, store } = setUp({ "node-1": answers(report(), deadReport()) });
    await poller.poll("node-1");
    const before = store.get("node-1");
    await poller.poll("node-1");
    expect(before?.state.report?.peers.ok).toBe(true);
    expect(store.get("node-1")?.state.report?.peers.ok).toBe(false);
  });
});

describe("close", () => {
  test("ends the polls that run, stores nothing of them and closes every session", async () => {
    const { poller, state, closed, lines } = setUp({ a: obedient, b: obedient, c: answers(report()) });
    await poller.poll("c");
    const polls = [poller.poll("a"), poller.poll("b")];
    const closing = poller.close();
    await vi.advanceTimersByTimeAsync(0);
    await Promise.all([...polls, closing]);
    expect(closed.sort()).toEqual(["a", "b", "c"]);
    expect([state("a").report, state("b").report]).toEqual([undefined, undefined]);
    expect(lines.filter(({ target }) => target !== "c")).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits one second for a session that ignores its signal, and then closes it", async () => {
    const { poller, closed, lines } = setUp({ "node-1": hang });
    void poller.poll("node-1");
    const closing = poller.close();
    await vi.advanceTimersByTimeAsync(999);
    expect(closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    expect(closed).toEqual(["node-1"]);
    expect(lines).toEqual([]);
  });
});

describe("heads of other nodes", () => {
  const main = { networkKey: "wire a", identity: { chainId: "a" } };
  const fleetOf = (state: Pick<NodeState, "lag">) => state.lag.references.get("fleet");

  test("another node's last report counts while it is fresh", async () => {
    const { poller, state } = setUp({
      a: answers(report({ ...main, head: head(130) })),
      b: answers(report({ ...main, head: head(100) })),
    });
    await poller.poll("a");
    // Two intervals and the timeout.
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS + 10_000);
    await poller.poll("b");
    expect([fleetOf(state("b")), state("b").lag.blocks]).toEqual([130, 30]);
    await vi.advanceTimersByTimeAsync(1);
    await poller.poll("b");
    expect([fleetOf(state("b")), state("b").lag.blocks]).toEqual([undefined, undefined]);
  });

  test("a node that has failed since does not count, and a node is not its own fleet", async () => {
    const { poller, state } = setUp({
      a: answers(report({ ...main, head: head(130) }), deadReport()),
      b: answers(report({ ...main, head: head(100) })),
    });
    await poller.poll("a");
    await poller.poll("a");
    await poller.poll("b");
    expect(fleetOf(state("b"))).toBeUndefined();
  });
});

describe("a scheduled poll", () => {
  test("is left out while a probe made the node back off", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.probe("node-1");
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(1);
  });

  test("many polls at the same time cause no warning of the runtime", async () => {
    const warnings: string[] = [];
    const keep = (warning: Error) => void warnings.push(warning.name);
    process.on("warning", keep);
    onTestFinished(() => void process.removeListener("warning", keep));
    const names = Array.from({ length: 30 }, (_, index) => `node-${index}`);
    const { poller } = setUp(Object.fromEntries(names.map((name) => [name, obedient])));
    const all = names.map((name) => poller.scheduledPoll(name));
    await poller.close();
    await Promise.all(all);
    expect(warnings).toEqual([]);
  });
});

test("a poll of a node that is not polled is an error in the log, and nothing else", async () => {
  const { poller, store, lines } = setUp({ "node-1": obedient });
  await poller.poll("other");
  expect(lines).toMatchObject([
    { level: "error", msg: "asked to poll a node that is no longer polled", target: "other" },
  ]);
  expect(store.all()).toHaveLength(1);
});

describe("a probe", () => {
  test("shares the poll that runs already", async () => {
    let polls = 0;
    let end = (_: NodeReport) => {};
    const slow: Poll = () => {
      polls += 1;
      return new Promise((resolve) => {
        end = resolve;
      });
    };
    const { poller, state } = setUp({ "node-1": slow });
    const all = [poller.poll("node-1"), poller.probe("node-1"), poller.probe("node-1")];
    end(report());
    await Promise.all(all);
    expect([polls, state().history.polls]).toEqual([1, 1]);
    vi.advanceTimersByTime(INTERVAL_MS / 10);
    const again = poller.probe("node-1");
    end(report());
    expect(await again).toEqual({ kind: "polled" });
    expect(polls).toBe(2);
  });

  /** How many milliseconds after a poll of a node with this trigger a probe polls it again. */
  async function sharedForMs(trigger: NodeConfig["trigger"]): Promise<number> {
    const { poller, state } = setUp({ "node-1": answers(report()) }, { nodes: { "node-1": { trigger } } });
    await poller.scheduledPoll("node-1");
    const first = await poller.probe("node-1");
    if (first.kind !== "shared") throw new Error("polled immediately");
    vi.advanceTimersByTime(first.sharedForMs - 1);
    expect(await poller.probe("node-1")).toEqual({ ...first, ageMs: first.sharedForMs - 1 });
    expect(state().history.polls).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
    expect(await poller.probe("node-1")).toMatchObject({ kind: "shared", ageMs: 0 });
    expect(state().history.polls).toBe(2);
    return first.sharedForMs;
  }

  test.each<[string, NodeConfig["trigger"], number]>([
    ["a second", { kind: "interval", intervalMs: 1000 }, 1000],
    ["a second", { kind: "interval", intervalMs: 10_000 }, 1000],
    ["a tenth of its interval", { kind: "interval", intervalMs: INTERVAL_MS }, 1500],
    ["a tenth of its interval", { kind: "interval", intervalMs: 3_600_000 }, 360_000],
    ["a tenth of the time between two polls of its cron schedule", { kind: "cron", expression: "*/5 * * * *" }, 30_000],
    ["a second", { kind: "cron", expression: "* * * * * *" }, 1000],
  ])("asks the node at most once in %s, whatever caused the last poll: %j", async (_, trigger, expected) => {
    expect(await sharedForMs(trigger)).toBe(expected);
  });

  test("shares failures too, and polls that ended in a bug", async () => {
    for (const bad of [deadReport(), new TypeError("bug")]) {
      const { poller, state } = setUp({ "node-1": answers(bad) });
      expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
      for (let count = 0; count < 100; count += 1) {
        expect((await poller.probe("node-1")).kind).toBe("shared");
      }
      expect(state().history.polls).toBe(1);
    }
  });

  test("does not wait for an hour when the wall clock is set back", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    vi.setSystemTime(NOW - 3_600_000);
    expect((await poller.probe("node-1")).kind).toBe("shared");
    vi.advanceTimersByTime(INTERVAL_MS / 10);
    expect((await poller.probe("node-1")).kind).toBe("polled");
    expect(state().history.polls).toBe(2);
  });

  test("does not delay scheduled polls", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("polls a node whose configuration changed, as its last result is out of date", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    await setNodes(poller, [nodeConfig({ timeoutMs: 5000 })]);
    expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
    expect(state().history.polls).toBe(2);
  });

  test("of a node that is no longer polled reports this", async () => {
    const { poller } = setUp({ "node-1": obedient });
    expect(await poller.probe("other")).toEqual({ kind: "gone" });
    const waiting = poller.probe("node-1");
    await poller.close();
    expect(await waiting).toEqual({ kind: "gone" });
  });

  test("does not poll a node that is backed off", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.poll("node-1");
    await poller.probe("node-1");
    expect(state().history.polls).toBe(1);
  });
});
