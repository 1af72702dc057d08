import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import {
  describeShard,
  ownerOf,
  ownsNode,
  parseShard,
  resolveShard,
  selectShard,
  shardReport,
} from "../../src/config/shard.ts";

/** What nodeSchema takes as a name. */
const nodeName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,62}$/);
const manyNames = Array.from({ length: 4000 }, (_, index) => `node-${index}`);

function configOf(names: readonly string[], references: readonly string[] = []): Config {
  const node = (name: string) => ({ name, chain: "wire", url: "http://127.0.0.1" });
  const parsed = parseConfig({ nodes: names.map(node), references: references.map(node) }, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const namesOf = ({ nodes }: Config) => nodes.map(({ name }) => name);

describe("--shard", () => {
  test.each([
    ["0/1", { kind: "fixed", index: 0, total: 1 }],
    ["0/3", { kind: "fixed", index: 0, total: 3 }],
    ["2/3", { kind: "fixed", index: 2, total: 3 }],
    ["999/1000", { kind: "fixed", index: 999, total: 1000 }],
    ["auto/1", { kind: "auto", total: 1 }],
    ["auto/12", { kind: "auto", total: 12 }],
  ])("%s", (text, flag) => {
    expect(parseShard(text)).toEqual(flag);
  });

  const SYNTAX = "expected I/N, like 0/3 for the first of three shards, or auto/N in a StatefulSet";
  test.each([
    ...["", "3", "/", "1/", "/3", "-1/3", "1/-3", "+1/3", "1.5/3", "a/3", "0x1/3", "1/3/5", " 1/3", "1/3\n"].map(
      (text) => [text, `${SYNTAX}, found ${JSON.stringify(text)}`],
    ),
    ...["auto", "auto/", "AUTO/3", "auto/x"].map((text) => [text, `${SYNTAX}, found "${text}"`]),
    ["1".repeat(10_000), `${SYNTAX}, found "${"1".repeat(60)}…"`],
    ["0/0", 'expected at least 1 shard, found "0/0": omit --shard if one exporter polls all nodes'],
    ["auto/0", 'expected at least 1 shard, found "auto/0": omit --shard if one exporter polls all nodes'],
    ["0/1001", 'expected at most 1000 shards, found "0/1001": use fewer shards'],
    ["auto/999999999", 'expected at most 1000 shards, found "auto/999999999": use fewer shards'],
    ["1/1", 'expected a shard 0, as there is 1 shard, found "1/1": the first of N shards is 0/N'],
    ["3/3", 'expected a shard from 0 to 2, as there are 3 shards, found "3/3": the first of N shards is 0/N'],
  ])("%j is refused", (text, message) => {
    expect(() => parseShard(text)).toThrow(new Error(message));
  });
});

describe("the shard of this process", () => {
  const auto = { kind: "auto", total: 3 } as const;

  test("a written number needs no pod", () => {
    expect(resolveShard({ kind: "fixed", index: 2, total: 3 }, { env: { POD_NAME: "x-1" }, hostname: "x-0" })).toEqual({
      index: 2,
      total: 3,
    });
  });

  test.each<[Record<string, string | undefined>, string, number]>([
    [{ POD_NAME: "exporter-1", HOSTNAME: "worker-2" }, "laptop-0", 1],
    [{ HOSTNAME: "worker-2" }, "laptop-0", 2],
    [{}, "laptop-0", 0],
    [{ POD_NAME: "", HOSTNAME: "" }, "laptop-0", 0],
    [{ POD_NAME: undefined, HOSTNAME: "exporter-2" }, "laptop-0", 2],
    [{ POD_NAME: "peer-exporter-7-1" }, "", 1],
  ])("%j on %s is %i", (env, hostname, index) => {
    expect(resolveShard(auto, { env, hostname })).toEqual({ index, total: 3 });
  });

  const noNumber = (name: string, source: string) =>
    `expected a name that ends in -0, -1, …, as a StatefulSet gives its pods, found ${name} (${source}): ` +
    "set POD_NAME to the pod's name, or give the number of the shard: --shard 0/3";
  const tooHigh = (name: string, source: string) =>
    `expected a pod number below 3, the number of shards, found ${name} (${source}): ` +
    "give all pods --shard auto/N with N as the number of replicas, counted from 0";
  test.each<[Record<string, string>, string, string]>([
    [{ POD_NAME: "exporter" }, "x-1", noNumber('"exporter"', "POD_NAME")],
    [{ HOSTNAME: "exporter-7d9f8-x2k9p" }, "x-1", noNumber('"exporter-7d9f8-x2k9p"', "HOSTNAME")],
    [{}, "laptop", noNumber('"laptop"', "the host's name")],
    [{}, "", noNumber('""', "the host's name")],
    [{}, "exporter-1.example.org", noNumber('"exporter-1.example.org"', "the host's name")],
    [{ POD_NAME: "exporter1" }, "x-1", noNumber('"exporter1"', "POD_NAME")],
    [{ POD_NAME: "exporter-3" }, "x-1", tooHigh('"exporter-3"', "POD_NAME")],
    [{}, `x-${"9".repeat(40)}`, tooHigh(`"x-${"9".repeat(40)}"`, "the host's name")],
  ])("%j on %s is refused", (env, hostname, message) => {
    expect(() => resolveShard(auto, { env, hostname })).toThrow(new Error(message));
  });
});

describe("which shard polls a node", () => {
  // Computed with sha256sum, as docs/sharding.md shows: whoever changes these moves everybody's nodes.
  test.each([
    ["wire-1", 1, 0],
    ["wire-1", 3, 2],
    ["wire-1", 5, 2],
    ["monero-1", 3, 2],
    ["kadena-1", 3, 1],
    ["kadena-1", 5, 1],
    ["node-0001", 3, 1],
    ["node-0001", 5, 4],
  ])("%s of %i shards: %i", (name, total, owner) => {
    expect(ownerOf(name, total)).toBe(owner);
  });

  test("exactly one shard has each node", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(nodeName, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        (names, total) => {
          const config = configOf(names);
          const shards = Array.from({ length: total }, (_, index) => namesOf(selectShard(config, { index, total })));
          expect(shards.flat().sort()).toEqual([...names].sort());
          for (const [index, own] of shards.entries()) {
            expect(names.filter((name) => ownsNode({ index, total }, name))).toEqual(own);
          }
        },
      ),
    );
  });

  test("one shard more: a node stays, or moves to the new shard", () => {
    fc.assert(
      fc.property(nodeName, fc.integer({ min: 1, max: 50 }), (name, total) => {
        expect([ownerOf(name, total), total]).toContain(ownerOf(name, total + 1));
      }),
    );
  });

  test("other nodes do not matter", () => {
    fc.assert(
      fc.property(fc.uniqueArray(nodeName, { minLength: 2, maxLength: 20 }), ([name = "", ...others]) => {
        const shard = { index: ownerOf(name, 3), total: 3 };
        expect(namesOf(selectShard(configOf([...others, name]), shard))).toContain(name);
        expect(namesOf(selectShard(configOf([name]), shard))).toEqual([name]);
      }),
    );
  });

  // Four standard deviations of a fair lottery: these names are always the same, so the test is, too.
  const tolerance = (share: number) => 4 * Math.sqrt((share * (1 - share)) / manyNames.length);

  test.each([1, 2, 3, 9])("from %i shards to one more: about 1/(N+1) of 4,000 nodes move", (total) => {
    const moved = manyNames.filter((name) => ownerOf(name, total) !== ownerOf(name, total + 1)).length;
    const share = 1 / (total + 1);
    expect(Math.abs(moved / manyNames.length - share)).toBeLessThan(tolerance(share));
  });

  test.each([2, 3, 10])("%i shards have about as many of 4,000 nodes each", (total) => {
    const counts = new Array<number>(total).fill(0);
    for (const name of manyNames) {
      const owner = ownerOf(name, total);
      counts[owner] = (counts[owner] ?? 0) + 1;
    }
    for (const count of counts) {
      expect(Math.abs(count / manyNames.length - 1 / total)).toBeLessThan(tolerance(1 / total));
    }
  });
});

