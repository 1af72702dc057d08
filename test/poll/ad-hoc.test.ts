import { describe, expect, onTestFinished, test } from "vitest";
import type { NodeConfig, ProbeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { type AdHocOptions, createAdHocProber, TARGET_SHARED_MS } from "../../src/poll/ad-hoc.ts";
import { deadReport, LAG_SETTINGS, logSink, report } from "./support.ts";

function probeConfig(overrides: Readonly<Record<string, unknown>> = {}): ProbeConfig {
  const probe = { allow: ["127.0.0.1:*", "localhost:*/*"], modules: { m: { chain: "wire" } }, ...overrides };
  const parsed = parseConfig({ probe }, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config.probe;
}

const NO_LINES = { bytes: Buffer.alloc(0), ends: new Uint32Array() };

/** A prober whose polls end when the test says so. */
function setUp(options: Partial<AdHocOptions> = {}) {
  const opened: NodeConfig[] = [];
  const ends: ((given: NodeReport) => void)[] = [];
  let closed = 0;
  const { log, lines } = logSink("debug");
  let nowMs = 0;
  const prober = createAdHocProber({
    config: () => CONFIG,
    lag: () => LAG_SETTINGS,
    open: (node) => {
      opened.push(node);
      return {
        calls: () => [],
        poll: (signal) =>
          new Promise((resolve, reject) => {
            ends.push(resolve);
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
        async close() {
          closed += 1;
        },
      };
    },
    render: () => NO_LINES,
    log,
    now: () => nowMs,
    ...options,
  });
  onTestFinished(() => prober.close());
  const probe = (target: string, longestMs = 60_000, module = "m", gone = new AbortController().signal) =>
    prober.probe({ target, module }, longestMs, gone);
  const end = () => {
    for (const each of ends.splice(0)) each(report());
  };
  const wait = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { prober, probe, end, opened, closed: () => closed, lines, wait };
}

const CONFIG = probeConfig();

describe("probes that run at the same time", () => {
  test("of one target are one poll, however it is written", async () => {
    const { probe, end, opened, closed, wait } = setUp();
    const targets = ["127.0.0.1:1", "http://127.0.0.1:1/", "http://0x7f.1:1", "http://[::ffff:127.0.0.1]:1"];
    const results = targets.map((target) => probe(target));
    expect(opened.map(({ name }) => name)).toEqual(["127.0.0.1:1"]);
    end();
    expect(new Set(await Promise.all(results)).size).toBe(1);
    expect(closed()).toBe(1);
    wait(TARGET_SHARED_MS);
    const again = probe("127.0.0.1:1");
    expect(opened).toHaveLength(2);
    end();
    expect((await again).kind).toBe("polled");
  });

  test("that differ in any way are separate polls", async () => {
    const config = probeConfig({ modules: { m: { chain: "wire" }, other: { chain: "wire" } } });
    const { probe, end, opened } = setUp({ config: () => config });
    const results = [
      probe("localhost:1"),
      probe("localhost:2"),
      probe("https://localhost:1"),
      probe("localhost:1/a"),
      probe("localhost:1?a"),
      probe("localhost:1/a?a"),
      probe("localhost:1", 500),
      probe("localhost:1", 60_000, "other"),
    ];
    expect(opened).toHaveLength(results.length);
    end();
    await Promise.all(results);
  });

  test("are at most probe.concurrency, and sharing takes no slot", async () => {
    const config = probeConfig({ concurrency: 2 });
    const { probe, end } = setUp({ config: () => config });
    const running = [probe("127.0.0.1:1"), probe("127.0.0.1:2"), probe("127.0.0.1:1")];
    expect(await probe("127.0.0.1:3")).toEqual({ kind: "busy" });
    end();
    expect((await Promise.all(running)).map(({ kind }) => kind)).toEqual(["polled", "polled", "polled"]);
    const next = probe("127.0.0.1:3");
    end();
    expect((await next).kind).toBe("polled");
  });
});

describe("the answer of a target", () => {
  const polled = async (given: ReturnType<typeof setUp>, ...args: Parameters<ReturnType<typeof setUp>["probe"]>) => {
    const result = given.probe(...args);
    given.end();
    return result;
  };

  test("is shared for a second, however often it is asked for and however it is written", async () => {
    const given = setUp();
    await polled(given, "127.0.0.1:1");
    given.wait(999);
    for (const target of ["127.0.0.1:1", "http://0x7f.1:1/"]) {
      expect(await given.probe(target)).toMatchObject({ kind: "polled", ageMs: 999 });
    }
    expect(given.opened).toHaveLength(1);
    given.wait(1);
    expect(await polled(given, "127.0.0.1:1")).not.toHaveProperty("ageMs");
    expect(given.opened).toHaveLength(2);
  });

  test("is not that of another path, module or scheme", async () => {
    const config = probeConfig({ modules: { m: { chain: "wire" }, other: { chain: "wire" } } });
    const given = setUp({ config: () => config });
    await polled(given, "localhost:1");
    await polled(given, "localhost:1/a");
    await polled(given, "https://localhost:1");
    await polled(given, "localhost:1", 60_000, "other");
    expect(given.opened).toHaveLength(4);
  });

  test("is shared with callers that have more time only if its poll did not time out", async () => {
    const ended: NodeReport[] = [deadReport("timeout"), report()];
    const open = () => ({ calls: () => [], poll: async () => ended.shift() ?? report(), close: async () => {} });
    const { probe } = setUp({ open });
    expect(await probe("127.0.0.1:1", 500)).not.toHaveProperty("ageMs");
    expect(await probe("127.0.0.1:1", 400)).toHaveProperty("ageMs");
    expect(await probe("127.0.0.1:1", 600)).not.toHaveProperty("ageMs");
    expect(await probe("127.0.0.1:1", 9000)).toHaveProperty("ageMs");
  });

  test("is forgotten when the configuration forbids its target", async () => {
    let config = probeConfig();
    const given = setUp({ config: () => config });
    await polled(given, "127.0.0.1:1");
    config = probeConfig({ allow: [] });
    expect((await given.probe("127.0.0.1:1")).kind).toBe("forbidden");
  });

  test("of many targets is kept for the newest ones alone", async () => {
    const given = setUp();
    for (let port = 1; port <= 65; port += 1) await polled(given, `127.0.0.1:${port}`);
    expect(await given.probe(`127.0.0.1:65`)).toHaveProperty("ageMs");
    expect(await given.probe("127.0.0.1:2")).toHaveProperty("ageMs");
    expect(await polled(given, "127.0.0.1:1")).not.toHaveProperty("ageMs");
  });
});

describe("a poll that a caller no longer waits for", () => {
  function setUpClients(concurrency: number) {
    const config = probeConfig({ concurrency });
    const { probe, ...rest } = setUp({ config: () => config });
    const ask = (target: string) => {
      const client = new AbortController();
      return { result: probe(target, 60_000, "m", client.signal), leave: () => client.abort() };
    };
    return { ...rest, probe, ask };
  }

  test("continues for the callers that share it", async () => {
    const { ask, end, opened, closed } = setUpClients(10);
    const clients = [ask("127.0.0.1:1"), ask("127.0.0.1:1"), ask("127.0.0.1:1")];
    clients[0]?.leave();
    clients[2]?.leave();
    clients[2]?.leave();
    await new Promise(setImmediate);
    expect([opened.length, closed()]).toEqual([1, 0]);
    end();
    expect((await clients[1]?.result)?.kind).toBe("polled");
  });

  test("ends with the last of them, and its slot is free when it has ended", async () => {
    const { ask, probe, end, opened, closed } = setUpClients(1);
    const clients = [ask("127.0.0.1:1"), ask("127.0.0.1:1")];
    for (const { leave } of clients) leave();
    expect(await probe("127.0.0.1:2")).toEqual({ kind: "busy" });
    expect((await Promise.all(clients.map(({ result }) => result))).map(({ kind }) => kind)).toEqual([
      "stopping",
      "stopping",
    ]);
    expect(closed()).toBe(1);
    const next = probe("127.0.0.1:2");
    end();
    expect((await next).kind).toBe("polled");
    expect(opened).toHaveLength(2);
  });

  test("is not shared with a caller that comes while it ends", async () => {
    const { ask, end, opened } = setUpClients(2);
    const first = ask("127.0.0.1:1");
    first.leave();
    const second = ask("127.0.0.1:1");
    expect(opened).toHaveLength(2);
    await first.result;
    // The end of the first takes nothing away from the second.
    const third = ask("127.0.0.1:1");
    expect(opened).toHaveLength(2);
    end();
    expect((await second.result).kind).toBe("polled");
    expect((await third.result).kind).toBe("polled");
  });

  test("does not begin for a client that is gone already", async () => {
    const { probe, opened } = setUpClients(1);
    expect(await probe("127.0.0.1:1", 60_000, "m", AbortSignal.abort())).toEqual({ kind: "stopping" });
    expect(opened).toEqual([]);
  });
});

test("the timeout of the poll is the shorter one of the module and the caller", async () => {
  const { probe, end, opened } = setUp();
  const results = [probe("127.0.0.1:1", 700), probe("127.0.0.1:1")];
  expect(opened.map(({ timeoutMs }) => timeoutMs)).toEqual([700, 10_000]);
  end();
  await Promise.all(results);
});

test("a configuration that was replaced holds from the next probe on, also for a module of the same name", async () => {
  let config = probeConfig();
  const { probe, end, opened } = setUp({ config: () => config });
  const before = probe("127.0.0.1:1");
  config = probeConfig({ modules: { m: { chain: "monero" } } });
  const after = probe("127.0.0.1:1");
  expect(opened.map(({ chain }) => chain)).toEqual(["wire", "monero"]);
  end();
  await Promise.all([before, after]);
  config = probeConfig({ allow: [] });
  expect((await probe("127.0.0.1:1")).kind).toBe("forbidden");
});

test("a bug in the chain ends in p2p_node_up 0, is logged with its stack, and frees the slot", async () => {
  const config = probeConfig({ concurrency: 1 });
  let closed = 0;
  const session = {
    poll: () => Promise.reject(new Error("bug")),
    calls: () => [],
    close: async () => {
      closed += 1;
    },
  };
  const { probe, lines, wait } = setUp({ config: () => config, open: () => session });
  for (const _ of [1, 2]) {
    wait(TARGET_SHARED_MS);
    expect(await probe("127.0.0.1:1")).toMatchObject({
      kind: "polled",
      state: { report: { peers: { ok: false, failure: { reason: "internal" } } } },
    });
  }
  expect(closed).toBe(2);
  expect(lines.find(({ level }) => level === "error")?.err?.stack).toContain("bug");
});

test("a report that cannot be rendered is one of a node that is down", async () => {
  const render: AdHocOptions["render"] = (state) => {
    if (state.report?.peers.ok) throw new Error("cannot be rendered");
    return NO_LINES;
  };
  const { probe, end } = setUp({ render });
  const result = probe("127.0.0.1:1");
  end();
  expect(await result).toMatchObject({ state: { report: { peers: { ok: false } } } });
});

test("an error when a session is opened frees the slot", async () => {
  const config = probeConfig({ concurrency: 1 });
  const open = () => {
    throw new Error("cannot open");
  };
  const { probe } = setUp({ config: () => config, open });
  await expect(probe("127.0.0.1:1")).rejects.toThrow("cannot open");
  await expect(probe("127.0.0.1:2")).rejects.toThrow("cannot open");
});

test("the log says for each target whether its probe succeeded, and if not, why", async () => {
  const ended: NodeReport[] = [report(), deadReport("timeout")];
  const open = () => ({ calls: () => [], poll: async () => ended.shift() ?? report(), close: async () => {} });
  const { probe, lines } = setUp({ open });
  await probe("127.0.0.1:1");
  await probe("127.0.0.1:2");
  expect(lines).toMatchObject([
    { level: "debug", msg: "probed", target: "127.0.0.1:1", module: "m" },
    { level: "debug", msg: "probe failed", target: "127.0.0.1:2", module: "m", reason: "timeout" },
  ]);
});

test("closing ends the polls that run and refuses others", async () => {
  const { prober, probe, closed } = setUp();
  const result = probe("127.0.0.1:1");
  await prober.close();
  expect(closed()).toBe(1);
  expect(await result).toEqual({ kind: "stopping" });
  expect(await probe("127.0.0.1:1")).toEqual({ kind: "stopping" });
});
