import { expect, test } from "vitest";
import { createStore, type StoredNode, toStored } from "../../src/poll/store.ts";
import { firstState, nodeConfig } from "./support.ts";

test("the buffer of lines that are being read is not reusable", () => {
  const store = setUp("a", "b");
  expect(text(store.reusableBuffer("a"))).toBe("a");
  const reading = store.read(lineByLine)[Symbol.iterator]();
  expect(text(store.reusableBuffer("a"))).toBe("a");
  expect(reading.next().value).toBe("a");
  expect(store.reusableBuffer("a")).toBeUndefined();
  store.set(entry("a", "new"));
  store.set(entry("b", "new"));
  expect(reading.next().value).toBe("b");
  expect(store.reusableBuffer("a")).toBeUndefined();
  expect(reading.next().done).toBe(true);
  expect(text(store.reusableBuffer("a"))).toBe("new");
});

test("buffers are reusable again when the last reader is done, however it ended", () => {
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
  expect(store.reusableBuffer("b")).toBeUndefined();
  other.return?.();
  expect(text(store.reusableBuffer("b"))).toBe("b");
});

test("a reading that has not begun blocks nothing, and one that begins late reads the lines of that moment", () => {
  const store = setUp("a");
  const late = store.read(lineByLine);
  store.read(lineByLine);
  store.set(entry("a", "new"));
  expect(text(store.reusableBuffer("a"))).toBe("new");
  expect([...late]).toEqual(["new"]);
});

test("an unknown node has no reusable buffer", () => {
  expect(setUp("a").reusableBuffer("b")).toBeUndefined();
});

function setUp(...names: readonly string[]) {
  const store = createStore();
  for (const name of names) store.set(entry(name, name));
  return store;
}

function entry(name: string, lines: string): StoredNode {
  const bytes = Buffer.from(new TextEncoder().encode(lines).buffer);
  return {
    state: toStored(firstState(nodeConfig({ name }))),
    lines: { bytes, ends: Uint32Array.of(bytes.length) },
  };
}

function* lineByLine(nodes: readonly StoredNode[]): Iterable<string> {
  for (const { lines } of nodes) yield text(lines.bytes.buffer);
}

const text = (buffer: ArrayBufferLike | undefined) => (buffer === undefined ? "" : Buffer.from(buffer).toString());
