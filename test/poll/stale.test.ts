import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { NodeState } from "../../src/poll/store.ts";
import { answers, setUp } from "./poller-support.ts";
import { head, INTERVAL_MS, NOW, nodeConfig, peersAt, report, setNodes } from "./support.ts";

const FRESH_MS = 2 * INTERVAL_MS + 10_000;
const HOUR = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

/** What is shown of a node, as text. */
const render = ({ node, report: given, history, lag, syncing }: NodeState) =>
  JSON.stringify({
    name: node.name,
    up: given?.peers.ok ?? false,
    lag: lag.blocks,
    syncing,
    polls: history.polls,
    failures: [...history.failures.values()].reduce((sum, each) => sum + each, 0),
    lastSuccessMs: history.lastSuccessMs,
  });

function start() {
  const given = report({ peers: peersAt(100, 100), head: head(100), syncing: false });
  const set = setUp({ a: answers(given), b: answers(given) }, { render });
  const { nodes } = set.poller;
  /** Every way to read the lines of a node. */
  const ways = {
    all: () => nodes.all().map(({ lines }) => lines.bytes.toString()),
    get: () => ["a", "b"].map((name) => nodes.get(name)?.lines.bytes.toString() ?? ""),
    read: () => [...nodes.read((stored) => stored.map(({ lines }) => lines.bytes.toString()))],
  };
  return { ...set, nodes, ways };
}

const parse = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));

