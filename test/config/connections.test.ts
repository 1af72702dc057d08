import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";

const NODE = { name: "one", chain: "wire", url: "http://127.0.0.1:8888" };

type Block = Readonly<Record<string, unknown>>;

function parse(raw: object): Config {
  const parsed = parseConfig(raw, "/etc/peer-exporter/config.yaml");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

/** The settings of a node and of a module with this block of their own. */
function joined(shared: Block, own: Block | undefined) {
  const { nodes, probe } = parse({
    connections: shared,
    nodes: [{ ...NODE, connections: own }],
    probe: { modules: { m: { chain: "wire", connections: own } } },
  });
  const [node] = nodes;
  // The functions of a key are not equal to those of another.
  expect(JSON.stringify(probe.modules.get("m")?.connections)).toBe(JSON.stringify(node?.connections));
  return node?.connections;
}

const DEFAULTS = { series: true, maxPerNode: 100, maxNewPerHour: 2000, address: "host", hashKey: undefined };

test("a node or module without settings of its own has the shared ones", () => {
  for (const own of [undefined, {}]) expect(joined({}, own)).toEqual(DEFAULTS);
  const shared = { series: false, max_per_node: 7, max_new_per_hour: 8, address: "none" };
  expect(joined(shared, undefined)).toEqual({
    ...DEFAULTS,
    series: false,
    maxPerNode: 7,
    maxNewPerHour: 8,
    address: "none",
  });
});

test.each<[own: Block, expected: object]>([
  [{ series: true }, { series: true }],
  [{ max_per_node: 0 }, { maxPerNode: 0 }],
  [{ max_new_per_hour: 9 }, { maxNewPerHour: 9 }],
  [{ address: "host" }, { address: "host" }],
])("its own settings replace the shared ones one by one: %j", (own, expected) => {
  const shared = { series: false, max_per_node: 7, max_new_per_hour: 8, address: "none" };
  const all = { series: false, maxPerNode: 7, maxNewPerHour: 8, address: "none" };
  expect(joined(shared, own)).toEqual({ ...DEFAULTS, ...all, ...expected });
});

test.each<[shared: Block, own: Block, expected: number]>([
  [{}, { max_per_node: 1000 }, 3000],
  [{ max_per_node: 1000 }, {}, 3000],
  [{ max_per_node: 1000 }, { max_per_node: 5 }, 2000],
  [{ max_per_node: 1000 }, { address: "full" }, 3000],
  [{ max_new_per_hour: 50 }, { max_per_node: 1000 }, 50],
  [{ max_new_per_hour: 50, max_per_node: 1000 }, { max_new_per_hour: 60 }, 60],
])(
  "new connections of an hour follow the number that is shown, unless they are set: %j %j",
  (shared, own, expected) => {
    expect(joined(shared, own)?.maxNewPerHour).toBe(expected);
  },
);

describe("the key of hashes", () => {
  const KEY = "0123456789abcdef";
  const OTHER = "fedcba9876543210";

  test.each<[shared: Block, own: Block, inline: string | undefined, file: string | undefined]>([
    [{ hash_key: KEY }, {}, KEY, undefined],
    [{ hash_key: KEY }, { hash_key: OTHER }, OTHER, undefined],
    [{ hash_key: KEY }, { hash_key_file: "k" }, undefined, "/etc/peer-exporter/k"],
    [{ hash_key_file: "k" }, { hash_key: OTHER }, OTHER, undefined],
    [{ hash_key_file: "k" }, { hash_key_file: "/own" }, undefined, "/own"],
    [{}, { hash_key: OTHER }, OTHER, undefined],
  ])("of its own replaces the shared one, which may be in a file: %j %j", (shared, own, inline, file) => {
    const key = joined(shared, own)?.hashKey;
    expect(key?.file()).toBe(file);
    expect(key?.known()).toEqual(inline === undefined ? [] : [inline]);
  });

  test("in a module requires no hosts: no target receives it", () => {
    const modules = { m: { chain: "monero", connections: { address: "hashed", hash_key: KEY } } };
    expect(parse({ probe: { allow: ["10.0.0.0/8:18081"], modules } }).probe.modules.size).toBe(1);
  });
});

describe("a reference", () => {
  test.each([{}, { series: false }])("has no connections: %j is refused", (connections) => {
    const parsed = parseConfig({ nodes: [NODE], references: [{ ...NODE, name: "two", connections }] }, undefined);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      { path: ["references", 0, "connections"], message: "a reference has no connections: only its head is polled" },
    ]);
  });
});

test("a mistake in the shared block hides none in the block of a node", () => {
  const parsed = parseConfig(
    { connections: { address: "x" }, nodes: [{ ...NODE, connections: { max_per_node: -1 } }] },
    undefined,
  );
  expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path.join("."))).toEqual([
    "connections.address",
    "nodes.0.connections.max_per_node",
  ]);
});
