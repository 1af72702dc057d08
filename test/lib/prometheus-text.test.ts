import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSamples } from "../../src/lib/prometheus-text.ts";
import { anyText } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";

/** Name, labels as an object, value. */
type Shown = readonly [string, Readonly<Record<string, string>>, number];

function read(text: string, isWanted: (name: string) => boolean = () => true): readonly Shown[] {
  return [...readSamples(text, isWanted)].map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]);
}

describe("lines", () => {
  test.each<[string, Shown]>([
    ["a 1", ["a", {}, 1]],
    ["a_b:c9 1", ["a_b:c9", {}, 1]],
    [":a 1", [":a", {}, 1]],
    ["  a\t1  ", ["a", {}, 1]],
    ["a 1\r", ["a", {}, 1]],
    ["a{} 1", ["a", {}, 1]],
    ["a { } 1", ["a", {}, 1]],
    ['a{x="1"} 2', ["a", { x: "1" }, 2]],
    ['a{x="1",y="2"}3', ["a", { x: "1", y: "2" }, 3]],
    ['a{x="1",y="2",} 3', ["a", { x: "1", y: "2" }, 3]],
    ['a { x = "1" , y = "2" , } 3', ["a", { x: "1", y: "2" }, 3]],
    ['a{x=""} 1', ["a", { x: "" }, 1]],
    ['a{x="}"} 1', ["a", { x: "}" }, 1]],
    ['a{x="a,y=\\"b"} 1', ["a", { x: 'a,y="b' }, 1]],
    ['a{x="\\\\"} 1', ["a", { x: "\\" }, 1]],
    ['a{x="\\\\n\\n"} 1', ["a", { x: "\\n\n" }, 1]],
    ['a{x="C:\\dir"} 1', ["a", { x: "C:\\dir" }, 1]],
    ['a{x="# HELP \u2028 Ünïcode 🚀"} 1', ["a", { x: "# HELP \u2028 Ünïcode 🚀" }, 1]],
    ['a{x="1",x="2"} 1', ["a", { x: "2" }, 1]],
    ['a{__proto__="1"} 1', ["a", Object.fromEntries([["__proto__", "1"]]), 1]],
    ["a 1 1768519800123", ["a", {}, 1]],
    ["a 1 -5", ["a", {}, 1]],
    ["a 1\t \t1768519800123 ", ["a", {}, 1]],
  ])("%j", (line, sample) => {
    expect(read(line)).toEqual([sample]);
  });

  test.each<[string]>([
    [""],
    ["   "],
    ["# HELP a help"],
    ["# TYPE a gauge"],
    ["#a 1"],
    ["a"],
    ["a "],
    ["9a 1"],
    ["a-b 1"],
    ["a b"],
    ["a 1 2 3"],
    ["a 1 now"],
    ['a{x="1"}'],
    ['a{x="1" 1'],
    ['a{x="1} 1'],
    ['a{x="1\\"} 1'],
    ["a{x=1} 1"],
    ['a{x="1"y="2"} 1'],
    ['a{,x="1"} 1'],
    ['a{x="1",,y="2"} 1'],
    ["a{,} 1"],
    ['a{9x="1"} 1'],
    ['a{"a.b",x="1"} 1'],
    ['{x="1"} 1'],
    ['a{x="1"}} 1'],
    [`a{${Array.from({ length: 65 }, (_, index) => `l${index}="1"`).join(",")}} 1`],
  ])("%j is passed over", (line) => {
    expect(read(line)).toEqual([]);
    expect(read(`before 1\n${line}\nafter 2\n`)).toEqual([
      ["before", {}, 1],
      ["after", {}, 2],
    ]);
  });
});

test.each<[string, number | undefined]>([
  ["0", 0],
  ["-0", -0],
  ["+7", 7],
  ["42", 42],
  ["1.5", 1.5],
  ["1.", 1],
  [".5", 0.5],
  ["-12.25", -12.25],
  ["1.8446744073709552e+19", 2 ** 64],
  ["1.695820203477813e+18", 1_695_820_203_477_813_000],
  ["1E3", 1000],
  ["1e-9", 1e-9],
  ["18446744073709551615", 2 ** 64],
  ["NaN", undefined],
  ["Nan", undefined],
  ["nan", undefined],
  ["+Inf", undefined],
  ["-Inf", undefined],
  ["inf", undefined],
  ["Infinity", undefined],
  ["1e999", undefined],
  ["0x10", undefined],
  ["1_000", undefined],
  ["1,5", undefined],
  ["1e", undefined],
  ["e5", undefined],
  [".", undefined],
  ["--1", undefined],
  ["9".repeat(65), undefined],
])("the value %s is %s", (text, value) => {
  expect(read(`a ${text}\nb{x="1"} ${text} 123\n`)).toEqual(
    value === undefined
      ? []
      : [
          ["a", {}, value],
          ["b", { x: "1" }, value],
        ],
  );
});

