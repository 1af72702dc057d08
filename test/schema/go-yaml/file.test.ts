import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Shape } from "../../../src/schema/go-yaml/decode.ts";
import { readGoYamlFile } from "../../../src/schema/go-yaml/file.ts";
import { tempFolder } from "../../support/servers.ts";

const file = join(tempFolder(), "file.yaml");

const SHAPE: Shape = {
  kind: "struct",
  fields: {
    text: "text",
    name: "name",
    bool: "bool",
    int: "int",
    time: "duration",
    list: { kind: "list", of: "text" },
    map: { kind: "map" },
    struct: { kind: "struct", fields: { a: "int", b: "int" } },
  },
};

function read(content: string | Buffer) {
  writeFileSync(file, content);
  return readGoYamlFile(file, 2 ** 20, SHAPE);
}

async function good(content: string | Buffer) {
  const found = await read(content);
  if ("broken" in found) throw new Error(found.broken.join("\n"));
  return found;
}

async function broken(content: string | Buffer): Promise<readonly string[]> {
  const found = await read(content);
  return "broken" in found ? found.broken.map((line) => line.replace(`${file}:`, "")) : [];
}

describe("a value is read as its type:", () => {
  test.each<[string, unknown]>([
    ["text: 1.50", { text: "1.50" }],
    ["text: yes", { text: "yes" }],
    ["text: ~", { text: null }],
    ["name: ~", { name: null }],
    ["name: NULL", { name: "" }],
    ["bool: on", { bool: true }],
    ["bool: 'on'", { bool: "on" }],
    ["int: 0x10", { int: 16 }],
    ["int: 1.9", { int: 1 }],
    ["int: -.inf", { int: -(2 ** 63) }],
    ["int: .nan", { int: Number.NaN }],
    ["int: 9223372036854775808", { int: Number.NaN }],
    ["int: '1'", { int: "1" }],
    ["time: 5", { time: 5 }],
    ["time: 1s", { time: 1e9 }],
    ["time: 1x", { time: "1x" }],
    ["time: true", { time: true }],
    ["list: [1, no, ~]", { list: ["1", "no", null] }],
    ["list: x", { list: "x" }],
    ["list: {a: 1}", { list: {} }],
    [
      "map: {1: 2, yes: no, ~: x}",
      {
        map: new Map([
          ["1", "2"],
          ["yes", "no"],
          ["", "x"],
        ]),
      },
    ],
    ["map: [1]", { map: [] }],
    ["text: [1]", { text: [] }],
    ["text: {a: 1}", { text: {} }],
    ["{text}", { text: null }],
    ["other: {a: [1]}", { other: {} }],
    ["map: &m {__proto__: 1}", { map: new Map([["__proto__", "1"]]) }],
    ["text: &a 5\nint: *a\n", { text: "5", int: 5 }],
    ["text: &a x\nlist: [&a y]\nname: *a\n", { text: "x", list: ["y"], name: "y" }],
    ["struct: {a: 1, <<: {a: 2}}", { struct: { a: 2 } }],
    ["struct: {<<: {a: 2}, a: 1}", { struct: { a: 1 } }],
    ["struct: {<<: [{a: 1}, {a: 2, b: 2}]}", { struct: { a: 1, b: 2 } }],
    ["struct: {a: 1}\n<<: {struct: {b: 2}}", { struct: { a: 1, b: 2 } }],
    ["map: {'<<': x}", { map: new Map([["<<", "x"]]) }],
  ])("%s", async (text, expected) => {
    expect((await good(text)).raw).toEqual(expected);
  });
});