describe("data that no poll replaces in time", () => {
  test.each<["all" | "get" | "read"]>([["all"], ["get"], ["read"]])(
    "is not there for the first reader after its time (%s), and no counter moves",
    async (way) => {
      const { poller, ways } = start();
      await poller.poll("a");
      await poller.poll("b");
      vi.advanceTimersByTime(FRESH_MS);
      expect(parse(ways[way]()).map(({ up, lag }) => [up, lag])).toEqual([
        [true, 0],
        [true, 0],
      ]);
      vi.advanceTimersByTime(1);
      const stale = { up: false, polls: 1, failures: 0, lastSuccessMs: NOW };
      expect(parse(ways[way]())).toEqual([
        { name: "a", ...stale },
        { name: "b", ...stale },
      ]);
    },
  );

  test("makes the page another one, so that no finished page is sent again", async () => {
    const { poller, nodes } = start();
    await poller.poll("a");
    const before = nodes.revision();
    vi.advanceTimersByTime(FRESH_MS);
    expect(nodes.revision()).toBe(before);
    vi.advanceTimersByTime(1);
    const after = nodes.revision();
    expect(after).toBeGreaterThan(before);
    vi.advanceTimersByTime(HOUR);
    expect(nodes.revision()).toBe(after);
  });

  test.each<[string, () => void]>([
    ["the machine was suspended, and only the wall clock went on", () => void vi.setSystemTime(NOW + FRESH_MS + 1)],
    [
      "the clock was set back by an hour meanwhile",
      () => {
        vi.advanceTimersByTime(FRESH_MS + 1);
        vi.setSystemTime(Date.now() - HOUR);
      },
    ],
    [
      "the clock was set back to the moment of the poll",
      () => {
        vi.advanceTimersByTime(FRESH_MS + 1);
        vi.setSystemTime(NOW);
      },
    ],
  ])("is withdrawn when %s", async (_, happens) => {
    const { poller, ways } = start();
    await poller.poll("a");
    happens();
    expect(parse(ways.read())[0]).toMatchObject({ up: false, polls: 1, failures: 0 });
  });

  test("is not withdrawn only because the clock was set back", async () => {
    const { poller, ways } = start();
    await poller.poll("a");
    vi.setSystemTime(NOW - HOUR);
    vi.advanceTimersByTime(INTERVAL_MS);
    expect(parse(ways.read())[0]).toMatchObject({ up: true });
  });

  test("says since when no poll has ended, in the state and once in the log", async () => {
    const { poller, nodes, lines } = start();
    await poller.poll("a");
    vi.advanceTimersByTime(HOUR);
    const { report: shown, history } = nodes.get("a")?.state ?? {};
    expect(shown?.peers).toMatchObject({
      ok: false,
      failure: { reason: "timeout", message: expect.stringContaining(`since ${new Date(NOW).toISOString()}`) },
    });
    expect(history?.lastPoll?.failure).toBeUndefined();
    nodes.all();
    expect(lines.filter(({ level }) => level === "warn").map(({ target, reason }) => [target, reason])).toEqual([
      ["a", "timeout"],
    ]);
    await poller.poll("a");
    expect(nodes.get("a")?.state.report?.peers.ok).toBe(true);
    expect(lines.at(-1)?.msg).toContain("up again, 1h after its last successful poll");
  });

  test("that is withdrawn during a poll is back after it, and the log says both", async () => {
    let end = () => {};
    const given = report();
    let polls = 0;
    const { poller, lines } = setUp({
      a: async () => {
        polls += 1;
        if (polls > 1) {
          await new Promise<void>((resolve) => {
            end = resolve;
          });
        }
        return given;
      },
    });
    const { nodes } = poller;
    await poller.poll("a");
    vi.advanceTimersByTime(HOUR);
    const second = poller.poll("a");
    await vi.advanceTimersByTimeAsync(0);
    expect(nodes.get("a")?.state.report?.peers.ok).toBe(false);
    end();
    await second;
    expect(nodes.get("a")?.state.report?.peers.ok).toBe(true);
    expect(lines.filter(({ api }) => api === "peers").map(({ msg }) => msg.split(":")[0])).toEqual([
      "up",
      "down",
      "up again, 1h after its last successful poll",
    ]);
  });

  test("is nothing that other nodes are compared with", async () => {
    const main = { networkKey: "monero mainnet" };
    const { poller, state } = setUp({
      a: answers(report({ ...main, head: head(130) })),
      b: answers(report({ ...main, head: head(100) })),
    });
    await poller.poll("a");
    vi.advanceTimersByTime(FRESH_MS + 1);
    vi.setSystemTime(NOW);
    await poller.poll("b");
    expect(state("b").lag.references.get("fleet")).toBeUndefined();
  });

  test("is not shared with a probe after a suspension: the node is polled", async () => {
    const { poller } = start();
    await poller.poll("a");
    vi.setSystemTime(NOW + HOUR);
    expect(await poller.probe("a")).toEqual({ kind: "polled" });
  });

  test("has the lifetime of the new interval after a reload", async () => {
    const { poller, nodes } = start();
    await poller.poll("a");
    vi.advanceTimersByTime(5000);
    await setNodes(poller, [
      nodeConfig({ name: "a", trigger: { kind: "interval", intervalMs: 1000 }, timeoutMs: 1000 }),
    ]);
    expect(nodes.get("a")?.state.report?.peers.ok).toBe(false);
  });

  test("of many nodes is withdrawn with other work in between, and a reader meanwhile gets none of it", async () => {
    const names = Array.from({ length: 230 }, (_, index) => `node-${index}`);
    const { poller, store } = setUp(Object.fromEntries(names.map((name) => [name, answers(report())])));
    await Promise.all(names.map((name) => poller.poll(name)));
    const fresh = () => store.all().filter(({ state }) => state.report?.peers.ok === true).length;
    expect(poller.nodes.settle()).toBeUndefined();
    vi.setSystemTime(NOW + HOUR);
    const settled = poller.nodes.settle();
    expect(settled).toBeInstanceOf(Promise);
    expect(fresh()).toBe(180);
    await vi.advanceTimersByTimeAsync(0);
    expect(fresh()).toBeLessThan(180);
    await settled;
    expect(fresh()).toBe(0);
    expect(poller.nodes.settle()).toBeUndefined();

    await Promise.all(names.map((name) => poller.poll(name)));
    vi.setSystemTime(NOW + 2 * HOUR);
    const again = poller.nodes.settle();
    expect(poller.nodes.all().filter(({ state }) => state.report?.peers.ok === true)).toEqual([]);
    await again;
  });

  test("a node that cannot be rendered as down loses its lines, and the others are withdrawn as well", async () => {
    let isBroken = false;
    const { poller } = setUp(
      { a: answers(report()), b: answers(report()) },
      {
        render: (state) => {
          if (isBroken && state.node.name === "a") throw new TypeError("a bug");
          return render(state);
        },
      },
    );
    await poller.poll("a");
    await poller.poll("b");
    isBroken = true;
    vi.advanceTimersByTime(HOUR);
    const shown = poller.nodes.all().map(({ lines }) => lines.bytes.toString());
    expect(shown[0]).toBe("");
    expect(JSON.parse(shown[1] ?? "")).toMatchObject({ name: "b", up: false });
  });
});
