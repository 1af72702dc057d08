import { describe, expect, test } from "vitest";
import type { BlockId, NodeReport } from "../../src/model/report.ts";
import { createBlockIndex } from "../../src/poll/block-index.ts";
import { createNodeBlocks, type NodeBlocks, unlist, updateBlocks } from "../../src/poll/blocks.ts";
import { head, NOW, report } from "./support.ts";

const SETTINGS = { reorgDepth: 6, askedPlace: undefined };

function setUp() {
  const index = createBlockIndex();
  const own = createNodeBlocks("node-1", "node", "n", index);
  let nowMs = NOW;
  const update = (blocks: readonly BlockId[], rest: Partial<NodeReport> = {}, askedPlace?: string) => {
    const given = report({ head: head(1000), blocks, ...rest });
    updateBlocks(own, given, { nowMs, freshUntilMs: nowMs + 40_000 }, { ...SETTINGS, askedPlace });
    nowMs += 1000;
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { index, own, update, pass };
}

function hashes({ chains }: NodeBlocks): readonly string[] {
  return [...chains.values()].flatMap((blocks) => [...blocks.values()].map(({ hash }) => hash)).sort();
}

const tip = (height: number, name = "a"): BlockId => ({ height, hash: `${name}${height}` });

describe("the blocks of a node", () => {
  test("are few, however many its polls bring: the highest of each chain stay", () => {
    const { own, update, index } = setUp();
    for (let height = 1000; height < 1100; height += 1) update([tip(height)]);
    expect(hashes(own)).toHaveLength(8);
    expect(hashes(own)).toContain("a1099");
    expect(index.places.size).toBe(8);
  });

  test("of braided chains are few in total", () => {
    const { own, update, index } = setUp();
    const cut = (chains: number, height: number) =>
      Array.from({ length: chains }, (_, chain) => ({ chain: String(chain), ...tip(height) }));
    for (let height = 1000; height < 1050; height += 1) update(cut(20, height));
    expect(hashes(own)).toHaveLength(120);
    for (let height = 1000; height < 1050; height += 1) update(cut(98, height));
    expect(hashes(own)).toHaveLength(98);
    for (let height = 1000; height < 1050; height += 1) update(cut(1000, height));
    expect(hashes(own)).toHaveLength(256);
    expect(index.places.size).toBe(256);
  });

  test("that were asked for are the latest 4, and do not replace those of the heads", () => {
    const { own, update } = setUp();
    for (let height = 1; height < 100; height += 1) update([tip(10_000), tip(height)], {}, ` ${height}`);
    expect(hashes(own)).toEqual(["a10000", ...[96, 97, 98, 99].map((height) => `a${height}`)].sort());
  });

  test("stay where they show a fork: one for each reference", () => {
    const { own, update, index } = setUp();
    for (let height = 1; height < 100; height += 1) {
      update([tip(height)]);
      const at = { chain: "", height, hash: `a${height}`, depth: 1, untilMs: NOW + 600_000 };
      if (height === 10) own.forkedAt.set("fleet", at).set("configured", { ...at, hash: "other" });
      if (height === 20) own.forkedAt.set("configured", at);
    }
    expect(hashes(own)).toHaveLength(10);
    expect(hashes(own)).toEqual(expect.arrayContaining(["a10", "a20", "a92"]));
    expect(index.places.size).toBe(10);
  });

  test("have hashes of a bounded length, and the first block is none of them", () => {
    const { own, update } = setUp();
    update([tip(0), { height: 5, hash: "x".repeat(129) }, tip(6)]);
    expect(hashes(own)).toEqual(["a6"]);
  });

  test("are replaced by a reorganisation, together with those that it may have replaced too", () => {
    const { own, update } = setUp();
    update([tip(990)]);
    update([tip(1000), tip(990), tip(1)]);
    update([tip(1001)]);
    update([tip(1002), tip(1001, "b")]);
    // Those that a usual reorganisation does not reach stay.
    expect(hashes(own)).toEqual(["a1", "a1002", "a990", "b1001"]);
  });

  test("are all forgotten when even a settled one is another, or the head is far lower: another database answers", () => {
    const { own, update } = setUp();
    update([tip(1000), tip(990), tip(980)]);
    update([tip(1001), tip(990, "b")]);
    expect(hashes(own)).toEqual(["a1001", "b990"]);
    update([tip(994)]);
    expect(hashes(own)).toEqual(["a994"]);
  });

  test("above the head are forgotten", () => {
    const { own, update } = setUp();
    update([tip(1000)]);
    update([tip(998)]);
    expect(hashes(own)).toEqual(["a998"]);
  });

  test("are forgotten after minutes, settled ones later, and when the clock was set back", () => {
    const { own, update, pass } = setUp();
    update([tip(1000), tip(900)]);
    pass(150_000);
    update([tip(1001)]);
    expect(hashes(own)).toEqual(["a1001", "a900"]);
    pass(600_000);
    update([tip(1002)]);
    expect(hashes(own)).toEqual(["a1002"]);
    pass(-3_600_000);
    update([tip(1003)]);
    expect(hashes(own)).toEqual(["a1003"]);
  });

  test("are settled when no usual reorganisation reaches them, or when they are final", () => {
    const { own, update } = setUp();
    update([tip(1000), tip(995), tip(994)]);
    const settled = () =>
      [...(own.chains.get("")?.values() ?? [])].flatMap((block) => (block.isSettled ? block.hash : []));
    expect(settled()).toEqual(["a994"]);
    update([tip(1000), tip(995)], { head: head(1000, { finalHeight: 995 }) });
    expect(settled().sort()).toEqual(["a994", "a995"]);
  });

  test("leave nothing in the index when the node is no longer fresh", () => {
    const { own, update, index } = setUp();
    update([tip(1000), tip(994)], { lackingBlocks: [tip(980, "b")] });
    expect(index).toMatchObject({ owners: { node: 1 } });
    unlist(own);
    unlist(own);
    expect(index).toEqual({ places: new Map(), owners: { node: 0, reference: 0 } });
    expect(hashes(own)).toEqual(["!b980", "a1000", "a994"]);
    update([tip(1000)]);
    expect(index.places.size).toBe(3);
  });
});
