import { expect, test } from "vitest";
import { createStore, type NodeLines, type StoredNode, toStored } from "../../src/poll/store.ts";
import { firstState, nodeConfig } from "./support.ts";

test("nobody writes over lines that are read", () => {
  const store = setUp("a", "b");
  expect(text(store.spare("a"))).toBe("a");
  const reading = store.read(lineByLine)[Symbol.iterator]();
  expect(text(store.spare("a"))).toBe("a");
  expect(reading.next().value).toBe("a");
  expect(store.spare("a")).toBeUndefined();
  store.set(entry("a", "new"));
  store.set(entry("b", "new"));
  expect(reading.next().value).toBe("b");
  expect(store.spare("a")).toBeUndefined();
  expect(reading.next().done).toBe(true);
  expect(text(store.spare("a"))).toBe("new");
});

test("lines are given for writing when the last reader is done, whatever ended it", () => {
  const store = setUp("a", "b");
  const other = store.read(lineByLine)[Symbol.iterator]();
  other.next();
  for (const first of store.read(lineByLine)) {
    expect(first).toBe("a");
    break;
  }
  const broken = () => [
    ...store.read(() => {
      throw new Error("a bug");
    }),
  ];
  expect(broken).toThrow("a bug");
  expect(store.spare("b")).toBeUndefined();
  other.return?.();
  expect(text(store.spare("b"))).toBe("b");
});

test("a reading that nobody begins holds nothing, and one that begins late reads what is there then", () => {
  const store = setUp("a");
  const late = store.read(lineByLine);
  store.read(lineByLine);
  store.set(entry("a", "new"));
  expect(text(store.spare("a"))).toBe("new");
  expect([...late]).toEqual(["new"]);
});

test("a node that is not known has nothing to write over", () => {
  expect(setUp("a").spare("b")).toBeUndefined();
});

function setUp(...names: readonly string[]) {
  const store = createStore();
  for (const name of names) store.set(entry(name, name));
  return store;
}

function entry(name: string, lines: string): StoredNode {
  const bytes = Buffer.from(lines);
  return {
    state: toStored(firstState(nodeConfig({ name }))),
    lines: { bytes, ends: Uint32Array.of(bytes.length) },
  };
}

function* lineByLine(nodes: readonly StoredNode[]): Iterable<string> {
  for (const { lines } of nodes) yield text(lines);
}

const text = (lines: NodeLines | undefined) => lines?.bytes.toString() ?? "";
