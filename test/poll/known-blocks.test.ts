import { describe, expect, test } from "vitest";
import { createFleet, depthsAfter, grow } from "./chain-support.ts";

/** Deeper than the reorganisations that are usual. */
const isDeep = (depth: unknown) => typeof depth === "number" && depth > 10;

const MAIN = grow("main", 1000);

describe("nodes of one name of network", () => {
  test("have no lag to each other while no block shows that they are on one chain", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN);
    fleet.add("b", grow("main", 990));
    expect(fleet.poll("a").fleet).toEqual([]);
    expect(fleet.poll("b").fleet).toEqual([]);
  });

  test("have one as soon as they have had a block in common", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN);
    fleet.add("b", MAIN);
    expect(fleet.poll("a").fleet).toEqual([]);
    expect(fleet.poll("b").fleet).toEqual([1001]);
    expect(fleet.poll("a").fleet).toEqual([1001]);
  });

  test.each([1, 10, 60])("have one while a node syncs %i blocks a second", (speed) => {
    const fleet = createFleet();
    const chain = grow("main", 20_000);
    fleet.add("a", chain);
    fleet.add("b", chain.slice(0, 500));
    const found: (number | undefined)[] = [];
    for (let round = 1; round <= 16; round += 1) {
      const { b } = Object.fromEntries(fleet.round());
      found.push(b?.fleet[0]);
      fleet.follow("b", chain.slice(0, 500 + round * 15 * speed));
    }
    expect(found.slice(12)).toEqual(Array(4).fill(20_001));
  });

  test("are asked for a common height once a minute, if they are far from each other", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN);
    fleet.add("b", grow("main", 500));
    fleet.round();
    fleet.round();
    const { a, b } = Object.fromEntries(fleet.round());
    expect([a?.fleet, b?.fleet]).toEqual([[501], [1001]]);
    for (let round = 0; round < 40; round += 1) fleet.round();
    // 43 rounds of 15 s.
    expect(fleet.calls.get("a")).toBeLessThanOrEqual(11);
    expect(fleet.calls.get("b")).toBeLessThanOrEqual(11);
  });

  test("are never asked while they have the same newest blocks", () => {
    const fleet = createFleet();
    for (const name of "abcde") fleet.add(name, MAIN);
    let branch = MAIN;
    for (let round = 0; round < 100; round += 1) {
      if (round % 8 === 0) branch = grow("main", branch.length, branch);
      for (const name of "abcde") fleet.follow(name, branch);
      fleet.round();
    }
    expect(fleet.calls.size).toBe(0);
  });

  test("two coins never have a lag to each other, and are no fork of each other if their first blocks differ", () => {
    const fleet = createFleet({ genesis: true });
    fleet.add("a", grow("main", 700));
    fleet.add("b", grow("other", 3400));
    fleet.add("c", grow("other", 3400));
    for (let round = 0; round < 40; round += 1) {
      const { a, b, c } = Object.fromEntries(fleet.round());
      expect(a).toEqual({ depths: new Map(), fleet: [], configured: [] });
      if (round > 0) expect([b?.fleet, c?.fleet]).toEqual([[3401], [3401]]);
    }
  });

  test("without their first blocks, two coins never have a lag to each other either", () => {
    const fleet = createFleet();
    fleet.add("a", grow("main", 700));
    fleet.add("b", grow("other", 3400));
    for (let round = 0; round < 40; round += 1) {
      const { a, b } = Object.fromEntries(fleet.round());
      expect([a?.fleet, b?.fleet]).toEqual([[], []]);
    }
    expect(depthsAfter(fleet, 1)).toEqual({ a: 11, b: 2711 });
  });

  test("of one chain are compared by a block near the head of the lower one, also when several are far behind", () => {
    const fleet = createFleet();
    for (const name of ["a", "b"]) fleet.add(name, grow("main", 800));
    fleet.add("c", MAIN);
    for (let round = 0; round < 5; round += 1) fleet.round();
    expect([fleet.poll("a").fleet, fleet.poll("b").fleet]).toEqual([
      [1001, 801],
      [1001, 801],
    ]);
  });

  test("named by hand, they are compared without any block", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN, { network: "mainnet" });
    fleet.add("b", grow("main", 990), { network: "mainnet" });
    fleet.poll("a");
    expect(fleet.poll("b").fleet).toEqual([1001]);
  });

  test("of one chain id, they are compared from their second polls on", () => {
    const fleet = createFleet({ chainId: "a", networkKey: "wire a" });
    fleet.add("a", MAIN);
    fleet.add("b", grow("main", 980, MAIN));
    fleet.round();
    for (let round = 0; round < 10; round += 1) {
      const { a, b } = Object.fromEntries(fleet.round());
      if (round > 0) expect([a?.fleet, b?.fleet]).toEqual([[981], [1001]]);
    }
  });

  test("of one chain id, two that left each other long ago never have a lag to each other, not in their first polls either", () => {
    const fleet = createFleet({ chainId: "a", networkKey: "wire a" });
    fleet.add("a", MAIN);
    fleet.add("b", grow("b", 980, MAIN, 900));
    for (let round = 0; round < 10; round += 1) {
      const { a, b } = Object.fromEntries(fleet.round());
      expect([a?.fleet, b?.fleet]).toEqual([[], []]);
    }
  });

  test("of three nodes, the one that left has no reference, and the other two have each other", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN);
    fleet.add("b", MAIN);
    fleet.add("c", grow("c", 1100, MAIN, 900));
    for (let round = 0; round < 10; round += 1) fleet.round();
    const { a, b, c } = Object.fromEntries(fleet.round());
    expect([a?.fleet, b?.fleet, c?.fleet]).toEqual([[1001], [1001], []]);
    expect(depthsAfter(fleet, 1)).toEqual({ a: 0, b: 0, c: expect.toSatisfy(isDeep) });
  });
});

