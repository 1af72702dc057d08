import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineCounter, stringify } from "yaml";
import { isObject } from "../../src/lib/json.ts";
import { parseYaml } from "../../src/schema/yaml-file.ts";
import { composeYaml } from "../../src/schema/yaml-parse.ts";
import { toPlain } from "../../src/schema/yaml-plain.ts";
import { IS_LONG, runs } from "../support/effort.ts";
import { growthOf, LINEAR } from "../support/growth.ts";

/** The value at `at`, or the first problem. */
function read(text: string): unknown {
  const file = parseYaml(text, "f", {});
  if ("broken" in file) return file.broken[0];
  return isObject(file.raw) ? file.raw.at : undefined;
}

const BASES = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n";

describe("a merge key", () => {
  test.each<[string, string, unknown]>([
    ["takes the keys of an alias", "{<<: *a}", { x: 1, y: 2 }],
    ["takes those of a mapping in place", "{<<: {x: 1}, y: 2}", { x: 1, y: 2 }],
    ["lets own keys win after it", "{<<: *a, y: 9}", { x: 1, y: 9 }],
    ["lets own keys win before it", "{y: 9, <<: *a}", { x: 1, y: 9 }],
    ["lets own keys win with nothing behind them", "{<<: *a, y: }", { x: 1, y: null }],
    ["lets the earlier of a list win", "{<<: [*a, *b]}", { x: 1, y: 2, z: 4 }],
    ["lets the earlier of a list win in the other order", "{<<: [*b, *a]}", { x: 1, y: 3, z: 4 }],
    ["takes a list of mappings in place", "{<<: [{p: 1}, *a, {q: 2}]}", { p: 1, x: 1, y: 2, q: 2 }],
    ["takes the alias of a list", "{<<: *list}", { y: 3, z: 4, x: 1 }],
    ["takes nothing from an empty list", "{<<: [], p: 1}", { p: 1 }],
    ["takes nothing from an empty mapping", "{<<: {}, p: 1}", { p: 1 }],
    ["takes what was merged before", "{<<: *c}", { x: 1, y: 5, w: 6 }],
    ["replaces whole values: it is not deep", "{<<: {m: {p: 1}}, m: {q: 2}}", { m: { q: 2 } }],
    ["works within merged values", "{<<: {m: {<<: *a, y: 7}}}", { m: { x: 1, y: 7 } }],
    ["works as an explicit key", "{? << : *a}", { x: 1, y: 2 }],
    ["has the tag that yq writes", "{!!merge <<: *a}", { x: 1, y: 2 }],
    ["has that tag in full", "{!<tag:yaml.org,2002:merge> <<: [*b, *a], p: 1}", { x: 1, y: 3, z: 4, p: 1 }],
    ["is a plain key in double quotes", '{"<<": *a}', { "<<": { x: 1, y: 2 } }],
    ["is a plain key in single quotes", "{'<<': 1}", { "<<": 1 }],
    ["is a plain key with the tag of a string", "{!!str <<: 1}", { "<<": 1 }],
    ["is only a text in a list", "[<<, a]", ["<<", "a"]],
    ["is only a text as a value", "{a: <<}", { a: "<<" }],
    ["may have an anchor of its own", "{<<: &own {p: 1}, q: *own}", { p: 1, q: { p: 1 } }],
  ])("%s", (_, text, expected) => {
    expect(read(`${BASES}c: &c {<<: *a, y: 5, w: 6}\nl: &list [*b, *a]\nat: ${text}\n`)).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ["a text", "{<<: text}", "f:3:10: << merges mappings: EXPECTED, found a string"],
    ["a boolean", "{<<: true}", "f:3:10: << merges mappings: EXPECTED, found true or false"],
    ["a number in a list", "{<<: [*a, 3]}", "f:3:10: << merges mappings: EXPECTED, found a number"],
    ["the alias of a text", "{p: &t text, <<: *t}", "f:3:22: << merges mappings: EXPECTED, found a string"],
    ["a list of a list", "{<<: [[*a]]}", "f:3:10: << merges mappings: EXPECTED, found a list in a list"],
    ["by its tag under another name", "{!!merge x: *a}", "f:3:6: expected a string as key"],
    ["a text by its tag", "{!!merge <<: text}", "f:3:18: << merges mappings: EXPECTED, found a string"],
    ["an unknown alias", "{<<: *none}", "f:3:10: alias without an anchor; a value that starts with * needs quotes"],
    ["itself", "&self {<<: *self}", "f:3:16: alias inside the value that it refers to"],
    ["a key of an object's own", "{<<: {__proto__: 1}}", "f:3:11: unknown key"],
  ])("cannot merge %s", (_, text, expected) => {
    const EXPECTED = "expected an alias like *base, or a list of them like [*a, *b]";
    expect(read(`${BASES}at: ${text}\n`)).toBe(expected.replace("EXPECTED", EXPECTED));
  });
});

