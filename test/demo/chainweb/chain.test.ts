import { describe, expect, test } from "vitest";
import { chainHeightAt, cutAt, distancesFrom, TEN_CHAINS, TWENTY_CHAINS } from "../../../src/demo/chainweb/chain.ts";
import { testClock } from "../support.ts";
import { expectBraided } from "./support.ts";

describe("the graph", () => {
  test.each([
    ["ten", TEN_CHAINS, 2],
    ["twenty", TWENTY_CHAINS, 3],
  ] as const)("%s chains: each has three adjacent chains, in both directions", (_name, graph, diameter) => {
    for (const [chain, adjacents] of graph) {
      expect(adjacents.length).toBe(3);
      for (const adjacent of adjacents) expect(graph.get(adjacent)).toContain(chain);
    }
    const distances = [...graph.keys()].flatMap((chain) => [...distancesFrom(graph, chain).values()]);
    expect(distances.length).toBe(graph.size ** 2);
    expect(Math.max(...distances)).toBe(diameter);
  });
});

test("cuts are braided at every moment and rise by 20 in 30 s", () => {
  const start = testClock().startedAt;
  const spreads = new Set<number>();
  for (let elapsed = 0; elapsed < 300; elapsed += 0.9) {
    const cut = cutAt(start + elapsed);
    expectBraided(cut);
    spreads.add(Math.max(...cut.values()) - Math.min(...cut.values()));
  }
  expect(spreads).toEqual(new Set([2, 3]));
  const sum = (elapsed: number) => [...cutAt(start + elapsed).values()].reduce((total, height) => total + height, 0);
  expect(Math.abs(sum(3000) - sum(0) - 2000)).toBeLessThanOrEqual(12);
  expect(chainHeightAt(0, start + 300) - chainHeightAt(0, start)).toBeOneOf([9, 10, 11]);
});