test("only what is wanted is read", () => {
  const asked: string[] = [];
  const text = '# TYPE a gauge\na{x="1"} 1\nb 2\na{x="2"} 3\n\nc{broken 4';
  const samples = read(text, (name) => {
    asked.push(name);
    return name === "a";
  });
  expect(samples).toEqual([
    ["a", { x: "1" }, 1],
    ["a", { x: "2" }, 3],
  ]);
  expect(asked).toEqual(["a", "b", "a", "c"]);
});

test("a page without a line break at its end", () => {
  expect(read("a 1\nb 2")).toEqual([
    ["a", {}, 1],
    ["b", {}, 2],
  ]);
});

describe("any page", () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
  const label = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/);
  // JavaScript writes -0 as 0.
  const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number));
  const sample = fc.tuple(name, fc.dictionary(label, anyText(), { maxKeys: 4 }), value);
  const space = fc.constantFrom("", " ", "\t", "  ");

  function written([metric, labels, number]: Shown, gap: string): string {
    const pairs = Object.entries(labels).map(([key, text]) => {
      const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
      return `${gap}${key}${gap}=${gap}"${escaped}"${gap}`;
    });
    return `${gap}${metric}${gap}{${pairs.join(",")}} ${number}${gap}`;
  }

  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.array(sample), space, (samples, gap) => {
        const text = samples.map((each) => written(each, gap)).join("\n# a comment\n\n");
        expect(read(text)).toEqual(samples.map(([metric, labels, number]) => [metric, { ...labels }, number]));
      }),
    );
  });

  test("a malformed line does not affect the others", () => {
    const junk = anyText().map((text) => `{${text.replaceAll("\n", "")}`);
    fc.assert(
      fc.property(sample, junk, sample, (before, line, after) => {
        const names = read([written(before, ""), line, written(after, "")].join("\n")).map(([metric]) => metric);
        expect(names).toEqual([before[0], after[0]]);
      }),
    );
  });

  test("any text is read without an error, and all values are finite", () => {
    const odd = fc.constantFrom('a{x="', '"} 1', "\\", ",", "{", "}", " ", "\n", "a 1", "1e9", "=", "#", "NaN");
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, fc.string())), (parts) => {
        for (const [, , number] of read(parts.join(""))) expect(Number.isFinite(number)).toBe(true);
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe("time stays linear", () => {
  /** Were it quadratic, this part of the largest page would still take many minutes. */
  const SIZE = 1024 * 1024;
  const fill = (part: string) => part.repeat(Math.ceil(SIZE / part.length));

  test.each<[string, string]>([
    ["one line of letters", fill("a")],
    ["one line of spaces", fill(" ")],
    ["line breaks", fill("\n")],
    ["a value of digits", `a ${fill("1")}x`],
    ["a value of digits and points", `a ${fill("1.")}`],
    ["spaces behind a value", `a 1${fill(" ")}x`],
    ["spaces and a timestamp", `a 1${fill(" ")}1${fill(" ")}x`],
    ["a label that is not closed", `a{x="${fill("y")}`],
    ["a label of escapes", `a{x="${fill('\\"')}`],
    ["a label of escaped backslashes", `a{x="${fill("\\\\")}"} 1`],
    ["labels without end", `a{${fill('x="",')}`],
    ["spaces before a label", `a{${fill(" ")}`],
    ["spaces behind a label", `a{x="1"${fill(" ")}y`],
    ["braces", fill("a{")],
    ["lines that are broken in their labels", fill('a{x="1"\n')],
    ["short samples", fill("a 1\n")],
    ["other programs' series", fill('other{x="1",y="2"} 1\n')],
  ])("%s", (_, text) => {
    const started = process.cpuUsage();
    let count = 0;
    for (const { value } of readSamples(text, (name) => name.length < 100 && name !== "other")) count += value;
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(count).toBeGreaterThanOrEqual(0);
  });
});
