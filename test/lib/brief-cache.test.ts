import { expect, test, vi } from "vitest";
import { createBriefCache } from "../../src/lib/brief-cache.ts";

function setUp() {
  let nowMs = 0;
  const limits = { maxAgeMs: 100, maxEntries: 3, maxBytes: 1000 };
  const cache = createBriefCache<string>({ ...limits, bytesOf: ({ length }) => length, now: () => nowMs });
  const kept = (...keys: readonly string[]) => keys.filter((key) => cache.get(key) !== undefined).join("");
  const wait = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { cache, kept, wait };
}

test("a value is returned until it expires, with its age", () => {
  const { cache, wait } = setUp();
  expect(cache.get("a")).toBeUndefined();
  cache.set("a", "x");
  expect(cache.get("a")).toEqual({ value: "x", ageMs: 0 });
  wait(99);
  expect(cache.get("a")).toEqual({ value: "x", ageMs: 99 });
  wait(1);
  expect(cache.get("a")).toBeUndefined();
});

test("the oldest make room, by number and by size; a value set again is a new one", () => {
  const { cache, kept } = setUp();
  for (const key of ["a", "b", "c", "a", "d"]) cache.set(key, "x");
  expect(kept("a", "b", "c", "d")).toBe("acd");
  cache.set("e", "x".repeat(999));
  expect(kept("a", "b", "c", "d", "e")).toBe("de");
  cache.set("f", "x".repeat(1001));
  expect(kept("d", "e", "f")).toBe("de");
  cache.set("e", "x".repeat(1001));
  expect(kept("d", "e")).toBe("d");
});

test("old values are dropped without further reads", () => {
  vi.useFakeTimers();
  try {
    const { cache, wait } = setUp();
    const value = { length: 1 };
    cache.set("a", Object(value));
    expect(vi.getTimerCount()).toBe(1);
    wait(100);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
