import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Config, NodeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { resolveProbe } from "../../src/config/probe.ts";
import { createConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { tempFolder } from "../support/servers.ts";

const OWN_KEY = "the key of this start";
const KEY = "0123456789abcdef";

function parse(raw: object): Config {
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

function nodeNamed({ nodes }: Config, name: string): NodeConfig {
  const node = nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error("no such node");
  return node;
}

function node(name: string, connections = {}) {
  return { name, chain: "wire", url: "http://127.0.0.1:8888", connections };
}

describe("the settings of all nodes", () => {
  test("are their own ones joined with the shared ones, each with its key", async () => {
    const config = parse({
      connections: { address: "hashed" },
      nodes: [node("a"), node("b", { hash_key: KEY }), node("c", { address: "none" })],
    });
    const { of, prepare } = createConnectionSettings(OWN_KEY);
    (await prepare(config))();
    const settings = ["a", "b", "c"].map((name) => of(nodeNamed(config, name)));
    expect(settings.map(({ address, hashKey }) => [address, hashKey])).toEqual([
      ["hashed", OWN_KEY],
      ["hashed", KEY],
      ["none", OWN_KEY],
    ]);
  });

  test("those of targets are the ones of their module, also when a reload has removed it", async () => {
    const allow = ["192.0.2.0/24:8888"];
    const module = { chain: "wire", connections: { address: "hashed", hash_key: KEY } };
    const before = parse({ nodes: [node("a")], probe: { allow, modules: { m: module } } });
    const found = resolveProbe(before.probe, { target: "192.0.2.1:8888", module: "m" });
    if (found.kind !== "allowed") throw new Error(found.message);
    const { of, prepare } = createConnectionSettings(OWN_KEY);
    (await prepare(before))();
    expect(of(found.node)).toMatchObject({ address: "hashed", hashKey: KEY });
    (await prepare(parse({ nodes: [node("a")] })))();
    expect(of(found.node)).toMatchObject({ address: "hashed", hashKey: KEY });
  });

  test("take effect with the last step only, so that a reload that fails changes nothing", async () => {
    const file = join(tempFolder(), "key");
    writeFileSync(file, KEY);
    const config = parse({ connections: { hash_key_file: file }, nodes: [node("a")] });
    const { of, prepare } = createConnectionSettings(OWN_KEY);
    (await prepare(config))();
    const key = () => of(nodeNamed(config, "a")).hashKey;
    writeFileSync(file, "another key of hashes");
    const use = await prepare(config);
    expect(key()).toBe(KEY);
    use();
    expect(key()).toBe("another key of hashes");
  });

  test("are read of each configuration, so that the redactor, which has that of the reload, knows the keys", async () => {
    const file = join(tempFolder(), "key");
    writeFileSync(file, KEY);
    const raw = { connections: { hash_key_file: file }, nodes: [node("a", { hash_key_file: file })] };
    const [inUse, asRead] = [parse(raw), parse(raw)];
    await createConnectionSettings(OWN_KEY).prepare(inUse, asRead);
    for (const { connections } of [inUse, asRead, nodeNamed(inUse, "a"), nodeNamed(asRead, "a")]) {
      expect(connections.hashKey?.known()).toEqual([KEY]);
    }
  });

  test("of a node that no configuration has are its own, never those of other nodes", () => {
    const config = parse({ nodes: [node("a", { address: "subnet" })] });
    const { of } = createConnectionSettings(OWN_KEY);
    expect(of(nodeNamed(config, "a"))).toMatchObject({ address: "subnet", hashKey: OWN_KEY });
  });
});