describe("a fork", () => {
  test("of two nodes is seen at both, also while nobody knows which of them is right", () => {
    const fleet = createFleet();
    fleet.add("a", grow("a", 1000, MAIN, 991));
    fleet.add("b", grow("b", 1000, MAIN, 991));
    fleet.round();
    expect(depthsAfter(fleet, 1)).toEqual({ a: 1, b: 1 });
    // The blocks that a usual reorganisation cannot replace are the same.
    expect(depthsAfter(fleet, 20)).toEqual({ a: 1, b: 1 });
  });

  test("that goes on is deeper than a usual reorganisation after so many blocks", () => {
    const fleet = createFleet();
    fleet.add("a", MAIN);
    fleet.add("b", MAIN);
    fleet.round();
    for (let height = 1001; height <= 1020; height += 1) {
      fleet.follow("a", grow("a", height, MAIN));
      fleet.follow("b", grow("b", height, MAIN));
      const { a, b } = depthsAfter(fleet, 8);
      const own = height - 1000;
      expect(a, `after ${own} blocks`).toBeLessThanOrEqual(own);
      if (own > 10) expect([a, b]).toEqual([expect.toSatisfy(isDeep), expect.toSatisfy(isDeep)]);
    }
  });

  /** A fork while the nodes may not be asked again, as they just were: only heads show it. */
  function forkOfHeads(others: number) {
    const fleet = createFleet({ intervalMs: 2000, reorgDepth: 3, genesis: true });
    const names = Array.from({ length: others }, (_, index) => `other${index}`);
    for (const name of ["slow", ...names]) fleet.add(name, MAIN);
    depthsAfter(fleet, 1);
    const toHeight = (height: number) => {
      for (const name of names) fleet.follow(name, grow("b", height, MAIN));
    };
    for (let height = 1001; height <= 1006; height += 1) {
      toHeight(height);
      depthsAfter(fleet, 1);
    }
    let depth: number | undefined;
    for (let height = 1001; height <= 1006; height += 1) {
      fleet.follow("slow", grow("a", height, MAIN));
      depth = depthsAfter(fleet, 1).slow;
    }
    expect(depth).toBe(1);
    return { fleet, toHeight };
  }

  test.each([1, 2, 8])("is not forgotten because the branch of %i others grows by a block with each poll", (others) => {
    const { fleet, toHeight } = forkOfHeads(others);
    for (let height = 1007; height < 1060; height += 1) {
      toHeight(height);
      expect(depthsAfter(fleet, 1).slow, `at ${height}`).toBeGreaterThan(0);
    }
  });

  test("that newer blocks hide ends as soon as the node has the blocks of the others", () => {
    const { fleet, toHeight } = forkOfHeads(2);
    toHeight(1030);
    expect(depthsAfter(fleet, 1).slow).toBe(1);
    fleet.follow("slow", grow("b", 1030, MAIN));
    expect(depthsAfter(fleet, 1).slow).toBe(0);
  });

  test("that only a head showed ends after minutes, if no common height shows it", () => {
    const { fleet } = forkOfHeads(2);
    // The others come over to its branch and go on: its head is now an old block of all of them.
    for (const name of ["other0", "other1"]) fleet.follow(name, grow("a", 1030, MAIN));
    expect(depthsAfter(fleet, 160).slow).toBe(0);
  });

  test("of days is seen, however far the nodes are from each other", () => {
    const fleet = createFleet();
    fleet.add("low", grow("low", 700, MAIN, 500));
    for (const name of ["b", "c", "d"]) fleet.add(name, grow("main", 3400, MAIN));
    const { low, b } = depthsAfter(fleet, 10);
    expect(low).toBe(11);
    expect(b).toBe(0);
  });

  test("ends when the node has the blocks of the others again", () => {
    const fleet = createFleet();
    fleet.add("a", grow("a", 1000, MAIN, 900));
    for (const name of ["b", "c"]) fleet.add(name, MAIN);
    expect(depthsAfter(fleet, 10).a).toSatisfy(isDeep);
    fleet.follow("a", MAIN);
    const { a } = Object.fromEntries(fleet.round());
    expect(a).toEqual({ depths: new Map([["fleet", 0]]), fleet: [1001, 1001], configured: [] });
  });

  test("of a node against references is seen by their own label", () => {
    const fleet = createFleet();
    fleet.add("a", grow("a", 1000, MAIN, 900));
    fleet.add("r", MAIN, { role: "reference" });
    for (let round = 0; round < 10; round += 1) fleet.round();
    expect(fleet.poll("a")).toEqual({ depths: new Map([["configured", 11]]), fleet: [], configured: [] });
  });

  test("of nodes that no longer answer counts no more", () => {
    const fleet = createFleet();
    fleet.add("a", grow("a", 1000, MAIN, 900));
    fleet.add("b", MAIN);
    expect(depthsAfter(fleet, 10)).toEqual({ a: 11, b: 11 });
    fleet.follow("b", undefined);
    expect(depthsAfter(fleet, 2)).toEqual({ a: undefined, b: undefined });
    fleet.follow("b", MAIN);
    expect(depthsAfter(fleet, 10)).toEqual({ a: 11, b: 11 });
    fleet.nodes.delete("b");
    expect(depthsAfter(fleet, 4)).toEqual({ a: undefined });
  });

  test("of a node that was removed from the configuration counts no more", () => {
    const fleet = createFleet();
    fleet.add("a", grow("a", 1000, MAIN, 900));
    fleet.add("b", MAIN);
    expect(depthsAfter(fleet, 10)).toEqual({ a: 11, b: 11 });
    fleet.forget("b");
    expect(fleet.poll("a").depths.size).toBe(0);
  });
});

