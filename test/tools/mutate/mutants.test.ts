import { expect, test } from "vitest";
import { apply, mutantsOf, parses, probed } from "../../../tools/mutate/mutants.mjs";

/** The mutants of a statement, but for the one that lacks all of it. */
const mutated = (text: string) =>
  mutantsOf(text)
    .map((mutant) => apply(text, mutant))
    .filter((each) => each !== "{}");

test.each<[string, string, readonly string[]]>([
  ["a bound moves and turns round", "a < b;", ["a <= b;", "a >= b;"]],
  ["an equality turns round", "a === b;", ["a !== b;"]],
  ["an operator behind brackets is found", "(a - b) * c;", ["(a + b) * c;", "(a - b) / c;"]],
  ["and becomes or", "a && b;", ["a || b;"]],
  ["a default is removed", "a ?? b;", ["a;"]],
  ["the arms of a condition change places", "a ? b : c;", ["a ? c : b;"]],
  ["a condition is negated", "if (a) b();", ["if (!(a)) b();", "if (a) {}"]],
  ["a negation is removed", "if (!a) b();", ["if (a) b();", "if (!a) {}"]],
  ["numbers are one off", "a(7, 2n);", ["a((8), 2n);", "a((6), 2n);", "a(7, (3n));", "a(7, (1n));"]],
  ["texts are emptied", 'a("b", `c`, "");', ['a("", `c`, "");', 'a("b", ``, "");', 'a("b", `c`, "mutant");']],
  ["lists are emptied", "a([b]);", ["a([]);"]],
  ["true becomes false", "a(true);", ["a(false);"]],
  ["methods change to their counterpart", "a.some(b);", ["a.every(b);"]],
  ["calls that pass a value on are removed", "a.filter(b).c;", ["a.c;"]],
  ["counting turns round", "a++;", ["a--;"]],
  ["a result is removed", "function a() { return b; }", ["function a() { return undefined; }"]],
  ["so is that of an arrow function, with its brackets", "a(() => ({ b }));", ["a(() => undefined);"]],
  ["a missing object is no longer expected", "a?.b;", ["a.b;"]],
])("%s", (_, text, expected) => {
  expect(mutated(text).toSorted()).toEqual([...expected].sort());
});

test.each(["a();", "throw a;", "for (const a of b) {}"])("the statement %s is removed", (text) => {
  expect(mutantsOf(text).map(({ to }) => to)).toContain("{}");
});

test.each([
  ["types", 'type A = "b" | 1; const c: "d" | true = e<"f">;'],
  ["imports", 'import { a } from "./b.ts"; export * from "c";'],
  ["keys", 'const a = { "b-c": d };'],
])("%s have no mutants", (_, text) => {
  expect(mutated(text)).toEqual([]);
});

test("a mutant names its place and the block that runs it", () => {
  const text = "function a() {\n  return b + 1;\n}\n";
  expect(mutantsOf(text).find(({ from }) => from === "+")).toEqual({
    ...{ start: 26, end: 27, from: "+", to: "-", name: "operator" },
    ...{ line: 2, source: "return b + 1;", block: text.indexOf("{") },
  });
});

test("probes stand in each block and arrow function, and change nothing else", () => {
  const text = "function a() { if (b) { return [c].map((d) => ({ d })); } }";
  const withProbes = probed(text, "f");
  expect(parses(withProbes)).toBe(true);
  expect([...withProbes.matchAll(/"f:(\d+)"/g)].map(([, offset]) => text.slice(Number(offset))[0])).toEqual([
    "{",
    "{",
    "{",
  ]);
  const plain = withProbes.replaceAll(/globalThis\.mutateHits\?\.add\("f:\d+"\)(?:;|, )/g, "");
  expect(plain).toBe("function a() { if (b) { return [c].map((d) => (({ d }))); } }");
});
