import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Head } from "../../src/model/report.ts";
import { createKnownHeads } from "../../src/poll/heads.ts";
import { failing, head, report } from "./support.ts";

const at = (height: number, networkKey = "net") => report({ head: head(height), networkKey });

const heightsOf = (heads: Iterable<Head>) => [...heads].map(({ height }) => height);

/** Heights that "self" learns of. */
function heights(known: ReturnType<typeof createKnownHeads>, nowMs = 0, networkKey: string | undefined = "net") {
  const { fleet, configured } = known.othersOnNetwork("self", networkKey, nowMs, () => true);
  return { fleet: heightsOf(fleet), configured: heightsOf(configured) };
}

describe("the known heads", () => {
  test("are those of the other nodes of the network, by their role, the newest of each", () => {
    const known = createKnownHeads();
    known.remember("self", "node", at(1), 10);
    known.remember("a", "node", at(2), 10);
    known.remember("a", "node", at(3), 10);
    known.remember("b", "reference", at(4), 10);
    known.remember("c", "node", at(5, "other"), 10);
    expect(heights(known)).toEqual({ fleet: [3], configured: [4] });
    expect(heights(known, 0, "other")).toEqual({ fleet: [5], configured: [] });
  });

  test("there are none for a node whose network is unknown", () => {
    const known = createKnownHeads();
    known.remember("a", "node", at(2), 10);
    expect(known.othersOnNetwork("self", undefined, 0, () => true)).toEqual({ fleet: [], configured: [] });
  });

  test("are ranked, the highest first, after any changes", () => {
    const steps = fc.array(fc.record({ name: fc.constantFrom(..."abcdefgh"), height: fc.option(fc.nat(9)) }));
    fc.assert(
      fc.property(steps, (changes) => {
        const known = createKnownHeads();
        const expected = new Map<string, number>();
        for (const { name, height } of changes) {
          expected.delete(name);
          if (height === null) known.forgetAll([name]);
          else {
            known.remember(name, "node", at(height), 10);
            expected.set(name, height);
          }
        }
        expect(heights(known).fleet).toEqual([...expected.values()].sort((a, b) => b - a));
      }),
    );
  });

  test("of many nodes are forgotten together, and only those", () => {
    const known = createKnownHeads();
    for (const [index, name] of [..."abcde"].entries()) known.remember(name, "node", at(index), 10);
    known.forgetAll(["a", "d", "unknown"]);
    expect(heights(known).fleet).toEqual([4, 2, 1]);
    known.remember("d", "node", at(3), 10);
    expect(heights(known).fleet).toEqual([4, 3, 2, 1]);
    known.forgetAll([..."abcde"]);
    expect(heights(known).fleet).toEqual([]);
  });

  test("of references stay when another is forgotten, on a network without nodes too", () => {
    const known = createKnownHeads();
    for (const [index, name] of [..."abc"].entries()) known.remember(name, "reference", at(index), 10);
    known.forgetAll(["b"]);
    expect(heights(known).configured).toEqual([2, 0]);
    known.remember("a", "reference", at(7), 10);
    expect(heights(known).configured).toEqual([7, 2]);
  });

  test("are left out once they are no longer fresh", () => {
    const known = createKnownHeads();
    known.remember("a", "node", at(2), 10);
    expect(heights(known, 10).fleet).toEqual([2]);
    expect(heights(known, 11).fleet).toEqual([]);
  });

  test.each([
    ["no longer has a head", report({ head: failing("timeout"), networkKey: "net" })],
    ["no longer says its network", report({ head: head(9) })],
    ["is on another network", at(9, "other")],
  ])("a node that %s is forgotten", (_, later) => {
    const known = createKnownHeads();
    known.remember("a", "node", at(2), 10);
    known.remember("b", "node", at(3), 10);
    known.remember("a", "node", later, 10);
    expect(heights(known).fleet).toEqual([3]);
  });
});