/** A mapping as text: own keys and the numbers of earlier mappings that it merges. */
type Part = { readonly own: Readonly<Record<string, number>>; readonly merges: readonly number[]; readonly at: number };

/** What the YAML 1.1 merge type says, written independently of the program: later sources first, own keys last. */
function expand(parts: readonly Part[]): readonly Record<string, number>[] {
  const done: Record<string, number>[] = [];
  for (const { own, merges } of parts) {
    const sources = merges.map((number) => done[number] ?? {}).reverse();
    done.push(Object.assign({}, ...sources, own));
  }
  return done;
}

function textOf(parts: readonly Part[]): string {
  const mappings = parts.map(({ own, merges, at }, number) => {
    const keys = Object.entries(own).map(([key, value]) => `${key}: ${value}`);
    const valid = merges.filter((other) => other < number).map((other) => `*m${other}`);
    const [only] = valid;
    const merge = valid.length === 1 && only !== undefined ? only : `[${valid.join(", ")}]`;
    if (valid.length > 0) keys.splice(at % (keys.length + 1), 0, `<<: ${merge}`);
    return `- &m${number} {${keys.join(", ")}}`;
  });
  return `at:\n${mappings.join("\n")}\n`;
}

test("merges of merges give what an independent expansion gives, and aliases of them too", () => {
  const part = fc.record({
    own: fc.dictionary(fc.constantFrom(..."abcdefgh"), fc.nat(99), { maxKeys: 4, noNullPrototype: true }),
    merges: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
    at: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const valid = parts.map((one, number) => ({ ...one, merges: one.merges.filter((other) => other < number) }));
      expect(read(textOf(valid))).toEqual(expand(valid));
    }),
    { numRuns: runs(300) },
  );
});

describe("bounds hold with merges:", () => {
  const each = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => text(index)).join("\n");
  const keys = (count: number, prefix = "k") => each(count, (index) => `  ${prefix}${index}: 1`);

  test.each<[string, string, RegExp]>([
    [
      "values that own keys hide",
      `a: &a\n${keys(10_000)}\nat: {<<: [${"*a, ".repeat(101)}]}\n`,
      /^f:10002:6: expected at most 1000000 values, merged ones included$/,
    ],
    ["keys", `a: &a\n${keys(6000)}\nb: &b\n${keys(6000, "l")}\nat: {<<: [*a, *b]}\n`, /: expected at most 10000 keys$/],
    [
      "levels",
      `a0: &a0 {x: 1}\n${each(60, (index) => `a${index + 1}: &a${index + 1} {<<: {x: *a${index}}}`)}\n`,
      /: nested too deeply$/,
    ],
    ["nested mappings in place", `at: ${"{<<: ".repeat(60)}1${"}".repeat(60)}\n`, /: nested too deeply$/],
    ["aliases", `a: &a {}\nat:\n${each(20_001, () => "- {<<: *a}")}\n`, /: expected at most 20000 aliases$/],
  ])("%s", (_, text, expected) => {
    expect(read(text)).toMatch(expected);
  });

  test("too many values are told once", () => {
    const text = `a: &a\n${keys(10_000)}\nat:\n${each(110, () => "- {<<: *a}")}\n`;
    expect(parseYaml(text, "f", {})).toEqual({ broken: [expect.stringContaining("merged ones included")] });
  });

  test("a long chain of merges is not deep", () => {
    const chain = each(5000, (index) => `a${index + 1}: &a${index + 1} {<<: *a${index}}`);
    expect(read(`a0: &a0 {x: 1}\n${chain}\nat: *a5000\n`)).toEqual({ x: 1 });
  });

  const most = IS_LONG ? 2 ** 10 : 2 ** 8;

  test.each<[string, (index: number) => string]>([
    ["nodes with one base", (index) => (index === 0 ? "- &a {x: 1, y: 2, z: 3}\n" : `- {<<: *a, x: ${index}}\n`)],
    ["merges of the last", (index) => (index === 0 ? "- &a0 {x: 1}\n" : `- &a${index} {<<: *a${index - 1}}\n`)],
  ])("the time for %s grows with their number", (_, part) => {
    const work = (length: number) => {
      const parsed = composeYaml(Array.from({ length }, (_, index) => part(index)).join(""), new LineCounter());
      return "broken" in parsed ? parsed : toPlain(parsed.document);
    };
    expect(growthOf(work, { most })).toBeLessThan(LINEAR);
  });
});

