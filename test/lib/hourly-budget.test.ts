import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit, EMPTY_MEMORY, listOf, type NameMemory } from "../../src/lib/hourly-budget.ts";
import { runs } from "../support/effort.ts";

type Step = { readonly minute: number; readonly names: readonly string[] };

/** What each step let in, and what was remembered at the end. */
function run(steps: readonly Step[], limit: number) {
  let memory: NameMemory = EMPTY_MEMORY;
  const shown: { readonly minute: number; readonly names: ReadonlySet<string> }[] = [];
  const remembered: number[] = [];
  for (const { minute, names } of steps) {
    const step = admit(memory, listOf(names), minute, limit);
    memory = step.memory;
    shown.push({ minute, names: new Set(names.filter((name) => !step.refused.has(name))) });
    remembered.push(memory.past.reduce((sum, { count }) => sum + count, 0));
  }
  return { memory, shown, remembered };
}

/** Steps up to 40 minutes apart, with names of a pool that is larger than most limits. */
const anySteps = (pool: number): fc.Arbitrary<readonly Step[]> =>
  fc
    .array(
      fc.record({
        pause: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(40)),
        names: fc.uniqueArray(
          fc.nat(pool).map((number) => `name ${number}`),
          { maxLength: 12 },
        ),
      }),
      { maxLength: 40 },
    )
    .map((list) => {
      let minute = 1000;
      return list.map(({ pause, names }) => {
        minute += pause;
        return { minute, names };
      });
    });

/** New is what no step of the 60 minutes before showed: the plainest reading, of all that was ever shown. */
function newOnes(
  shown: ReturnType<typeof run>["shown"],
): readonly { readonly minute: number; readonly name: string }[] {
  return shown.flatMap(({ minute, names }, index) =>
    [...names]
      .filter((name) => !shown.slice(0, index).some((each) => each.names.has(name) && each.minute >= minute - 60))
      .map((name) => ({ minute, name })),
  );
}

describe("any names at any time", () => {
  test("no 60 minutes have more new names than the limit", () => {
    fc.assert(
      fc.property(anySteps(60), fc.integer({ min: 1, max: 10 }), (steps, limit) => {
        const news = newOnes(run(steps, limit).shown);
        for (const { minute } of news) {
          const within = news.filter((each) => each.minute >= minute && each.minute <= minute + 60);
          expect(within.length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  test("names of the last step are admitted again, and at most these and as many others as the limit are remembered", () => {
    fc.assert(
      fc.property(anySteps(60), fc.integer({ min: 1, max: 10 }), (steps, limit) => {
        const { shown, remembered } = run(steps, limit);
        for (const [index, { minute, names }] of shown.entries()) {
          const before = shown[index - 1];
          expect(remembered[index]).toBeLessThanOrEqual(limit);
          if (before === undefined || minute - before.minute > 60) continue;
          const returned = (steps[index]?.names ?? []).filter((name) => before.names.has(name));
          expect(returned.filter((name) => !names.has(name))).toEqual([]);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  test("it decides like a complete list of all admitted names", () => {
    let refusedAtAll = 0;
    fc.assert(
      fc.property(anySteps(15), fc.integer({ min: 3, max: 8 }), (steps, limit) => {
        const { shown } = run(steps, limit);
        const history: { readonly minute: number; readonly name: string; readonly isNew: boolean }[] = [];
        for (const [index, { minute, names }] of steps.entries()) {
          const lately = history.filter((each) => each.minute >= minute - 60);
          const known = new Set(lately.map(({ name }) => name));
          // Beyond it the earliest are forgotten, which the list does not tell.
          const last = shown[index - 1]?.names ?? new Set();
          if ([...known].filter((name) => !last.has(name)).length > limit) return;
          let room = limit - lately.filter(({ isNew }) => isNew).length;
          for (const name of names) {
            const isNew = !known.has(name);
            if (isNew && room <= 0) {
              refusedAtAll += 1;
              expect(shown[index]?.names.has(name)).toBe(false);
              continue;
            }
            if (isNew) room -= 1;
            expect(shown[index]?.names.has(name)).toBe(true);
            history.push({ minute, name, isNew });
          }
        }
      }),
      { numRuns: runs(500) },
    );
    expect(refusedAtAll).toBeGreaterThan(100);
  });
});

test("a minute before the hour ends a name is still known, a minute later it is new", () => {
  const first = admit(EMPTY_MEMORY, listOf(["a"]), 0, 1).memory;
  const gone = admit(first, listOf([]), 1, 1).memory;
  expect(admit(gone, listOf(["a"]), 60, 1).refused.size).toBe(0);
  expect(admit(gone, listOf(["b"]), 60, 1).refused).toEqual(new Set(["b"]));
  expect(admit(gone, listOf(["b"]), 61, 1).refused.size).toBe(0);
  expect(admit(gone, listOf(["a"]), 61, 1).memory.newcomers).toEqual([{ minute: 61, count: 1 }]);
});

test("after a long pause nothing of before is known or remembered", () => {
  const before = admit(EMPTY_MEMORY, listOf(["a", "b"]), 0, 2).memory;
  const { memory, refused } = admit(before, listOf(["c", "d"]), 500, 2);
  expect(refused.size).toBe(0);
  expect(memory.past).toEqual([]);
});

test("where there is no room for all, the given order decides", () => {
  const { refused, memory } = admit(EMPTY_MEMORY, listOf(["a", "b", "c"]), 0, 2, (names) => names.toReversed());
  expect([...refused]).toEqual(["a"]);
  expect(memory.present).toBe(listOf(["b", "c"]));
});

test("a step that brings nothing new changes nothing", () => {
  const { memory } = admit(EMPTY_MEMORY, listOf(["a", "b"]), 7, 10);
  expect(admit(memory, listOf(["a", "b"]), 7, 10).memory).toBe(memory);
  expect(admit(memory, listOf(["a", "b"]), 8, 10).memory).toEqual({ ...memory, presentMinute: 8 });
  expect(admit(EMPTY_MEMORY, "", 8, 10).memory).toBe(EMPTY_MEMORY);
});

test("a lower limit counts from then on", () => {
  const { memory } = admit(EMPTY_MEMORY, listOf(["a", "b", "c", "d"]), 0, 10);
  const left = admit(memory, listOf(["e"]), 1, 2);
  expect(left.refused).toEqual(new Set(["e"]));
  expect(left.memory.past).toEqual([{ minute: 0, list: listOf(["c", "d"]), count: 2 }]);
});

test("one that comes and goes is remembered once", () => {
  let memory = EMPTY_MEMORY;
  for (let minute = 0; minute < 50; minute += 1) {
    memory = admit(memory, listOf(minute % 2 === 0 ? ["a", "b"] : ["a"]), minute, 10).memory;
  }
  expect(memory.past).toEqual([{ minute: 48, list: listOf(["b"]), count: 1 }]);
  expect(memory.newcomers).toEqual([{ minute: 0, count: 2 }]);
});
