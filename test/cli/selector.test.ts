import { describe, expect, test } from "vitest";
import { isSelectedBy, parseSelector } from "../../src/cli/selector.ts";

const LABELS = { region: "eu", tier: "prod", rack: "" };

describe("as kubectl selects", () => {
  test.each<[string, boolean]>([
    ["region=eu", true],
    ["region==eu", true],
    ["region=us", false],
    ["region=eu,tier=prod", true],
    [" region = eu , tier=test", false],
    ["region!=us", true],
    ["region!=eu", false],
    ["zone!=a", true],
    ["region", true],
    ["zone", false],
    ["!zone", true],
    ["!region", false],
    ["rack=", true],
    ["tier=a=b", false],
    // Properties of every object are no labels.
    ["constructor", false],
    ["__proto__", false],
  ])("%s", (text, isSelected) => {
    expect(isSelectedBy(parseSelector(text), LABELS)).toBe(isSelected);
  });
});

test.each(["", ",", "region=eu,", "a b", "!region=eu", "=eu", "1a=b", "region in (eu)"])(
  "%j is refused, with examples",
  (text) => {
    expect(() => parseSelector(text)).toThrow(/^expected labels, as in region=eu, .*, found "/);
  },
);
