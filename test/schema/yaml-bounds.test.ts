import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LineCounter, parseDocument } from "yaml";
import { MAX_FILE_BYTES } from "../../src/lib/files/files.ts";
import { readYamlFile } from "../../src/schema/yaml-file.ts";
import { composeYaml } from "../../src/schema/yaml-parse.ts";
import { toPlain } from "../../src/schema/yaml-plain.ts";
import { IS_LONG } from "../support/effort.ts";
import { growthOf, LINEAR } from "../support/growth.ts";
import { tempFolder } from "../support/servers.ts";

const file = join(tempFolder(), "file.yaml");

async function problemsIn(text: string): Promise<readonly string[]> {
  writeFileSync(file, text);
  const read = await readYamlFile(file, MAX_FILE_BYTES.configuration, {});
  return "broken" in read ? read.broken.map((problem) => problem.replace(`${file}:`, "")) : [];
}

function plainOf(text: string): unknown {
  const parsed = composeYaml(text, new LineCounter());
  if ("broken" in parsed) return parsed;
  const plain = toPlain(parsed.document);
  return "broken" in plain ? plain : plain.value;
}

/** Many times what the stack holds. */
const MANY = 30_000;

describe("a file nested without end is refused before anything is built from it:", () => {
  const each = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => text(index));

  test.each<[string, string]>([
    ["[", "[".repeat(MANY)],
    ["a: [", `a: ${"[".repeat(MANY)}`],
    ["{", "{".repeat(MANY)],
    ["{a: ", "{a: ".repeat(MANY)],
    ["[{", "[{".repeat(MANY)],
    ["lines of [", "[\n".repeat(MANY)],
    ["- ", "- ".repeat(MANY)],
    ["? ", "? ".repeat(MANY)],
    [": ", ": ".repeat(MANY)],
    ["a: ", "a: ".repeat(MANY)],
    ["- ? ", "- ? ".repeat(MANY)],
    ["[? ", `[${"? ".repeat(MANY)}`],
    ["[a: ", `[${"a: ".repeat(MANY)}`],
    ["tags", `a: ${"!!a ".repeat(MANY)}`],
    ["tags in lines", `a:\n${"  !!a\n".repeat(MANY)}`],
    ["anchors", `a: ${"&a ".repeat(MANY)}`],
    ["indented keys", each(2000, (index) => `${" ".repeat(index)}a:`).join("\n")],
    ["indented items", each(2000, (index) => `${" ".repeat(index)}-`).join("\n")],
    ["items in keys at one indentation", each(1000, (index) => `${" ".repeat(index * 2)}- a:`).join("\n")],
    [
      "aliases of aliases",
      `a0: &a0 1\n${each(300, (index) => `a${index + 1}: &a${index + 1} [*a${index}]`).join("\n")}`,
    ],
  ])("%s", async (_, text) => {
    expect((await problemsIn(text)).at(0)).toMatch(/^\d+:\d+: (?:nested too deeply|A node can have at most one tag)$/);
  });
});

describe("more than a file may hold is refused:", () => {
  test.each<[string, string, string]>([
    ["a value of 8 MiB", `a: ${"x".repeat(2 ** 23)}`, "1:4: expected a value of at most 256 KiB"],
    ["a value in quotes", `a: "${"x\n  ".repeat(2 ** 18)}"`, "1:4: expected a value of at most 256 KiB"],
    ["a value in lines", `a: |\n${"  x\n".repeat(2 ** 20)}`, "2:1: expected a value of at most 256 KiB"],
    ["keys", Array.from({ length: 10_001 }, (_, key) => `k${key}: 1`).join("\n"), "1:1: expected at most 10000 keys"],
    ["aliases", `a: &a 1\nb: [${"*a,".repeat(20_001)}]`, "2:60005: expected at most 20000 aliases"],
  ])("%s", async (_, text, problem) => {
    expect((await problemsIn(text)).at(0)).toContain(problem);
  });

  test("problems beyond the first hundred are left out", async () => {
    expect(await problemsIn("]".repeat(500))).toHaveLength(100);
    expect(await problemsIn(`- *a\n`.repeat(500))).toHaveLength(100);
    expect(await problemsIn(`a: 1\n`.repeat(500))).toHaveLength(100);
  });
});

/** Tried in the long run only. */
const MORE_PARTS: readonly [string, (index: number) => string][] = [
  ["items", () => "- a\n"],
  ["anchors and aliases", (index) => `- &a${index} x\n- *a${index}\n`],
  ["commas", () => ","],
  ["quotes", () => '"'],
  ["comments", () => "# a\n"],
  ["directives", () => "%a\n"],
  ["empty lines", () => "\n"],
  ["carriage returns", () => "\r"],
];

test.each<[string, (index: number) => string]>([
  ["keys in a mapping", (index) => (index % 5000 === 0 ? "- " : "  ").concat(`k${index}: 1\n`)],
  ["closing brackets", () => "]"],
  ...(IS_LONG ? MORE_PARTS : []),
])("the time for %s grows with their number", (_, part) => {
  const work = (length: number) => plainOf(Array.from({ length }, (_, index) => part(index)).join(""));
  expect(growthOf(work, { most: 2 ** 8 })).toBeLessThan(LINEAR);
});

describe("real files are not too deep:", () => {
  const MIXED = "a:\n- b: {c: [1, {d: 2}]}\n  e: |\n    [[[[{{{{\n- - f\n  - '{{'\n- ? g\n  : h\n# [[[[\n";

  test.each<[string, string]>([
    ["many siblings", `a:\n${"- b: {c: [1, 2]}\n  d:\n    e: f\n".repeat(300)}`],
    ["longer and longer keys", Array.from({ length: 300 }, (_, index) => `${"k".repeat(index + 1)}: 1`).join("\n")],
    [
      "brackets in texts",
      `a: "${"[".repeat(500)}"\nb: '${"{".repeat(500)}'\nc: x${"[".repeat(500)}\n# ${"[".repeat(500)}\n`,
    ],
    ["a list in a line", `a: [${"b: c, ".repeat(300)}]`],
    ["lists in lists in turn", "- - - a\n".repeat(300)],
    ["all kinds", MIXED],
    ["20 levels", Array.from({ length: 20 }, (_, index) => `${"  ".repeat(index)}a:`).join("\n")],
    ["an anchor for each node", `a: &a {b: c}\nn:\n${"- {d: *a}\n".repeat(300)}`],
    ["CRLF", MIXED.replaceAll("\n", "\r\n")],
  ])("%s", (_, text) => {
    // As the library alone reads it.
    expect(plainOf(text)).toEqual(parseDocument(text).toJS({ maxAliasCount: -1 }));
  });
});