describe("a file is refused", () => {
  test.each<[string, readonly string[]]>([
    ["int: 1\nint: 2\n", ["2:1: duplicate key"]],
    ["map: {<<: {a: 1}, a: 2}", ["1:19: duplicate key"]],
    ["__proto__: 1", ["1:1: unknown key"]],
    ["map: {[a]: 1}", ["1:7: expected a string as key"]],
    ["int: *a", ["1:6: alias without an anchor; a value that starts with * needs quotes"]],
    ["struct: &a {<<: *a}", ["1:12: a mapping that is merged into itself"]],
    ["struct: {<<: [1]}", ["1:10: expected a mapping or a list of mappings after <<"]],
    ["int: !!int x", ["1:12: expected a value of the tag !!int"]],
    ["# \u0007", ["1:3: control characters are not allowed"]],
    ["\n...\nint: 1", ["1:1: expected a document before the end mark ..."]],
    ["%YAML 1.2\n---\nint: 1", [expect.stringContaining("1:1: expected %YAML 1.1")]],
    ["map:\n  a: 1\n}\nstruct:\n  a: 1\n", [expect.stringMatching(/^3:1: /), ...Array(5).fill(expect.anything())]],
    [`int: ${"[".repeat(500)}`, [expect.stringContaining("nested too deeply")]],
  ])("%j", async (text, expected) => {
    expect(await broken(text)).toEqual(expected);
  });

  test("whose merges multiply, or go too deep", async () => {
    const doubled = Array.from({ length: 40 }, (_, n) => `&a${n + 1} {<<: [*a${n}, *a${n}]}`);
    expect(await broken(`struct: {<<: [&a0 {a: 1}, ${doubled.join(", ")}]}`)).not.toEqual([]);
    const chain = Array.from({ length: 300 }, (_, n) => `&a${n + 1} {<<: *a${n}}`);
    expect(await broken(`struct: {<<: [&a0 {a: 1}, ${chain.join(", ")}]}`)).not.toEqual([]);
  });

  test("whose merges of nothing multiply (this took a minute)", async () => {
    const many = (alias: string) => `{<<: [${Array(500).fill(alias).join(", ")}]}`;
    expect(await broken(`<<: [&a {}, &b ${many("*a")}, &c ${many("*b")}, ${many("*c")}]`)).toEqual([
      "1:1: expected at most 50000 values, aliases included",
    ]);
  });

  test("of other bytes than UTF-8 and UTF-16", async () => {
    expect(await broken(Buffer.from("text: \xe9", "latin1"))).toEqual([expect.stringContaining("expected UTF-8 text")]);
  });
});

describe("a text is read", () => {
  test("as UTF-8 or UTF-16 with a mark, with the line ends of any system", async () => {
    for (const content of [
      "int: 1\nbool: y\n",
      "int: 1\r\nbool: y\r\n",
      "int: 1\rbool: y\r",
      "int: 1\x85bool: y",
      "\ufeffint: 1\nbool: y",
    ]) {
      expect((await good(content)).raw).toEqual({ int: 1, bool: true });
    }
    const utf16 = Buffer.from("\ufeffint: 1\nbool: y", "utf16le");
    expect((await good(utf16)).raw).toEqual({ int: 1, bool: true });
    expect((await good(Buffer.from(utf16).swap16())).raw).toEqual({ int: 1, bool: true });
  });

  test("up to the end of its first document", async () => {
    const found = await good("# comment\n---\nint: 1\n--- # next\n\n\nint: [\n");
    expect(found.raw).toEqual({ int: 1 });
    expect(found.place(found.rest ?? 0)).toBe(`${file}:7:1`);
    for (const text of ["int: 1\n", "int: 1\n...\n# end\n", "int: 1\n---\n", ""]) {
      expect((await good(text)).rest).toBeUndefined();
    }
  });

  test("and its values have places", async () => {
    const found = await good("text: a\nlist:\n- b\n- c\nmap:\n  d: e\n");
    const place = (...path: PropertyKey[]) => found.place(found.offsetOf(path)).replace(`${file}:`, "");
    expect([place("text"), place("list", 1), place("map", "d"), place("map", "none"), place("none")]).toEqual([
      "1:1",
      "4:3",
      "6:3",
      "5:1",
      "1:1",
    ]);
  });
});
