import { expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { compareConfigs } from "../../src/config/reload.ts";

const NODE = { name: "one", chain: "wire", url: "http://127.0.0.1:8888" };

function load(raw: object): Config {
  const result = parseConfig({ nodes: [NODE], ...raw }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

function problems(raw: object): readonly string[] {
  const result = parseConfig({ nodes: [NODE], ...raw }, undefined);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const ALL = { bytes: 5000, pieces: 1, depth: 2, containers: 3, keys: 4, strings: 5, numbers: 6 };

test.each<[string, object, object, object]>([
  ["none", {}, {}, {}],
  ["of all nodes", { limits: ALL }, {}, ALL],
  ["of one node", {}, { limits: ALL }, ALL],
  ["of one node go before those of all", { limits: ALL }, { limits: { keys: 9 } }, { ...ALL, keys: 9 }],
  ["an empty block", { limits: {} }, { limits: {} }, {}],
])("%s", (_, global, own, limits) => {
  const config = load({
    global,
    nodes: [{ ...NODE, ...own }],
    references: [{ ...NODE, name: "two", ...own }],
    probe: { modules: { module: { chain: "wire", ...own } } },
  });
  expect(config.nodes[0]?.limits).toEqual(limits);
  expect(config.references[0]?.limits).toEqual(limits);
  expect(config.probe.modules.get("module")?.limits).toEqual(limits);
});

test.each<[unknown, number]>([
  ["8MiB", 8 * 1024 ** 2],
  ["512KiB", 512 * 1024],
  ["1048576", 1024 ** 2],
  [1024, 1024],
  ["256MiB", 256 * 1024 ** 2],
])("bytes may be %s", (bytes, expected) => {
  expect(load({ global: { limits: { bytes } } }).nodes[0]?.limits.bytes).toBe(expected);
});

const SIZE = "a size like 8MiB or a number of bytes";

test.each<[object, string]>([
  [{ bytes: "8MB" }, `bytes: expected ${SIZE}, found "8MB"`],
  [{ bytes: "8 MiB" }, `bytes: expected ${SIZE}, found "8 MiB"`],
  [{ bytes: "-1" }, `bytes: expected ${SIZE}, found "-1"`],
  [{ bytes: 1.5 }, `bytes: expected ${SIZE}, found 1.5`],
  [{ bytes: true }, `bytes: expected ${SIZE}, found true or false`],
  [{ bytes: null }, `bytes: expected ${SIZE}, found nothing`],
  [{ bytes: 1023 }, "bytes: expected at least 1KiB, found 1023"],
  [{ bytes: "0" }, 'bytes: expected at least 1KiB, found "0"'],
  [{ bytes: "257MiB" }, 'bytes: expected at most 256MiB, found "257MiB"'],
  [{ bytes: "999999999999GiB" }, 'bytes: expected at most 256MiB, found "999999999999GiB"'],
  [{ pieces: 0 }, "pieces: expected at least 1"],
  [{ depth: 1001 }, "depth: expected at most 1000"],
  [{ containers: "5" }, "containers: expected a number, found a string"],
  [{ keys: 10_000_001 }, "keys: expected at most 10000000"],
  [{ strings: -1 }, "strings: expected at least 1"],
  [{ numbers: 1.5 }, "numbers: expected a whole number"],
  [{ rows: 5 }, "rows: unknown key; valid here: bytes, pieces, depth, containers, keys, strings, numbers"],
  [{ byte: 5 }, 'byte: unknown key; did you mean "bytes"?'],
])("%j is refused", (limits, message) => {
  expect(problems({ global: { limits } })).toEqual([`global.limits.${message}`]);
  expect(problems({ nodes: [{ ...NODE, limits }] })).toEqual([`nodes.0.limits.${message}`]);
});

test("a node with other limits is another node, wherever they stand", () => {
  const before = load({});
  const changes = [{ global: { limits: { keys: 1 } } }, { nodes: [{ ...NODE, limits: { keys: 1 } }] }];
  for (const raw of changes) expect(compareConfigs(before, load(raw)).changed.map(({ name }) => name)).toEqual(["one"]);
  expect(compareConfigs(before, load({ global: { limits: {} } })).unchanged).toHaveLength(1);
  expect(compareConfigs(load(changes[0] ?? {}), load({ global: { limits: { keys: 1 } } })).unchanged).toHaveLength(1);
});
