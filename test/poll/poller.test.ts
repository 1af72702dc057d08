import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { NodeSession } from "../../src/chains/adapter.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import type { Signal } from "../../src/lib/abort.ts";
import { type FailureReason, NodeError } from "../../src/model/failure.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createJournal } from "../../src/poll/recent-polls.ts";
import { createStore, type NodeState, type RenderedNode } from "../../src/poll/store.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import {
  deadReport,
  failing,
  failure,
  head,
  INTERVAL_MS,
  LAG_SETTINGS,
  logSink,
  NOW,
  nodeConfig,
  peers,
  report,
  row,
  setNodes,
} from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

type Poll = NodeSession["poll"];

type Options = {
  readonly nodes?: Readonly<Record<string, Partial<NodeConfig>>>;
  readonly render?: (state: NodeState) => string;
  readonly level?: string;
};

function rendered(text: string): RenderedNode {
  const bytes = Buffer.from(text);
  return { lines: { bytes, ends: Uint32Array.of(bytes.length) } };
}

/** A poller whose sessions are the given functions, by the node's name. */
function setUp(sessions: Readonly<Record<string, Poll>>, { nodes = {}, render, level }: Options = {}) {
  const { log, lines } = logSink(level);
  const store = createStore();
  const closed: string[] = [];
  const poller = createPoller({
    nodes: Object.keys(sessions).map((name) => nodeConfig({ name, ...nodes[name] })),
    lag: () => LAG_SETTINGS,
    open: ({ name }) => ({
      poll: (signal) => sessions[name]?.(signal) ?? Promise.reject(new Error("no such session")),
      calls: () => [],
      close: async () => void closed.push(name),
    }),
    render: (given) => rendered(render?.(given) ?? "rendered"),
    store,
    journal: createJournal(),
    log,
  });
  const state = (name = "node-1") => {
    const found = store.get(name);
    if (found === undefined) throw new Error(`${name} is not stored`);
    return found.state;
  };
  return { poller, store, state, lines, closed };
}

/** Answers one report after the other, the last one for ever. */
function answers(...reports: readonly (NodeReport | Error)[]): Poll {
  let turn = 0;
  return async () => {
    const next = reports[Math.min(turn++, reports.length - 1)];
    if (next instanceof Error || next === undefined) throw next;
    return next;
  };
}

const hang: Poll = () => new Promise(() => {});

