import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyJson } from "../chains/hostile.ts";
import { applyChange, bytesOf, type Change, well } from "./changes.ts";
import { nodeAt, parseLines, parseTree, printTree, sizeOf } from "./json-tree.ts";

test("JSON is printed as the same JSON", () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const text = JSON.stringify(value);
      expect(printTree(parseTree(text))).toBe(text);
    }),
    { numRuns: 200 },
  );
});

test("what is no JSON stays as it is", () => {
  for (const text of ["", "{", '{"a"}', "1 2", "]", '{"a":1}}']) expect(() => printTree(parseTree(text))).not.toThrow();
  expect(printTree(parseTree('{"a" 1}'))).toBe('{"a" 1}');
});

test("a page of lines is printed as the same page", () => {
  const page = '# HELP a b\n# TYPE a gauge\na{b="c d",e=""} 1.5\n\n';
  expect(printTree(parseLines(page))).toBe(page);
});

test("places count each node before its children", () => {
  const tree = parseTree('{"a":[1,2],"b":3}');
  expect(sizeOf(tree)).toBe(5);
  expect([0, 1, 2, 3, 4, 5].map((place) => printTree(nodeAt(tree, place)))).toEqual([
    '{"a":[1,2],"b":3}',
    "[1,2]",
    "1",
    "2",
    "3",
    '{"a":[1,2],"b":3}',
  ]);
});

describe("changes", () => {
  test.each<[Change, string]>([
    [{ kind: "set", place: 2, text: "1e400" }, '{"a":[1e400,2],"b":3}'],
    [{ kind: "drop", place: 1 }, '{"b":3}'],
    [{ kind: "drop", place: 0 }, ""],
    [{ kind: "repeat", place: 4, times: 2 }, '{"a":[1,2],"b":3,"b":3}'],
    [{ kind: "copy", place: 4, from: 1 }, '{"a":[1,2],"b":[1,2]}'],
    [{ kind: "rename", place: 4, key: '"__proto__"' }, '{"a":[1,2],"__proto__":3}'],
    [{ kind: "insert", place: 0, key: '"c"', text: "[4]" }, '{"a":[1,2],"b":3,"c":[4]}'],
    [{ kind: "shuffle", place: 1, seed: 1 }, '{"a":[2,1],"b":3}'],
    [{ kind: "nest", place: 4, depth: 2, object: false }, '{"a":[1,2],"b":[[3]]}'],
    [{ kind: "add", place: 3, amount: -3 }, '{"a":[1,-1],"b":3}'],
    [{ kind: "cut", at: 4 }, '{"a"'],
    [{ kind: "flip", at: 1, bit: 0 }, '{#a":[1,2],"b":3}'],
    [{ kind: "splice", at: 1, remove: 3, hex: "7a" }, '{z:[1,2],"b":3}'],
  ])("%j", (change, expected) => {
    expect(bytesOf(applyChange(well(parseTree('{"a":[1,2],"b":3}')), change)).toString()).toBe(expected);
  });
});
