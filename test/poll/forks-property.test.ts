import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/effort.ts";
import { type Branch, createFleet, type Fleet, grow } from "./chain-support.ts";

const REORG_DEPTH = 10;

/** What happens to a node between two polls. */
const step = fc.record({
  node: fc.nat(4),
  /** New blocks of the network. */
  mined: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3), fc.constant(30)),
  passedMs: fc.constantFrom(0, 1000, 15_000, 60_000, 200_000),
  /** Blocks of its own that replace the last ones of the network; 0: it has the network's. */
  own: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: REORG_DEPTH })),
  behind: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(2)),
  isUp: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
});

const options = fc.record({
  chainId: fc.constantFrom(undefined, "a"),
  genesis: fc.boolean(),
  blockSeconds: fc.constantFrom(1, 120),
  intervalMs: fc.constantFrom(1000, 15_000, 300_000),
  reorgDepth: fc.constant(REORG_DEPTH),
});

/** A node's branch: at most `REORG_DEPTH` blocks of it are not the network's, so that it never leaves more than those. */
function branchOf(main: Branch, name: string, own: number, behind: number): Branch {
  const height = main.length - 1 - behind;
  return own === 0 ? main.slice(0, height + 1) : grow(name, height, main, height + 1 - own);
}

describe("with usual reorganisations only", () => {
  test("no fork is deeper than those, and no node is parted from the others", () => {
    fc.assert(
      fc.property(options, fc.array(step, { minLength: 20, maxLength: 120 }), (given, steps) => {
        const fleet = createFleet(given);
        let main = grow("main", 200);
        const names = [..."abcde"];
        for (const name of names) fleet.add(name, main);
        for (const [index, { node, mined, passedMs, own, behind, isUp }] of steps.entries()) {
          const name = names[node] ?? "a";
          main = grow("main", main.length - 1 + mined, main);
          fleet.pass(passedMs);
          fleet.follow(name, isUp ? branchOf(main, `${name}${index}-`, own, behind) : undefined);
          for (const [reference, depth] of fleet.poll(name).depths) {
            expect(depth, `step ${index}, ${name}, ${reference}`).toBeLessThanOrEqual(REORG_DEPTH);
          }
        }
        expectTogether(fleet, names, main);
      }),
      { numRuns: runs(300) },
    );
  });
});

/** With the same blocks for some minutes, all nodes are each other's references. */
function expectTogether(fleet: Fleet, names: readonly string[], main: Branch): void {
  for (const name of names) fleet.follow(name, main);
  for (let round = 0; round < 20; round += 1) fleet.round();
  for (const name of names) {
    const { fleet: heads, depths } = fleet.poll(name);
    expect(heads).toEqual(names.slice(1).map(() => main.length));
    expect(depths.get("fleet")).toBe(0);
  }
}

describe("nodes that are on two branches", () => {
  const sides = fc
    .record({
      isLeft: fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }),
      shared: fc.nat(300),
      left: fc.integer({ min: REORG_DEPTH + 2, max: 400 }),
      right: fc.integer({ min: REORG_DEPTH + 2, max: 400 }),
      growing: fc.boolean(),
    })
    .filter(({ isLeft }) => isLeft.includes(true) && isLeft.includes(false));

  test("never have a lag to the other branch, and are forked, both of them where they are equally many", () => {
    fc.assert(
      fc.property(options, sides, (given, { isLeft, shared, left, right, growing }) => {
        const fleet = createFleet({ ...given, chainId: undefined });
        const main = grow("main", shared);
        let branches = [grow("left", shared + left, main), grow("right", shared + right, main)] as const;
        const nodes = isLeft.map((side, index) => ({ name: `n${index}`, side: side ? 0 : 1 }) as const);
        for (const { name, side } of nodes) fleet.add(name, branches[side]);
        // Each node is asked once a minute, and the third time at the latest both sides answer for one place.
        const rounds = Math.max(20, 240_000 / given.intervalMs);
        for (let round = 0; round < rounds; round += 1) {
          if (growing && round % 8 === 0) {
            branches = [grow("left", branches[0].length, branches[0]), grow("right", branches[1].length, branches[1])];
          }
          for (const { name, side } of nodes) fleet.follow(name, branches[side]);
          for (const [name, { fleet: heads }] of fleet.round()) {
            const side = nodes.find((node) => node.name === name)?.side ?? 0;
            expect(heads.every((height) => Math.abs(height - branches[side].length) <= 1)).toBe(true);
          }
        }
        const deep = nodes.map(({ name }) => (fleet.poll(name).depths.get("fleet") ?? 0) > REORG_DEPTH);
        const lefts = nodes.filter(({ side }) => side === 0).length;
        const rights = nodes.length - lefts;
        const expected = nodes.map(({ side }) => (side === 0 ? rights > lefts - 1 : lefts > rights - 1));
        if (Math.abs(left - right) < 20) expect(deep).toEqual(expected);
        expect(deep).toContain(true);
      }),
      { numRuns: runs(200), interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });
});
