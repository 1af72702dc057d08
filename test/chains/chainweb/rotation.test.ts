import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inTurn } from "../../../src/chains/chainweb/rotation.ts";

const same = (id: string) => id;

/** What each of some rounds takes, a few at a time, from a list that may differ each time. */
function take(lists: readonly (readonly string[])[], each: number, salt = "node"): readonly (readonly string[])[] {
  let after: string | undefined;
  return lists.map((list) => {
    const taken = inTurn(list, same, salt, after).slice(0, each);
    after = taken.at(-1)?.mark ?? after;
    return taken.map(({ item }) => item);
  });
}

const ids = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 });

test("everybody once before anybody twice", () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 10 }), (list, each) => {
      const rounds = Math.ceil(list.length / each);
      const taken = take(Array(rounds).fill(list), each).flat().slice(0, list.length);
      expect(new Set(taken)).toEqual(new Set(list));
    }),
  );
});

test("the order of the list does not matter", () => {
  fc.assert(
    fc.property(ids, fc.nat(), (list, shift) => {
      const at = shift % list.length;
      const turned = [...list.slice(at), ...list.slice(0, at)];
      expect(inTurn(turned, same, "node", undefined)).toEqual(inTurn(list, same, "node", undefined));
    }),
  );
});

describe("a list that changes", () => {
  const stayers = Array.from({ length: 20 }, (_, index) => `stayer ${index}`);

  test("newcomers keep nobody from their turn", () => {
    const lists = Array.from({ length: 20 }, (_, round) => [...stayers, `new ${round}`, `other new ${round}`]);
    const taken = new Set(take(lists, 3).flat());
    expect(stayers.filter((id) => !taken.has(id))).toEqual([]);
  });

  test("who comes and goes gets no more turns than the others", () => {
    const lists = Array.from({ length: 44 }, (_, round) => (round % 2 === 0 ? stayers : [...stayers, "flapping"]));
    const turns = take(lists, 3).flat();
    expect(turns.filter((id) => id === "flapping").length).toBeLessThanOrEqual(turns.length / stayers.length + 1);
  });

  test("an empty one changes nothing", () => {
    expect(take([stayers, [], stayers], 3)).toEqual([take([stayers], 3)[0], [], take([stayers, stayers], 3)[1]]);
  });
});

test("two nodes ask the same peers in different orders", () => {
  const list = Array.from({ length: 20 }, (_, index) => `peer ${index}`);
  expect(take([list], 20, "a")).not.toEqual(take([list], 20, "b"));
  expect(take([list], 20, "a")).toEqual(take([list], 20, "a"));
});
