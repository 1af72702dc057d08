import fc from "fast-check";
import { expect, test } from "vitest";
import { createBatches, putBack } from "../../src/schema/yaml-messages.ts";

/** Takes a document apart and puts it together again. */
function handOver(document: unknown): { readonly whole: unknown; readonly sizes: readonly number[] } {
  const { frame, batches } = createBatches(document);
  const sizes: number[] = [];
  for (let next = batches.next(); !next.done; next = batches.next()) {
    sizes.push(JSON.stringify(next.value.items).length);
    putBack(frame, structuredClone(next.value));
  }
  return { whole: frame, sizes };
}

test("any document comes out as it went in", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (document) => {
      expect(handOver(structuredClone(document)).whole).toEqual(document);
    }),
  );
  for (const document of [undefined, null, [], {}, "text", { nodes: [] }, { nodes: [1], references: [{ a: [2] }] }]) {
    expect(handOver(document).whole).toEqual(document);
  }
});

test("thousands of nodes come in batches of about the same size, in order", () => {
  const nodes = Array.from({ length: 5000 }, (_, index) => ({ name: `node-${index}`, labels: { a: "1", b: "2" } }));
  const { whole, sizes } = handOver({ global: { interval: "5s" }, nodes, references: nodes.slice(0, 10) });
  expect(whole).toEqual({ global: { interval: "5s" }, nodes, references: nodes.slice(0, 10) });
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...sizes)).toBeLessThan(JSON.stringify(nodes).length / 3);
});

test("a node that repeats one value over and over is counted no further than a batch goes", () => {
  let value: unknown = "x";
  for (let depth = 0; depth < 40; depth += 1) value = [value, value];
  const { frame, batches } = createBatches({ nodes: [value, value] });
  expect(frame).toEqual({ nodes: [] });
  expect([...Array(2)].map(() => batches.next().value?.items.length)).toEqual([1, 1]);
});