/** Ends with its signal, as a session should. */
const obedient: Poll = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new NodeError(failure("timeout"))));
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

  test("gets the report, rendered once, and keeps how its parts ended", async () => {
    const given = report({ peers: peers(row()), head: head(7) });
    const render = vi.fn(() => "x");
    const { poller, state, store } = setUp({ "node-1": answers(given) }, { render });
    await expect(poller.poll("node-1")).resolves.toBeUndefined();
    const done = { ok: true, value: undefined };
    expect(state().report).toEqual({ peers: done, head: done, apis: new Map() });
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

describe("failures", () => {
  test("a thrown NodeError is the failure of the whole node", async () => {
    const { poller, state } = setUp({ "node-1": answers(new NodeError(failure("tls_pin"))) });
    await poller.poll("node-1");
    expect(state().report).toMatchObject({ peers: failing("tls_pin"), head: failing("tls_pin") });
    expect(state().history.failures.get("tls_pin")).toBe(1);
  });

  test("a thrown bug is `internal`, is logged with its stack, and the others go on", async () => {
    const { poller, state, lines } = setUp({
      broken: answers(new TypeError("x is not a function (secret-token)")),
      well: answers(report()),
    });
    await Promise.all([poller.poll("broken"), poller.poll("well")]);
    expect(state("broken").history.failures.get("internal")).toBe(1);
    expect(state("well").report?.peers.ok).toBe(true);
    const [error] = lines.filter(({ level }) => level === "error");
    expect(error).toMatchObject({ target: "broken", err: { message: "x is not a function (secret-token)" } });
    expect(error?.err?.stack).toContain("poller.test.ts");
    // What pages and labels may show has nothing of the bug's text.
    expect(JSON.stringify(state("broken").report)).not.toContain("secret-token");
    await poller.poll("broken");
    expect(state("broken").history.polls).toBe(2);
  });

  test("a session that throws before it gives a promise is no different", async () => {
    const throws: Poll = () => {
      throw new RangeError("at once");
    };
    const { poller, state } = setUp({ "node-1": throws });
    await poller.poll("node-1");
    expect(state().history.failures.get("internal")).toBe(1);
  });

  test("a bug in rendering withdraws the node's data instead of freezing it", async () => {
    const { poller, state, store, lines } = setUp(
      { "node-1": answers(report(), report({ head: head(13) }), report()) },
      {
        render: ({ report: given }) => {
          if (given?.head.ok && given.head.value.height === 13) throw new Error("cannot render 13");
          return given?.peers.ok ? "up" : "down";
        },
      },
    );
    await poller.poll("node-1");
    const shown = () => store.get("node-1")?.lines.bytes.toString();
    expect(shown()).toBe("up");
    await poller.poll("node-1");
    expect(shown()).toBe("down");
    expect(state().history).toMatchObject({ polls: 2, lastPoll: { failure: { reason: "internal" } } });
    expect(lines.filter(({ level }) => level === "error").map(({ err }) => err?.message)).toEqual(["cannot render 13"]);
    await poller.poll("node-1");
    expect(shown()).toBe("up");
  });

  test("a bug that lets not even the failure be rendered takes the node off the page", async () => {
    let isBroken = false;
    const { poller, store, lines } = setUp(
      { "node-1": answers(report(), report(), report()) },
      {
        render: () => {
          if (isBroken) throw new Error("cannot render");
          return "up";
        },
      },
    );
    const shown = () => store.get("node-1")?.lines.bytes.toString();
    await poller.poll("node-1");
    isBroken = true;
    await poller.poll("node-1");
    expect(shown()).toBe("");
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(2);
    isBroken = false;
    await poller.poll("node-1");
    expect(shown()).toBe("up");
  });

  test("a poll never rejects, not even for a node that nobody knows", async () => {
    const { poller, lines } = setUp({ "node-1": hang });
    await expect(poller.poll("nobody")).resolves.toBeUndefined();
    expect(lines).toMatchObject([{ level: "error", target: "nobody" }]);
  });
});

describe("the timeout", () => {
  test("ends a poll through its signal", async () => {
    const { poller, state } = setUp({ "node-1": obedient }, { nodes: { "node-1": { timeoutMs: 4000 } } });
    const poll = poller.poll("node-1");
    await vi.advanceTimersByTimeAsync(3999);
    expect(state().history.polls).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await poll;
    expect(state().history.failures.get("timeout")).toBe(1);
    expect(state().history.lastPoll).toMatchObject({ startedMs: NOW, endedMs: NOW + 4000, durationSeconds: 4 });
  });

  test("a session that ignores its signal is given up a second later, and is a bug", async () => {
    const { poller, state, lines } = setUp({ "node-1": hang }, { nodes: { "node-1": { timeoutMs: 4000 } } });
    const poll = poller.poll("node-1");
    await vi.advanceTimersByTimeAsync(4999);
    expect(state().history.polls).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await poll;
    expect(state().history.failures.get("internal")).toBe(1);
    expect(lines.some(({ level, err }) => level === "error" && err !== undefined)).toBe(true);
  });

  test("a session that ends in its second of grace still counts, with what it gives", async () => {
    const late: Poll = (signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => setTimeout(() => resolve(report({ head: head(7) })), 500));
      });
    const { poller, state } = setUp({ "node-1": late }, { nodes: { "node-1": { timeoutMs: 4000 } } });
    const poll = poller.poll("node-1");
    await vi.advanceTimersByTimeAsync(4500);
    await poll;
    expect(state().history.head?.height).toBe(7);
  });

  test("a poll that ends leaves no timer and no listener that would end the next one", async () => {
    const signals: Signal[] = [];
    const { poller } = setUp({
      "node-1": async (signal) => {
        signals.push(signal);
        return report();
      },
    });
    for (let turn = 0; turn < 3; turn++) await poller.poll("node-1");
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
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

describe("how long to leave a node alone", () => {
  const limited = (retryAfterSeconds?: number) => {
    const peersFail = failing("rate_limited", retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    return report({ peers: peersFail, head: failing("rate_limited") });
  };
  const turn = INTERVAL_MS / 1000;

  /** Seconds from each poll to the next turn that polls again, asking each second. */
  async function pauses(...reports: readonly NodeReport[]): Promise<number[]> {
    const { poller, state } = setUp({ "node-1": answers(...reports) });
    await poller.turn("node-1");
    const found: number[] = [];
    for (const [index] of reports.entries()) {
      let seconds = 0;
      for (; state().history.polls === index + 1; seconds += 1) {
        if (seconds > 0) await vi.advanceTimersByTimeAsync(1000);
        await poller.turn("node-1");
      }
      found.push(seconds - 1);
    }
    return found;
  }

  test("not at all after a good poll or another failure", async () => {
    expect(await pauses(report(), deadReport("timeout"), deadReport("busy"))).toEqual([0, 0, 0]);
  });

  test("as long as the node asks", async () => {
    expect(await pauses(limited(120), limited(7))).toEqual([120, 7]);
    expect(await pauses(report({ peers: failing("busy", { retryAfterSeconds: 30 }) }))).toEqual([30]);
  });

  test("as its peers or head ask, not as a part with a pace of its own does", async () => {
    const given = report({
      head: failing("rate_limited", { retryAfterSeconds: 9 }),
      apis: new Map([["mempool", failing("rate_limited", { retryAfterSeconds: 90 })]]),
    });
    expect(await pauses(given)).toEqual([9]);
  });

  test("without Retry-After 1, 2, 4, 8 and at most 16 turns are left out", async () => {
    const seven = Array.from({ length: 7 }, () => limited());
    expect((await pauses(...seven)).map((pause) => Math.floor(pause / turn))).toEqual([1, 2, 4, 8, 16, 16, 16]);
  });

  test("a poll without 429 starts it anew", async () => {
    const found = await pauses(limited(), limited(), report(), limited());
    expect(found.map((pause) => Math.floor(pause / turn))).toEqual([1, 2, 0, 1]);
  });

  test("meanwhile its data is withdrawn when it is no longer fresh, and said once", async () => {
    const partly = report({ head: failing("rate_limited", { retryAfterSeconds: 3600 }) });
    const { poller, state, lines } = setUp({ "node-1": answers(partly) }, { level: "debug" });
    await poller.poll("node-1");
    vi.setSystemTime(Date.now() + INTERVAL_MS);
    await poller.turn("node-1");
    expect(state().report?.peers.ok).toBe(true);
    vi.setSystemTime(Date.now() + 2 * INTERVAL_MS);
    await poller.turn("node-1");
    await poller.turn("node-1");
    expect(state().report?.peers).toMatchObject({ ok: false, failure: { reason: "rate_limited" } });
    expect(state().history.polls).toBe(1);
    expect(lines.filter((line) => JSON.stringify(line).includes("not polled for now"))).toHaveLength(1);
    expect(lines.filter(({ msg }) => msg === "polled")).toHaveLength(1);
  });

  test("a clock that was set back does not keep the data of a resting node for an hour longer", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const partly = report({ head: failing("rate_limited", { retryAfterSeconds: 3600 }) });
    const { poller, state } = setUp({ "node-1": answers(partly) });
    await poller.poll("node-1");
    vi.setSystemTime(Date.now() - 3_600_000 + 3 * INTERVAL_MS);
    await poller.turn("node-1");
    expect(state().report?.peers).toMatchObject({ ok: false, failure: { reason: "rate_limited" } });
  });

  test("the same for a node with a schedule", async () => {
    const { poller, state } = setUp(
      { "node-1": answers(limited()) },
      { nodes: { "node-1": { trigger: { kind: "cron", expression: "*/10 * * * * *" } } } },
    );
    await poller.poll("node-1");
    await vi.advanceTimersByTimeAsync(14_999);
    await poller.turn("node-1");
    expect(state().history.polls).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await poller.turn("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("a clock that is set back does not lengthen it", async () => {
    const { poller, state } = setUp({ "node-1": answers(limited(20), report()) });
    await poller.turn("node-1");
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(20_000);
    await poller.turn("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("one node's pause is not another's", async () => {
    const { poller, state } = setUp({ limited: answers(limited(3600)), free: answers(report()) });
    for (let turns = 0; turns < 3; turns += 1) {
      await poller.turn("limited");
      await poller.turn("free");
    }
    expect([state("limited").history.polls, state("free").history.polls]).toEqual([1, 3]);
  });
});

describe("the fleet", () => {
  const main = { networkKey: "monero mainnet" };
  const fleetOf = (state: Pick<NodeState, "lag">) => state.lag.references.get("fleet");

  test("another node's last report counts while it is fresh", async () => {
    const { poller, state } = setUp({
      a: answers(report({ ...main, head: head(130) })),
      b: answers(report({ ...main, head: head(100) })),
    });
    await poller.poll("a");
    // Two turns and the timeout.
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
    "check what stands behind the URL, and that nobody changed the node's configuration";

  test.each<[string, NodeReport[], string[]]>([
    ["a node that is well says so once", [report(), report(), report()], ["info: up"]],
    [
      "a node that is away says so once",
      [deadReport("connect"), deadReport("connect"), deadReport("connect")],
      [DOWN("connect")],
    ],
    [
      "a node that goes and comes has one line for each",
      [report(), deadReport("connect"), deadReport("connect"), report(), report()],
      ["info: up", DOWN("connect"), "info: up again, 45s after its last good poll"],
    ],
    [
      "the first time up after a bad start is no `again`",
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
      "a part that still fails when the peers are back is told, as no line was about it",
      [deadReport("connect"), noHead("connect"), noHead("connect")],
      [DOWN("connect"), "info: up", HEAD_FAILS("connect")],
    ],
    [
      "a part that failed before the whole node went, and is well after it",
      [noHead("busy"), deadReport("connect"), report()],
      ["info: up", HEAD_FAILS("busy"), DOWN("connect"), "info: up again, 30s after its last good poll"],
    ],
    [
      "a node of another network says so, once for each, also when it goes back and forth",
      ["a", undefined, "b", "a", "b", "c"].map((networkKey) => report({ networkKey })),
      ["info: up", OTHER_NETWORK("b"), OTHER_NETWORK("c")],
    ],
    [
      "networks that a node makes up do not flood it",
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
    for (let turn = 0; turn < 9; turn += 1) await poller.poll("node-1");
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(4);
  });

  test("a reference that comes back says so with the time since its head was known", async () => {
    const onlyHead = report({ peers: failing("unavailable") });
    const { poller, lines } = setUp(
      { "node-1": answers(onlyHead, deadReport("connect"), onlyHead) },
      { nodes: { "node-1": { role: "reference" } } },
    );
    for (let turn = 0; turn < 3; turn += 1) {
      await poller.poll("node-1");
      await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    }
    expect(lines.map(({ msg }) => msg)).toEqual([
      "up",
      "down: the call failed (connect); change something",
      "up again, 30s after its last good poll",
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
    for (let turn = 0; turn < 3; turn++) await poller.poll("node-1");
    expect(lines.filter(({ level, msg }) => level === "debug" && msg === "polled")).toHaveLength(3);
  });
});

describe("the schedule's turn", () => {
  test("is left out too when a probe was told to leave the node alone", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.probe("node-1");
    await poller.turn("node-1");
    expect(state().history.polls).toBe(1);
  });

  test("many polls at once give no warning of the runtime", async () => {
    const warnings: string[] = [];
    const keep = (warning: Error) => void warnings.push(warning.name);
    process.on("warning", keep);
    onTestFinished(() => void process.removeListener("warning", keep));
    const names = Array.from({ length: 30 }, (_, index) => `node-${index}`);
    const { poller } = setUp(Object.fromEntries(names.map((name) => [name, obedient])));
    const all = names.map((name) => poller.turn(name));
    await poller.close();
    await Promise.all(all);
    expect(warnings).toEqual([]);
  });
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
    await poller.turn("node-1");
    const first = await poller.probe("node-1");
    if (first.kind !== "shared") throw new Error("polled at once");
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
    ["a tenth of the time between two turns of its cron schedule", { kind: "cron", expression: "*/5 * * * *" }, 30_000],
    ["a second", { kind: "cron", expression: "* * * * * *" }, 1000],
  ])("asks the node at most once in %s, whoever polled it last: %j", async (_, trigger, expected) => {
    expect(await sharedForMs(trigger)).toBe(expected);
  });

  test("shares failures too, and what ended in a bug", async () => {
    for (const bad of [deadReport(), new TypeError("bug")]) {
      const { poller, state } = setUp({ "node-1": answers(bad) });
      expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
      for (let count = 0; count < 100; count += 1) {
        expect((await poller.probe("node-1")).kind).toBe("shared");
      }
      expect(state().history.polls).toBe(1);
    }
  });

  test("does not look at the wall clock, which may be set back and forth", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    vi.setSystemTime(NOW + 3_600_000);
    expect((await poller.probe("node-1")).kind).toBe("shared");
    vi.setSystemTime(NOW - 3_600_000);
    vi.advanceTimersByTime(INTERVAL_MS / 10);
    expect((await poller.probe("node-1")).kind).toBe("polled");
    expect(state().history.polls).toBe(2);
  });

  test("does not keep the schedule from its turns", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    await poller.turn("node-1");
    expect(state().history.polls).toBe(2);
  });

  test("asks a node that is configured otherwise than before, whose last answer is another's", async () => {
    const { poller, state } = setUp({ "node-1": answers(report()) });
    await poller.probe("node-1");
    await setNodes(poller, [nodeConfig({ timeoutMs: 5000 })]);
    expect(await poller.probe("node-1")).toEqual({ kind: "polled" });
    expect(state().history.polls).toBe(2);
  });

  test("of a node that is polled no more says so", async () => {
    const { poller } = setUp({ "node-1": obedient });
    expect(await poller.probe("other")).toEqual({ kind: "gone" });
    const waiting = poller.probe("node-1");
    await poller.close();
    expect(await waiting).toEqual({ kind: "gone" });
  });

  test("does not poll a node that asked to be left alone", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.poll("node-1");
    await poller.probe("node-1");
    expect(state().history.polls).toBe(1);
  });
});

describe("other nodes", () => {
  const main = { networkKey: "monero mainnet" };

  test("a node that is the same object goes on untouched, also in a poll that runs", async () => {
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

  test("a node that is asked otherwise at the same URL keeps its history, and a session of its own is opened", async () => {
    const { poller, state, closed } = setUp({ "node-1": answers(report(), deadReport(), report()) });
    await poller.poll("node-1");
    await poller.poll("node-1");
    const { history } = state();
    await setNodes(poller, [nodeConfig({ timeoutMs: 1234, trigger: { kind: "interval", intervalMs: 1000 } })]);
    expect(closed).toEqual(["node-1"]);
    expect(state()).toMatchObject({ history, turnMs: 1000, node: { timeoutMs: 1234 } });
    await poller.poll("node-1");
    expect(state().history.polls).toBe(3);
  });

  test("a node of the same name at another URL begins anew", async () => {
    const { poller, store, state } = setUp({ "node-1": answers(report()) });
    await poller.poll("node-1");
    await setNodes(poller, [nodeConfig({ url: parseNodeUrl("http://192.0.2.99:18081") })]);
    expect(state()).toMatchObject({ report: undefined, history: { polls: 0 } });
    expect(store.all()).toHaveLength(1);
  });

  test("a node that asked to be left alone is not asked because its entry changed", async () => {
    const { poller, state } = setUp({ "node-1": answers(deadReport("rate_limited")) });
    await poller.poll("node-1");
    await setNodes(poller, [nodeConfig({ timeoutMs: 1234 })]);
    await poller.turn("node-1");
    expect(state().history.polls).toBe(1);
  });

  test("stand in the order of the configuration", async () => {
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
      journal: createJournal(),
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
