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

test("the size is that of all lines, and the revision grows with every change", () => {
  const store = setUp("a", "bcd");
  expect(store.bytes()).toBe(4);
  const changes = [
    () => store.set(entry("a", "longer")),
    () => store.withdraw("bcd"),
    () => store.set(entry("e", "ef")),
    () => store.arrange(["e", "bcd"]),
    () => store.arrange([]),
  ];
  const sizes = changes.map((change) => {
    const before = store.revision();
    change();
    expect(store.revision()).toBeGreaterThan(before);
    return store.bytes();
  });
  expect(sizes).toEqual([9, 6, 8, 2, 0]);
});

test("nodes are listed as they were arranged last, and a node that is not in the list is removed", () => {
  const store = setUp("a", "b", "c");
  const listed = () => store.all().map(({ state }) => state.node.name);
  expect(listed()).toEqual(["a", "b", "c"]);
  store.arrange(["c", "unknown", "a"]);
  expect([listed(), store.get("b"), store.get("unknown")]).toEqual([["c", "a"], undefined, undefined]);
  store.set(entry("d", "d"));
  expect(listed()).toEqual(["c", "a", "d"]);
});

test("a node whose lines are withdrawn keeps its state and has no lines; an unknown one changes nothing", () => {
  const store = setUp("a");
  const before = store.get("a");
  store.withdraw("a");
  expect(store.get("a")?.state).toEqual(before?.state);
  expect([store.get("a")?.lines.bytes.length, [...(store.get("a")?.lines.ends ?? [])]]).toEqual([0, [0]]);
  const revision = store.revision();
  store.withdraw("unknown");
  expect([store.revision(), store.all().length]).toEqual([revision, 1]);
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
