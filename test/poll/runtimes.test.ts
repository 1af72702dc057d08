import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { NodeReport } from "../../src/model/report.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore } from "../../src/poll/store.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { answers, hang, obedient, rendered, setUp } from "./poller-support.ts";
import {
  deadReport,
  failing,
  head,
  INTERVAL_MS,
  LAG_SETTINGS,
  logSink,
  NOW,
  nodeConfig,
  report,
  setNodes,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("how long a node is backed off", () => {
  const limited = (retryAfterSeconds?: number) => {
    const peersFail = failing("rate_limited", retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    return report({ peers: peersFail, head: failing("rate_limited") });
  };
  const interval = INTERVAL_MS / 1000;

  /** Seconds from each poll to the next scheduled poll that is not left out, with one scheduled every second. */
  async function pauses(...reports: readonly NodeReport[]): Promise<number[]> {
    const { poller, state } = setUp({ "node-1": answers(...reports) });
    await poller.scheduledPoll("node-1");
    const found: number[] = [];
    for (const [index] of reports.entries()) {
      let seconds = 0;
      for (; state().history.polls === index + 1; seconds += 1) {
        if (seconds > 0) await vi.advanceTimersByTimeAsync(1000);
        await poller.scheduledPoll("node-1");
      }
      found.push(seconds - 1);
    }
    return found;
  }

  test("not after a successful poll or another failure", async () => {
    expect(await pauses(report(), deadReport("timeout"), deadReport("busy"))).toEqual([0, 0, 0]);
  });

  test("as long as the node asks", async () => {
    expect(await pauses(limited(120), limited(7))).toEqual([120, 7]);
    expect(await pauses(report({ peers: failing("busy", { retryAfterSeconds: 30 }) }))).toEqual([30]);
  });

  test("as its peers or head ask, not as a secondary call does", async () => {
    const given = report({
      head: failing("rate_limited", { retryAfterSeconds: 9 }),
      apis: new Map([["mempool", failing("rate_limited", { retryAfterSeconds: 90 })]]),
    });
    expect(await pauses(given)).toEqual([9]);
  });

  test("without Retry-After 1, 2, 4, 8 and at most 16 scheduled polls are left out", async () => {
    const seven = Array.from({ length: 7 }, () => limited());
    expect((await pauses(...seven)).map((pause) => Math.floor(pause / interval))).toEqual([1, 2, 4, 8, 16, 16, 16]);
  });

  test("a poll without 429 resets it", async () => {
    const found = await pauses(limited(), limited(), report(), limited());
    expect(found.map((pause) => Math.floor(pause / interval))).toEqual([1, 2, 0, 1]);
  });

  test("meanwhile stale data is withdrawn, which is logged once", async () => {
    const degraded = report({ head: failing("rate_limited", { retryAfterSeconds: 3600 }) });
    const { poller, state, lines } = setUp({ "node-1": answers(degraded) }, { level: "debug" });
    await poller.poll("node-1");
    vi.setSystemTime(Date.now() + INTERVAL_MS);
    await poller.scheduledPoll("node-1");
    expect(state().report?.peers.ok).toBe(true);
    vi.setSystemTime(Date.now() + 2 * INTERVAL_MS);
    await poller.scheduledPoll("node-1");
    await poller.scheduledPoll("node-1");
    expect(state().report?.peers).toMatchObject({ ok: false, failure: { reason: "rate_limited" } });
    expect(state().history.polls).toBe(1);
    expect(lines.filter((line) => JSON.stringify(line).includes("not polled for now"))).toHaveLength(1);
    expect(lines.filter(({ msg }) => msg === "polled")).toHaveLength(1);
  });

  test("a clock that was set back does not keep the data of a backed-off node for an hour longer", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const degraded = report({ head: failing("rate_limited", { retryAfterSeconds: 3600 }) });
    const { poller, state } = setUp({ "node-1": answers(degraded) });
    await poller.poll("node-1");
    vi.advanceTimersByTime(3 * INTERVAL_MS);
    vi.setSystemTime(Date.now() - 3_600_000);
    await poller.scheduledPoll("node-1");
    expect(state().report?.peers).toMatchObject({ ok: false, failure: { reason: "rate_limited" } });
  });

  test("the same for a node with a schedule", async () => {
    const { poller, state } = setUp(
      { "node-1": answers(limited()) },
      { nodes: { "node-1": { trigger: { kind: "cron", expression: "*/10 * * * * *" } } } },
    );
    await poller.poll("node-1");
    await vi.advanceTimersByTimeAsync(14_999);
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("a clock that is set back does not lengthen it", async () => {
    const { poller, state } = setUp({ "node-1": answers(limited(20), report()) });
    await poller.scheduledPoll("node-1");
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(20_000);
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("one node backing off does not affect another", async () => {
    const { poller, state } = setUp({ limited: answers(limited(3600)), free: answers(report()) });
    for (let round = 0; round < 3; round += 1) {
      await poller.scheduledPoll("limited");
      await poller.scheduledPoll("free");
    }
    expect([state("limited").history.polls, state("free").history.polls]).toEqual([1, 3]);
  });
});

describe("replacing nodes", () => {
  const main = { networkKey: "wire a", identity: { chainId: "a" } };

  test("a node that is the same object goes on undisturbed, also a poll that runs", async () => {
    let end = (_: NodeReport) => {};
    const { poller, state, closed } = setUp({
      a: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    });
    const poll = poller.poll("a");
    await setNodes(poller, [state("a").node, nodeConfig({ name: "b" })]);
    end(report({ head: head(7) }));
    await poll;
    expect(state("a")).toMatchObject({ report: { head: { ok: true } }, history: { polls: 1 } });
    expect(closed).toEqual([]);
  });

  test("a removed node vanishes, with the poll that runs and with its head", async () => {
    const { poller, store, state, closed } = setUp({
      high: answers(report({ ...main, head: head(130) })),
      gone: obedient,
      low: answers(report({ ...main, head: head(100) })),
    });
    await poller.poll("high");
    const running = poller.poll("gone");
    const removed = setNodes(poller, [state("low").node]);
    await vi.advanceTimersByTimeAsync(0);
    await Promise.all([removed, running]);
    expect(closed.sort()).toEqual(["gone", "high"]);
    expect(store.all().map(({ state: { node } }) => node.name)).toEqual(["low"]);
    await poller.poll("low");
    expect(state("low").lag.references.get("fleet")).toBeUndefined();
  });

  test("a node with other settings at the same URL keeps its history and gets a new session", async () => {
    const { poller, state, closed } = setUp({ "node-1": answers(report(), deadReport(), report()) });
    await poller.poll("node-1");
    await poller.poll("node-1");
    const { history } = state();
    await setNodes(poller, [nodeConfig({ timeoutMs: 1234, trigger: { kind: "interval", intervalMs: 1000 } })]);
    expect(closed).toEqual(["node-1"]);
    expect(state()).toMatchObject({ history, intervalMs: 1000, node: { timeoutMs: 1234 } });
    await poller.poll("node-1");
    expect(state().history.polls).toBe(3);
  });

  test("a node with other connections keeps its session and the poll that runs, whose result has the new settings", async () => {
    const ends: ((given: NodeReport) => void)[] = [];
    const { poller, state, closed } = setUp({ "node-1": () => new Promise((resolve) => void ends.push(resolve)) });
    const first = poller.poll("node-1");
    ends[0]?.(report());
    await first;
    const { history, node } = state();
    const running = poller.poll("node-1");
    const connections = { ...node.connections, address: "none" } as const;
    await setNodes(poller, [{ ...node, connections }]);
    expect(state()).toMatchObject({ history, node: { connections } });
    ends[1]?.(report());
    await running;
    expect(state()).toMatchObject({ history: { polls: 2 }, node: { connections } });
    expect(closed).toEqual([]);
  });

  test("what is shown of a node with other connections is not shared with those who ask for a poll", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.poll("node-1");
    expect(await poller.probe("node-1")).toMatchObject({ kind: "shared" });
    const { node } = state();
    await setNodes(poller, [{ ...node, connections: { ...node.connections, series: false } }]);
    expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
  });

  test("a node of the same name at another URL starts without a history", async () => {
    const { poller, store, state } = setUp({ "node-1": answers(report()) });
    await poller.poll("node-1");
    await setNodes(poller, [nodeConfig({ url: parseNodeUrl("http://192.0.2.99:18081") })]);
    expect(state()).toMatchObject({ report: undefined, history: { polls: 0 } });
    expect(store.all()).toHaveLength(1);
  });

  test("what is remembered of a node is that of its server: its recent polls and its head", async () => {
    const { poller, state, recentPolls } = setUp({
      moves: answers(report({ ...main, head: head(130) })),
      stays: answers(report({ ...main, head: head(100) })),
    });
    const stays = state("stays").node;
    const remembered = async () => {
      await poller.poll("stays");
      return [recentPolls.of("moves").polls.length, state("stays").lag.references.get("fleet")];
    };
    await poller.poll("moves");
    await setNodes(poller, [nodeConfig({ name: "moves", timeoutMs: 1234 }), stays]);
    expect(await remembered()).toEqual([1, 130]);
    await setNodes(poller, [nodeConfig({ name: "moves", url: parseNodeUrl("http://192.0.2.99:18081") }), stays]);
    expect(await remembered()).toEqual([0, undefined]);
  });

  test("a node that is backed off is not polled because its entry changed", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.poll("node-1");
    await setNodes(poller, [nodeConfig({ timeoutMs: 1234 })]);
    await poller.scheduledPoll("node-1");
    expect(state().history.polls).toBe(1);
  });

  test("are in the order of the configuration", async () => {
    const { poller, store, state } = setUp({ a: hang, b: hang });
    await setNodes(poller, [nodeConfig({ name: "c" }), state("b").node, state("a").node]);
    expect(store.all().map(({ state: { node } }) => node.name)).toEqual(["c", "b", "a"]);
  });

  test("when one cannot be opened, all stay as they were", async () => {
    const closed: string[] = [];
    const store = createStore();
    const first = nodeConfig({ name: "a" });
    const poller = createPoller({
      nodes: [first],
      lag: () => LAG_SETTINGS,
      open: ({ name }) => {
        if (name === "bad") throw new Error("cannot be opened");
        return { poll: answers(report()), calls: () => [], close: async () => void closed.push(name) };
      },
      render: () => rendered(""),
      store,
      recentPolls: createRecentPolls(),
      log: logSink().log,
    });
    await expect(setNodes(poller, [nodeConfig({ name: "good" }), nodeConfig({ name: "bad" })])).rejects.toThrow(
      "cannot be opened",
    );
    expect(closed).toEqual(["good"]);
    await poller.poll("a");
    expect(store.all().map(({ state: { node, history } }) => [node.name, history.polls])).toEqual([["a", 1]]);
  });
});