describe("nodes of braided chains, which find blocks only by their hashes", () => {
  const options = { networkKey: "chainweb mainnet01", braided: 3, reorgDepth: 6, blockSeconds: 10 };

  test("that left each other are known apart by blocks that they lack, deep enough after some minutes", () => {
    const fleet = createFleet(options);
    let [left, right] = [grow("left", 700, MAIN, 600), grow("right", 650, MAIN, 600)];
    fleet.add("a", left);
    fleet.add("b", right);
    const depths: (number | undefined)[] = [];
    for (let minute = 0; minute < 12; minute += 1) {
      for (let half = 0; half < 2; half += 1) {
        left = grow("left", left.length, left);
        right = grow("right", right.length, right);
        fleet.follow("a", left);
        fleet.follow("b", right);
        for (const [, { fleet: heads }] of [...fleet.round(), ...fleet.round()]) expect(heads).toEqual([]);
      }
      depths.push(fleet.poll("a").depths.get("fleet"), fleet.poll("b").depths.get("fleet"));
    }
    expect(depths.slice(-6).every((depth) => depth !== undefined && depth > 6)).toBe(true);
    // One call a minute for each.
    expect(fleet.calls.get("a")).toBeLessThanOrEqual(13);
  });

  test("on one chain are never asked while they see the same blocks, and have a lag to each other", () => {
    const fleet = createFleet(options);
    let branch = MAIN;
    for (const name of "abc") fleet.add(name, branch);
    for (let round = 0; round < 40; round += 1) {
      if (round % 2 === 0) branch = grow("main", branch.length, branch);
      for (const name of "abc") fleet.follow(name, branch);
      const { a } = Object.fromEntries(fleet.round());
      if (round > 1)
        expect(a).toMatchObject({ depths: new Map([["fleet", 0]]), fleet: [expect.any(Number), expect.any(Number)] });
    }
    expect(fleet.calls.size).toBe(0);
  });

  test("have a fork of one block for a moment, which is not deep", () => {
    const fleet = createFleet(options);
    fleet.add("a", grow("a", 1001, MAIN));
    for (const name of "bc") fleet.add(name, grow("main", 1001, MAIN));
    fleet.round();
    expect(depthsAfter(fleet, 1)).toEqual({ a: 1, b: 0, c: 0 });
    for (const name of "abc") fleet.follow(name, grow("main", 1002, MAIN));
    expect(depthsAfter(fleet, 2)).toEqual({ a: 0, b: 0, c: 0 });
  });
});
