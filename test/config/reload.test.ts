import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { compareConfigs, createReloader } from "../../src/config/reload.ts";
import { ConfigError } from "../../src/schema/problems.ts";
import { logSink } from "../poll/support.ts";
import { type PromiseWithResolvers, withResolvers } from "../support/with-resolvers.ts";

function config(): Config {
  const parsed = parseConfig({ nodes: [{ name: "a", chain: "wire", url: "http://127.0.0.1:1" }] }, undefined);
  if (!parsed.ok) throw new Error("the configuration is good");
  return parsed.config;
}

/** A reloader whose readings of the configuration end when the test says so. */
function setUp(others: () => Promise<readonly string[]> = async () => []) {
  const { log, lines } = logSink();
  const readings: PromiseWithResolvers<Config>[] = [];
  const applied: Config[] = [];
  const observed: boolean[] = [];
  const counts = { loaded: 0 };
  const reloader = createReloader({
    load: () => {
      const reading = withResolvers<Config>();
      readings.push(reading);
      return reading.promise;
    },
    apply: async (given) => {
      applied.push(given);
      return "nodes: 1 added";
    },
    reloadOtherFiles: others,
    loaded: () => {
      counts.loaded += 1;
    },
    observe: (isSuccessful) => void observed.push(isSuccessful),
    log,
  });
  /** The reading that runs, once it has begun. */
  const reading = async (index: number) => {
    while (readings[index] === undefined) await Promise.resolve();
    return readings[index];
  };
  return { reloader, reading, readings, applied, observed, counts, lines };
}

test("a valid configuration is applied and logged once", async () => {
  const { reloader, reading, applied, observed, lines } = setUp();
  const result = reloader.reload("SIGHUP");
  const good = config();
  (await reading(0)).resolve(good);
  expect(await result).toEqual({ ok: true, summary: "nodes: 1 added" });
  expect(applied).toEqual([good]);
  expect(observed).toEqual([true]);
  expect(lines).toMatchObject([{ level: "info", msg: "configuration reloaded: nodes: 1 added", cause: "SIGHUP" }]);
});

test("an invalid configuration is not applied, and each of its problems is logged", async () => {
  const { reloader, reading, applied, observed, lines } = setUp();
  const result = reloader.reload("file changed");
  (await reading(0)).reject(new ConfigError(["config.yaml:1:1: no", "config.yaml:2:1: nor this"]));
  expect(await result).toEqual({ ok: false, problems: ["config.yaml:1:1: no", "config.yaml:2:1: nor this"] });
  expect(applied).toEqual([]);
  expect(observed).toEqual([false]);
  expect(lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
    "error configuration not reloaded: config.yaml:1:1: no",
    "error configuration not reloaded: config.yaml:2:1: nor this",
    expect.stringContaining("keeping the current configuration"),
  ]);
});

test("an unexpected error does not end the exporter, and the client does not see its text", async () => {
  const { reloader, reading, observed, lines } = setUp();
  const result = reloader.reload("POST /-/reload");
  (await reading(0)).reject(new Error("surprise"));
  expect(await result).toEqual({ ok: false, problems: ["unexpected error: see the exporter's log"] });
  expect(observed).toEqual([false]);
  expect(lines[0]?.err?.message).toBe("surprise");
});

describe("many at the same time", () => {
  test("run one after the other, and those that wait share one reading", async () => {
    const { reloader, reading, readings, applied } = setUp();
    const first = reloader.reload("SIGHUP");
    const running = await reading(0);
    const later = [reloader.reload("SIGHUP"), reloader.reload("file changed"), reloader.reload("POST /-/reload")];
    expect(readings).toHaveLength(1);
    running.resolve(config());
    await first;
    (await reading(1)).resolve(config());
    await Promise.all(later);
    expect(readings).toHaveLength(2);
    expect(applied).toHaveLength(2);
  });

  test("a bad one does not stop the next", async () => {
    const { reloader, reading } = setUp();
    const first = reloader.reload("SIGHUP");
    const running = await reading(0);
    const second = reloader.reload("SIGHUP");
    running.reject(new ConfigError(["bad"]));
    expect((await first).ok).toBe(false);
    (await reading(1)).resolve(config());
    expect((await second).ok).toBe(true);
  });
});

test("stop waits for the one that runs, and none begins after it", async () => {
  const { reloader, reading, readings, applied } = setUp();
  const first = reloader.reload("SIGHUP");
  const running = await reading(0);
  const waiting = reloader.reload("SIGHUP");
  const stopped = reloader.stop();
  running.resolve(config());
  await stopped;
  expect((await first).ok).toBe(true);
  expect(await waiting).toEqual({ ok: false, problems: ["the exporter is stopping"] });
  expect(await reloader.reload("SIGHUP")).toEqual({ ok: false, problems: ["the exporter is stopping"] });
  expect(readings).toHaveLength(1);
  expect(applied).toHaveLength(1);
});

