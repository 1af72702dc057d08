import fc from "fast-check";
import { expect, test } from "vitest";
import { listOrBefore, NOT_FOUND, textFinder } from "../../src/lib/kept-lists.ts";

test("a text is found at its place, in whatever order the texts are looked up", () => {
  const texts = fc.uniqueArray(fc.string({ maxLength: 2 }), { maxLength: 8 });
  const wanted = fc.array(fc.string({ maxLength: 2 }), { maxLength: 20 });
  fc.assert(
    fc.property(texts, wanted, fc.boolean(), (list, others, isMixed) => {
      const find = textFinder(list);
      for (const text of isMixed ? list.flatMap((each, index) => [each, others[index] ?? ""]) : [...list, ...others]) {
        const place = find(text);
        expect(place).toBe(list.indexOf(text));
        if (!list.includes(text)) expect(place).toBe(NOT_FOUND);
      }
    }),
  );
});

test("an equal list stays the same object, also with numbers that are unknown", () => {
  const before = [1, Number.NaN];
  expect(listOrBefore(before, [1, Number.NaN])).toBe(before);
  for (const other of [[1], [1, 2], [1, Number.NaN, 3], []]) expect(listOrBefore(before, other)).toBe(other);
});
