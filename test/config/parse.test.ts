import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config, NodeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { runs } from "../support/effort.ts";

const NODE = { name: "one", chain: "wire", url: "http://127.0.0.1:8888" };

function configOf(raw: unknown): Config {
  const result = parseConfig(raw, "/etc/peer-exporter/config.yaml");
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

function nodeOf(fields: Readonly<Record<string, unknown>>, rest: Readonly<Record<string, unknown>> = {}): NodeConfig {
  const [node] = configOf({ ...rest, nodes: [{ ...NODE, ...fields }] }).nodes;
  if (node === undefined) throw new Error("no node");
  return node;
}

function problemsOf(raw: unknown): readonly string[] {
  const result = parseConfig(raw, undefined);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const DEFAULT_CONNECTIONS = {
  series: true,
  maxPerNode: 100,
  maxNewPerHour: 2000,
  address: "host",
  hashKey: undefined,
};

describe("defaults", () => {
  test("of a node with only name, chain and url", () => {
    const { url, options, fingerprint, ...rest } = nodeOf({});
    expect(rest).toEqual({
      role: "node",
      name: "one",
      headers: [],
      chain: "wire",
      labels: {},
      trigger: { kind: "interval", intervalMs: 15_000 },
      timeoutMs: 10_000,
      auth: undefined,
      tls: { kind: "ca" },
      limits: {},
      connections: DEFAULT_CONNECTIONS,
    });
    expect(url).toMatchObject({ label: "http://127.0.0.1:8888", path: "", query: "" });
    expect(options.values).toEqual({});
  });

  test("of the connections", () => {
    expect(configOf({ nodes: [NODE] }).connections).toEqual(DEFAULT_CONNECTIONS);
  });

  test("of new connections in an hour: where many are shown, three times as many", () => {
    const newOf = (connections: object) => configOf({ nodes: [NODE], connections }).connections.maxNewPerHour;
    expect([0, 666, 667, 1000, 100_000].map((max_per_node) => newOf({ max_per_node }))).toEqual([
      2000, 2000, 2001, 3000, 100_000,
    ]);
    expect(newOf({ max_per_node: 1000, max_new_per_hour: 7 })).toBe(7);
  });

  test("of the chains", () => {
    expect(nodeOf({ chain: "antelope" }).options.values).toEqual({});
    expect(nodeOf({ chain: "monero" }).options.values).toEqual({});
    expect(nodeOf({ chain: "chainweb" }).options.values).toEqual({
      network: "mainnet01",
      mempool_peers: false,
      tip_age: false,
      probe: { peers: 0, timeout: 4000, concurrency: 4, allow: [] },
    });
  });

  test.each(["global", "connections"])("%s may be empty", (key) => {
    expect(configOf({ [key]: null, nodes: [NODE] })).toMatchObject({ nodes: [{ name: "one" }] });
    expect(configOf({ [key]: {}, nodes: [NODE] })).toMatchObject({ nodes: [{ name: "one" }] });
  });

  test("a chain's own block may be empty", () => {
    expect(nodeOf({ wire: null }).options.values).toEqual({});
  });
});

describe("a node's values", () => {
  test("every chain, each with its own block", () => {
    expect(nodeOf({ chain: "antelope", wire: { host_header: "a:1" } }).options.values).toEqual({ host_header: "a:1" });
    expect(nodeOf({ wire: { chain_url: "http://b:1" } }).options.values).toMatchObject({
      chain_url: { label: "http://b:1" },
    });
    const chainweb = { network: "testnet04", service_url: "http://c:1848", mempool_peers: true };
    expect(nodeOf({ chain: "chainweb", chainweb }).options.values).toMatchObject({
      network: "testnet04",
      service_url: { label: "http://c:1848" },
      mempool_peers: true,
    });
  });

  test("labels, a schedule, credentials, TLS", () => {
    const node = nodeOf({
      url: "https://127.0.0.1",
      labels: { region: "eu", empty: "" },
      schedule: "*/5 * * * *",
      auth: { basic: { username: "a", password: "b" } },
      tls: { insecure: true },
    });
    expect(node).toMatchObject({
      labels: { region: "eu", empty: "" },
      trigger: { kind: "cron", expression: "*/5 * * * *" },
      auth: { kind: "basic", username: "a" },
      tls: { kind: "insecure" },
    });
  });

  test("a user in the URL is basic authentication", async () => {
    const { auth } = nodeOf({ url: "http://monitor:s3cret%21@127.0.0.1" });
    expect(auth).toMatchObject({ kind: "basic", username: "monitor" });
    expect(auth?.kind === "basic" && (await auth.password.reveal())).toBe("s3cret!");
  });

  test.each(["a", "A1", "wire-1", "eu.wire_1", "10.0.0.1:8888", "a@b", "x".repeat(63)])("%s is a name", (name) => {
    expect(nodeOf({ name }).name).toBe(name);
  });

  test.each(["", " ", "-a", ".a", "a b", "a/b", "ä", "a\n", 'a"', "x".repeat(64), "__proto__"])(
    "%j is not a name",
    (name) => {
      expect(problemsOf({ nodes: [{ ...NODE, name }] })).toEqual([
        "nodes.0.name: expected 1 to 63 letters, digits and . _ : @ - starting with a letter or digit",
      ]);
    },
  );
});

describe("interval and timeout", () => {
  test.each([
    // global, node, interval, timeout
    [{}, {}, 15_000, 10_000],
    [{ interval: "1m" }, {}, 60_000, 10_000],
    [{ interval: "1m", timeout: "30s" }, {}, 60_000, 30_000],
    [{ interval: "1m" }, { interval: "20s" }, 20_000, 10_000],
    [{ timeout: "12s" }, { timeout: "3s" }, 15_000, 3000],
    [{ interval: "10s", timeout: "10s" }, {}, 10_000, 10_000],
    // The default timeout gives way to a short interval; one that somebody wrote does not.
    [{ interval: "5s" }, {}, 5000, 5000],
    [{}, { interval: "1s" }, 1000, 1000],
    [{}, { interval: "1s", timeout: "100ms" }, 1000, 100],
    [{ timeout: "250ms" }, {}, 15_000, 250],
    [{ timeout: "20s" }, { interval: "30s" }, 30_000, 20_000],
  ])("global %j, node %j", (global, node, intervalMs, timeoutMs) => {
    expect(nodeOf(node, { global })).toMatchObject({ trigger: { kind: "interval", intervalMs }, timeoutMs });
  });

  test.each([
    [{}, { timeout: "15001ms" }, "nodes.0.timeout: the timeout of 15s1ms exceeds the interval of 15s"],
    [{}, { interval: "5s", timeout: "6s" }, "nodes.0.timeout: the timeout of 6s exceeds the interval of 5s"],
    [{ timeout: "6s" }, { interval: "5s" }, "nodes.0.interval: the timeout of 6s exceeds the interval of 5s"],
    [{ timeout: "16s" }, {}, "global.timeout: the timeout of 16s exceeds the interval of 15s"],
    [{ interval: "5s", timeout: "6s" }, {}, "global.timeout: the timeout of 6s exceeds the interval of 5s"],
  ])("global %j, node %j: the timeout is too long", (global, node, problem) => {
    expect(problemsOf({ global, nodes: [{ ...NODE, ...node }] })).toEqual([problem]);
  });

  test("a global timeout that is too long is one problem, however many nodes have it", () => {
    const nodes = ["a", "b", "c"].map((name) => ({ ...NODE, name }));
    expect(problemsOf({ global: { timeout: "20s" }, nodes })).toEqual([
      "global.timeout: the timeout of 20s exceeds the interval of 15s",
    ]);
  });

  test("a schedule has no interval that a timeout could exceed", () => {
    expect(nodeOf({ schedule: "0 * * * *", timeout: "1m" }, { global: { interval: "5s" } })).toMatchObject({
      trigger: { kind: "cron" },
      timeoutMs: 60_000,
    });
    expect(nodeOf({ schedule: "0 * * * *" }, { global: { interval: "5s" } }).timeoutMs).toBe(10_000);
  });

  test("interval and schedule exclude each other", () => {
    expect(problemsOf({ nodes: [{ ...NODE, interval: "1m", schedule: "* * * * *" }] })).toEqual([
      "nodes.0.schedule: expected at most one of interval and schedule",
    ]);
  });

  test.each(["* * * * *", "*/30 * * * * *", "0 0 * jan mon", "5,10 0-6 * * *"])("%s is a schedule", (schedule) => {
    expect(nodeOf({ schedule }).trigger).toEqual({ kind: "cron", expression: schedule });
  });

  test.each(["", "*", "60 * * * *", "* * * * * * *", "a b c d e", "*/0 * * * *", "0 0 31 4 *", "rm -rf"])(
    "%j is not a schedule",
    (schedule) => {
      const [problem, ...others] = problemsOf({ nodes: [{ ...NODE, schedule }] });
      expect(problem).toMatch(/^nodes\.0\.schedule: expected a cron expression like \*\/5 \* \* \* \*: ./);
      expect(others).toEqual([]);
    },
  );
});

describe("what nodes may not have together", () => {
  test("the same name: the error names the first node", () => {
    const nodes = ["a", "b", "a", "a"].map((name) => ({ ...NODE, name }));
    expect(problemsOf({ nodes })).toEqual([
      'nodes.2.name: duplicate name: "a" is also the name of nodes[0]',
      'nodes.3.name: duplicate name: "a" is also the name of nodes[0]',
    ]);
  });

  test("names are case-sensitive", () => {
    expect(configOf({ nodes: [NODE, { ...NODE, name: "One" }] }).nodes).toHaveLength(2);
  });

  test.each([
    ["wire", "monero", "wire"],
    ["wire", "chainweb", "wire"],
    ["antelope", "monero", "wire"],
    ["monero", "wire", "monero"],
    ["chainweb", "wire", "chainweb"],
  ])("a node of chain %s has no %s block", (chain, key, own) => {
    expect(problemsOf({ nodes: [{ ...NODE, chain, [key]: {} }] })).toEqual([
      `nodes.0.${key}: a node of chain ${chain} cannot have a ${key} block, only ${own}`,
    ]);
  });

  test("auth and a user in the URL", () => {
    expect(problemsOf({ nodes: [{ ...NODE, url: "http://a@h", auth: { bearer: { token: "t" } } }] })).toEqual([
      "nodes.0.auth: expected at most one of auth and a user in the URL",
    ]);
  });

  test.each(["http://h", "unix:/run/a.sock"])("tls and %s", (url) => {
    expect(problemsOf({ nodes: [{ ...NODE, url, tls: { insecure: true } }] })).toEqual([
      "nodes.0.tls: tls requires an https:// URL",
    ]);
  });
});

describe("any input", () => {
  const keys = ["global", "connections", "nodes", "name", "chain", "url", "labels", "interval", "schedule", "timeout"];
  const more = ["auth", "tls", "wire", "monero", "chainweb", "basic", "bearer", "header", "token", "password", "pin"];
  const texts = ["wire", "chainweb", "http://h", "15s", "* * * * *", "full", "__proto__", "constructor", "$A", "\0"];
  const leaf = fc.oneof(fc.constantFrom(...texts), fc.string(), fc.integer(), fc.double(), fc.boolean());
  const anything = fc.oneof(
    fc.anything({ withNullPrototype: true, withDate: true, withMap: true, withBigInt: true }),
    fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.constantFrom(null, undefined),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys, ...more, "__proto__", "constructor"), tie("value"), { maxKeys: 6 }),
      ),
    })).value,
  );
  const node = fc
    .record({ auth: anything, labels: anything, tls: anything, wire: anything }, { requiredKeys: [] })
    .map((fields) => ({ ...NODE, ...fields }));

  test("gives a configuration or problems, and never an exception", () => {
    const nearly = fc.record(
      { global: anything, connections: anything, nodes: fc.array(fc.oneof(anything, node), { maxLength: 3 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (raw) => {
        const result = parseConfig(raw, undefined);
        if (result.ok) expect(raw).toHaveProperty("nodes.length", result.config.nodes.length);
        else for (const { message } of result.problems) expect(message).toMatch(/^[^\n]+$/);
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(200) },
    );
  });

  test("the problems of a node do not depend on the rest of the file", () => {
    fc.assert(
      fc.property(anything, (other) => {
        const result = parseConfig({ nodes: [NODE, other] }, undefined);
        if (!result.ok) for (const { path } of result.problems) expect(path.slice(0, 2)).toEqual(["nodes", 1]);
      }),
      { numRuns: runs(200) },
    );
  });
});