test("stop ends a reading that follows its signal, which is no failure of the configuration", async () => {
  const { log, lines } = logSink();
  const observed: boolean[] = [];
  const begun = withResolvers<void>();
  const reloader = createReloader({
    load: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        begun.resolve();
      }),
    apply: async () => "",
    loaded: () => {},
    observe: (isGood) => void observed.push(isGood),
    log,
  });
  const result = reloader.reload("SIGHUP");
  await begun.promise;
  await reloader.stop();
  expect(await result).toEqual({ ok: false, problems: ["the exporter is stopping"] });
  expect({ observed, lines }).toEqual({ observed: [], lines: [] });
});

test("a problem in another file does not prevent a valid configuration from being applied", async () => {
  const { reloader, reading, applied, observed, counts } = setUp(async () => ["web.yaml:1:1: wrong"]);
  const result = reloader.reload("SIGHUP");
  const good = config();
  (await reading(0))?.resolve(good);
  expect(await result).toEqual({ ok: false, problems: ["web.yaml:1:1: wrong"], summary: "nodes: 1 added" });
  // The time of the configuration is that of the one in force, although another file is bad.
  expect({ applied, observed, counts }).toEqual({ applied: [good], observed: [false], counts: { loaded: 1 } });
});

describe("whether all files are good is right", () => {
  test("after other files were fixed or broken without a reload", async () => {
    const { reloader, reading, observed } = setUp(async () => ["web.yaml:1:1: wrong"]);
    const result = reloader.reload("SIGHUP");
    (await reading(0))?.resolve(config());
    await result;
    reloader.otherFilesRead(["web.yaml:1:1: still wrong"]);
    expect(observed).toEqual([false]);
    reloader.otherFilesRead([]);
    reloader.otherFilesRead([]);
    expect(observed).toEqual([false, true]);
    reloader.otherFilesRead(["web.yaml:1:1: wrong"]);
    expect(observed).toEqual([false, true, false]);
  });

  test("while the configuration itself is invalid, however the others change", async () => {
    const { reloader, reading, observed } = setUp();
    const result = reloader.reload("SIGHUP");
    (await reading(0))?.reject(new ConfigError(["no"]));
    await result;
    reloader.otherFilesRead(["web.yaml:1:1: wrong"]);
    reloader.otherFilesRead([]);
    expect(observed).toEqual([false, false, false]);
  });
});

test("problems of both files are reported together", async () => {
  const { reloader, reading, observed, counts } = setUp(async () => ["one"]);
  const result = reloader.reload("SIGHUP");
  (await reading(0))?.reject(new ConfigError(["two"]));
  expect(await result).toEqual({ ok: false, problems: ["one", "two"] });
  expect({ observed, counts }).toEqual({ observed: [false], counts: { loaded: 0 } });
});

type Raw = Readonly<Record<string, unknown>>;

function parse(raw: Raw): Config {
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  return parsed.config;
}

const WIRE = { name: "wire-1", chain: "wire", url: "http://127.0.0.1:8888" };
const MONERO = { name: "monero-1", chain: "monero", url: "http://127.0.0.1:18081/json_rpc?token=abc" };

/** The names of each kind of change. */
function changes(before: Raw, after: Raw) {
  const found = compareConfigs(parse(before), parse(after));
  const names = (kind: "added" | "changed" | "removed" | "unchanged") => found[kind].map(({ name }) => name);
  return {
    added: names("added"),
    changed: names("changed"),
    removed: names("removed"),
    unchanged: names("unchanged"),
  };
}

const NONE = { added: [], changed: [], removed: [], unchanged: [] };

test("the same text changes nothing and keeps the same objects", () => {
  const raw = { nodes: [WIRE, MONERO], references: [{ ...WIRE, name: "reference-1" }] };
  const before = parse(raw);
  const { config, ...rest } = compareConfigs(before, parse(raw));
  expect(rest.unchanged.map(({ name }) => name)).toEqual(["wire-1", "monero-1", "reference-1"]);
  expect(
    [...config.nodes, ...config.references].every(
      (node, index) => node === [...before.nodes, ...before.references][index],
    ),
  ).toBe(true);
});

test("the order of keys and of nodes is no change of a node", () => {
  const { name, chain, url } = WIRE;
  expect(changes({ nodes: [WIRE, MONERO] }, { nodes: [MONERO, { url, chain, name }] })).toEqual({
    ...NONE,
    unchanged: ["monero-1", "wire-1"],
  });
});

