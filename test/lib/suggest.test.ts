import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean } from "../../src/lib/suggest.ts";

describe("didYouMean", () => {
  test.each([
    ["intervall", "interval"],
    ["intervl", "interval"],
    ["timeot", "timeout"],
    ["nodse", "nodes"],
    ["Nodes", "nodes"],
    ["lables", "labels"],
    ["tl", "tls"],
    ["interval", "interval"],
  ])("%s: %s", (word, meant) => {
    expect(didYouMean(word, ["nodes", "interval", "timeout", "labels", "tls"])).toBe(`; did you mean "${meant}"?`);
  });

  test.each(["", "x", "metrics", "scrape_interval", "n", "a".repeat(101)])("%j: no word is similar", (word) => {
    expect(didYouMean(word, ["nodes", "interval", "timeout", "labels", "tls"])).toBeUndefined();
  });

  test("a longer word that is similar wins over a short one that is closer and not similar", () => {
    expect(didYouMean("hash", ["host", "hashed"])).toBe('; did you mean "hashed"?');
  });

  test("suggests nothing without valid words", () => {
    expect(didYouMean("a", [])).toBeUndefined();
  });

  test("only ever suggests a valid word", () => {
    const valid = ["global", "connections", "nodes"];
    fc.assert(
      fc.property(fc.string(), (word) => {
        const hint = didYouMean(word, valid);
        expect([undefined, ...valid.map((name) => `; did you mean "${name}"?`)]).toContain(hint);
      }),
    );
  });
});
