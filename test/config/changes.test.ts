import { describe, expect, test } from "vitest";
import { compareConfigs } from "../../src/config/changes.ts";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";

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

test("the same text changes nothing, and keeps the very objects", () => {
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

  test("becoming a reference", () => {
    expect(changes({ nodes: [WIRE, MONERO] }, { nodes: [MONERO], references: [WIRE] })).toEqual({
      ...NONE,
      changed: ["wire-1"],
      unchanged: ["monero-1"],
    });
  });
});

test("what holds for all nodes is taken from the new one", () => {
  const { config } = compareConfigs(parse({ nodes: [WIRE] }), parse({ nodes: [WIRE], lag: { min_support: 5 } }));
  expect(config.lag).toEqual({ minSupport: 5 });
});