test("nodes that come and go", () => {
  expect(changes({ nodes: [WIRE] }, { nodes: [MONERO] })).toEqual({
    ...NONE,
    added: ["monero-1"],
    removed: ["wire-1"],
  });
});

describe("a node is changed by", () => {
  test.each<[string, Raw, Raw]>([
    ["its URL", {}, { url: "http://127.0.0.1:9999" }],
    ["a token in its URL", { url: "http://127.0.0.1/?a" }, { url: "http://127.0.0.1/?b" }],
    ["its labels", {}, { labels: { region: "eu" } }],
    ["its timeout", {}, { timeout: "3s" }],
    ["its interval", {}, { interval: "30s" }],
    ["a schedule", {}, { schedule: "* * * * *" }],
    [
      "a password",
      { auth: { basic: { username: "u", password: "one" } } },
      { auth: { basic: { username: "u", password: "two" } } },
    ],
    ["options of its chain", {}, { wire: { chain_url: "http://127.0.0.1:8889" } }],
    ["its chain", {}, { chain: "antelope" }],
    ["its connections", {}, { connections: { address: "none" } }],
    [
      "another key of hashes",
      { connections: { hash_key: "0123456789abcdef" } },
      { connections: { hash_key: "fedcba9876543210" } },
    ],
    [
      "a key of hashes in a file",
      { connections: { hash_key: "0123456789abcdef" } },
      { connections: { hash_key_file: "k" } },
    ],
  ])("%s", (_, before, after) => {
    expect(changes({ nodes: [{ ...WIRE, ...before }] }, { nodes: [{ ...WIRE, ...after }] })).toEqual({
      ...NONE,
      changed: ["wire-1"],
    });
  });

  test.each<[string, Raw]>([
    ["the interval of all", { interval: "20s" }],
    ["the timeout of all", { timeout: "5s" }],
  ])("%s, unless it has its own", (_, global) => {
    const own = { ...MONERO, interval: "30s", timeout: "7s" };
    expect(changes({ nodes: [WIRE, own] }, { global, nodes: [WIRE, own] })).toEqual({
      ...NONE,
      changed: ["wire-1"],
      unchanged: ["monero-1"],
    });
  });

  test.each<[string, Raw]>([
    ["how connections are shown of all", { address: "full" }],
    ["how many connections are shown of all", { max_per_node: 7 }],
  ])("%s, unless it has its own; a reference has none", (_, connections) => {
    const own = { ...MONERO, connections: { address: "none", max_per_node: 5 } };
    const references = [{ ...WIRE, name: "reference-1" }];
    expect(changes({ nodes: [WIRE, own], references }, { connections, nodes: [WIRE, own], references })).toEqual({
      ...NONE,
      changed: ["wire-1"],
      unchanged: ["monero-1", "reference-1"],
    });
  });

  test("nothing that means the same for its connections, wherever it is written", () => {
    const connections = { address: "full", max_per_node: 100, max_new_per_hour: 2000, hash_key: "0123456789abcdef" };
    expect(changes({ nodes: [{ ...WIRE, connections }] }, { connections, nodes: [WIRE] })).toEqual({
      ...NONE,
      unchanged: ["wire-1"],
    });
  });

  test("becoming a reference", () => {
    expect(changes({ nodes: [WIRE, MONERO] }, { nodes: [MONERO], references: [WIRE] })).toEqual({
      ...NONE,
      changed: ["wire-1"],
      unchanged: ["monero-1"],
    });
  });
});

test("a node with other connections is polled in the same way: it has the same fingerprint", () => {
  const [before] = parse({ nodes: [WIRE] }).nodes;
  const [own] = parse({ nodes: [{ ...WIRE, connections: { series: false } }] }).nodes;
  const [shared] = parse({ connections: { series: false }, nodes: [WIRE] }).nodes;
  expect([own?.fingerprint(), shared?.fingerprint()]).toEqual([before?.fingerprint(), before?.fingerprint()]);
});

test("of a node with other connections all else stays the same object, as its session goes on with it", () => {
  const node = { ...WIRE, auth: { bearer: { token_file: "token" } } };
  const before = parse({ nodes: [node] });
  const { config } = compareConfigs(before, parse({ nodes: [{ ...node, connections: { series: false } }] }));
  expect(config.nodes[0]?.connections.series).toBe(false);
  expect(config.nodes[0]?.auth).toBe(before.nodes[0]?.auth);
  expect(config.nodes[0]?.options).toBe(before.nodes[0]?.options);
});

test("what holds for all nodes is taken from the new one", () => {
  const { config } = compareConfigs(parse({ nodes: [WIRE] }), parse({ nodes: [WIRE], lag: { min_support: 5 } }));
  expect(config.lag.minSupport).toBe(5);
});