describe("the configuration of a shard", () => {
  const config = configOf(["wire-1", "monero-1", "kadena-1", "node-0001"], ["reference-1", "reference-2"]);

  test("has its own nodes as they are and in their order, all references, and all settings", () => {
    const shards = [0, 1, 2].map((index) => selectShard(config, { index, total: 3 }));
    for (const [index, shard] of shards.entries()) {
      expect(shard).toEqual({
        ...config,
        nodes: config.nodes.filter(({ name }) => ownerOf(name, 3) === index),
        shard: { index, total: 3 },
      });
    }
    expect(shards.flatMap(({ nodes }) => nodes)).toHaveLength(4);
  });

  test("has no nodes where none falls on it", () => {
    const empty = selectShard(configOf(["wire-1"]), { index: (ownerOf("wire-1", 2) + 1) % 2, total: 2 });
    expect(empty.nodes).toEqual([]);
  });
});

describe("in words", () => {
  test.each([
    [{ index: 1, total: 3 }, 4, 12, "shard 1 of 0..2: 4 of 12 nodes"],
    [{ index: 0, total: 1 }, 1, 1, "shard 0 of 0..0: 1 of 1 node"],
  ])("%j", (shard, own, all, text) => {
    expect(describeShard(shard, own, all)).toBe(text);
  });

  test("the report has the count of every shard and the names of this one", () => {
    expect(shardReport(configOf(["wire-1", "monero-1", "kadena-1", "node-0001"]), { index: 1, total: 3 })).toBe(
      "shard 0 of 0..2: 0 of 4 nodes\n" +
        "shard 1 of 0..2: 2 of 4 nodes, polled by this one\n  kadena-1\n  node-0001\n" +
        "shard 2 of 0..2: 2 of 4 nodes\n",
    );
  });
});