describe("the place of", () => {
  const text = `x-a: &a
  url: http://h
  auth: &auth
    basic: {username: u}
at:
- <<: *a
  name: one
- {<<: [*a], auth: *auth}
`;
  const file = parseYaml(text, "f", {});
  const placeOf = (path: readonly PropertyKey[]) => ("broken" in file ? file.broken : file.place(file.offsetOf(path)));

  test.each<[string, PropertyKey[], string]>([
    ["an own key", ["at", 0, "name"], "f:7:3"],
    ["a merged key is where it is written", ["at", 0, "url"], "f:2:3"],
    ["what stands within a merged value", ["at", 0, "auth", "basic", "username"], "f:4:13"],
    ["an own alias is the own key", ["at", 1, "auth"], "f:8:14"],
    ["what stands within an alias", ["at", 1, "auth", "basic"], "f:4:5"],
    ["a missing key is the mapping around it", ["at", 1, "name"], "f:8:3"],
    ["a missing key within a merged value is its key", ["at", 0, "auth", "basic", "password"], "f:4:5"],
  ])("%s", (_, path, expected) => {
    expect(placeOf(path)).toBe(expected);
  });
});

describe("keys that begin with x- at the top", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the file
  const variable = "${NOT_SET}";
  const problems = (text: string) => {
    const file = parseYaml(text, "f", {});
    return "broken" in file ? file.broken : file.problems.map(({ offset }) => file.place(offset));
  };

  test("are not part of the data, also when they are merged", () => {
    const file = parseYaml("x-a: 1\nx-base: &b {x-c: 2, at: {x-d: 3}}\n<<: *b\n", "f", {});
    expect("broken" in file ? file.broken : file.raw).toEqual({ at: { "x-d": 3 } });
  });

  test.each<[string, string, readonly string[]]>([
    ["nothing uses", `x-a: &a {u: "${variable}"}\nat: 1\n`, []],
    ["an alias uses", `x-a: &a {u: "${variable}"}\nat: *a\n`, ["f:1:13"]],
    ["a merge uses", `x-a: &a {u: "${variable}"}\nat: {<<: [*a]}\n`, ["f:1:13"]],
    ["a merge of a merge uses", `x-a: &a {u: "${variable}"}\nx-b: &b {<<: *a}\nat: {<<: *b}\n`, ["f:1:13"]],
    ["an own key hides", `x-a: &a {u: "${variable}"}\nat: {<<: *a, u: 1}\n`, []],
  ])("need a variable that %s", (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe("a label's value is the text of the file, as Prometheus reads it:", () => {
  // Each was read by Prometheus' own YAML library (go.yaml.in/yaml/v2 2.4.2) as a map[string]string.
  const AS_WRITTEN = ["3", "1.10", "0x10", "yes", "true", "2026-11-30", "1e3", "007", ".inf", "1_000", "+5", "1:30"];
  const MORE = ["no", "TRUE", ".NaN", "-0", "0o17", "1.", "9007199254740993", "0.1e-7"];

  test.each<[string, string]>([
    ...[...AS_WRITTEN, ...MORE].map((text) => [text, text] satisfies [string, string]),
    ["null", ""],
    ["~", ""],
    ["", ""],
    ["!!str 3", "3"],
    ['!!int "3"', "3"],
    ['"3"', "3"],
    ["'true'", "true"],
  ])("%s", (text, expected) => {
    expect(read(`at: {labels: {a: ${text}}}\n`)).toEqual({ labels: { a: expected } });
    expect(read(`at:\n  labels:\n    a: ${text} # why\n`)).toEqual({ labels: { a: expected } });
  });

  test.each<[string, string, unknown]>([
    ["an alias of the mapping", "{n: &l {a: 1.10}, labels: *l}", { n: { a: 1.1 }, labels: { a: "1.10" } }],
    ["an alias of the value", "{n: &v 1.10, labels: {a: *v}}", { n: 1.1, labels: { a: "1.10" } }],
    ["a merge", "{n: &l {a: 1.10}, labels: {<<: *l, b: 2}}", { n: { a: 1.1 }, labels: { a: "1.10", b: "2" } }],
    ["a merge around it", "{<<: {labels: {a: 1.10}}}", { labels: { a: "1.10" } }],
    ["nothing else", "{a: 1.10, labels: 3, list: [{labels: [1]}]}", { a: 1.1, labels: 3, list: [{ labels: [1] }] }],
    ["a list in it stays", "{labels: {a: [1], b: 2}}", { labels: { a: [1], b: "2" } }],
  ])("through %s", (_, text, expected) => {
    expect(read(`at: ${text}\n`)).toEqual(expected);
  });

  test("what is written in quotes comes back unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (value) => {
        fc.pre(!value.includes("${") && value.isWellFormed());
        expect(read(stringify({ at: { labels: { a: value } } }))).toEqual({ labels: { a: value } });
      }),
      { numRuns: runs(100) },
    );
  });
});
