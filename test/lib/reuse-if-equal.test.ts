import fc from "fast-check";
import { expect, test } from "vitest";
import { hasSameEntries, reuseIfEqual } from "../../src/lib/reuse-if-equal.ts";
import { runs } from "../support/effort.ts";

const maps = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(undefined, 1, 2)))
  .map((all) => new Map(all));

test("the earlier map is kept exactly when it says the same", () => {
  fc.assert(
    fc.property(maps, maps, (before, now) => {
      const sorted = (map: typeof now) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
      const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(now));
      expect(reuseIfEqual(before, now)).toBe(isSame ? before : now);
    }),
    { numRuns: runs(1000) },
  );
});

test("without an earlier map there is the later one", () => {
  const now = new Map();
  expect(reuseIfEqual(undefined, now)).toBe(now);
});

test("a map says the same as rows exactly when it was made of them", () => {
  const rows = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom(undefined, 1, 2)));
  fc.assert(
    fc.property(maps, rows, (map, given) => {
      const isSame = JSON.stringify([...map]) === JSON.stringify(given);
      expect(hasSameEntries(map, given, ([key, value], known, of) => key === known && value === of)).toBe(isSame);
      expect(hasSameEntries(map, [...map], ([key, value], known, of) => key === known && value === of)).toBe(true);
    }),
    { numRuns: runs(1000) },
  );
});
