import fc from "fast-check";
import { expect, test } from "vitest";
import { createFreshness } from "../../src/poll/freshness.ts";
import { runs } from "../support/effort.ts";

function setUp() {
  let now = 0;
  const pass = (ms: number) => {
    now += ms;
  };
  return { freshness: createFreshness(() => now), pass };
}

test("data expires after its lifetime, and is returned once", () => {
  const { freshness, pass } = setUp();
  freshness.renew("a", 100);
  freshness.renew("b", 200);
  pass(100);
  expect(freshness.takeExpired()).toEqual([]);
  pass(1);
  expect(freshness.takeExpired()).toEqual(["a"]);
  expect(freshness.takeExpired()).toEqual([]);
  pass(100);
  expect(freshness.takeExpired()).toEqual(["b"]);
});

test("another lifetime counts from when the data was read", () => {
  const { freshness, pass } = setUp();
  freshness.renew("a", 1000);
  pass(50);
  freshness.change("a", 60);
  freshness.change("never read", 1);
  pass(11);
  expect(freshness.takeExpired()).toEqual(["a"]);
});

test("a forgotten node does not expire", () => {
  const { freshness, pass } = setUp();
  freshness.renew("a", 10);
  freshness.forget("a");
  pass(11);
  expect(freshness.takeExpired()).toEqual([]);
});

test("whatever happens, exactly the nodes whose lifetime has passed are returned", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const step = fc.oneof(
    fc.record({ kind: fc.constant("renew" as const), name, ms: fc.nat(50) }),
    fc.record({ kind: fc.constant("change" as const), name, ms: fc.nat(50) }),
    fc.record({ kind: fc.constant("forget" as const), name, ms: fc.constant(0) }),
    fc.record({ kind: fc.constant("pass" as const), name, ms: fc.nat(40) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { freshness, pass } = setUp();
      const model = new Map<string, { readonly readAt: number; readonly ms: number }>();
      let time = 0;
      for (const { kind, name: node, ms } of steps) {
        if (kind === "renew") {
          freshness.renew(node, ms);
          model.set(node, { readAt: time, ms });
        } else if (kind === "change") {
          freshness.change(node, ms);
          const known = model.get(node);
          if (known !== undefined) model.set(node, { ...known, ms });
        } else if (kind === "forget") {
          freshness.forget(node);
          model.delete(node);
        } else {
          pass(ms);
          time += ms;
        }
        const expected = [...model].filter(([, known]) => known.readAt + known.ms < time).map(([each]) => each);
        expect([...freshness.takeExpired()].sort()).toEqual(expected.sort());
        for (const each of expected) model.delete(each);
      }
    }),
    { numRuns: runs(1000) },
  );
});
