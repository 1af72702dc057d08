import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type File, joinFiles } from "../../scripts/join-files.mjs";
import { tempFolder } from "../support/servers.ts";

const file = (name: string, code: string, more: Partial<File> = {}): File => ({
  name: `${name}.js`,
  code,
  entry: undefined,
  imports: [],
  ...more,
});

const FILES = [
  file(
    "main",
    '#!/usr/bin/env node\n"use strict";var a=require("./shared.js");exports.order=[a.name];exports.later=()=>require("./late.js")',
    { entry: "src/main.ts", imports: ["shared.js"] },
  ),
  file("shared", 'exports.name="shared";exports.times=(globalThis.timesShared=(globalThis.timesShared??0)+1)'),
  file("late", 'var a=require("./shared.js"),b=require("./own.js");exports.found=[a.name,a.times,b.name]', {
    entry: "src/late.ts",
    imports: ["shared.js", "own.js"],
  }),
  file("own", 'exports.name=require("./single.js").name'),
  file("single", 'exports.name="single, beside "+require("./shared.js").name'),
];

test("files that are loaded together are one file, and each part runs once", () => {
  const folder = join(tempFolder(), "dist");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
  const joined = joinFiles(FILES, [{ entry: "src/main.ts" }, { entry: "src/late.ts" }]);
  for (const { name, code } of joined) writeFileSync(join(folder, name), code);
  expect(joined.map(({ name }) => name)).toEqual(["main.js", "late.js", "single.js"]);
  const load = createRequire(join(folder, "x.js"))("./main.js");
  expect(load("main.js").order).toEqual(["shared"]);
  expect(load("main.js").later().found).toEqual(["shared", 1, "single, beside shared"]);
  expect(joined[0]?.code).toMatch(/^#!\/usr\/bin\/env node\n"use strict";\n/);
});

test("an entry that is no longer loaded by itself is an error of the build", () => {
  expect(() => joinFiles(FILES, [{ entry: "src/other.ts" }])).toThrow("src/other.ts is no entry of the build");
});

test("a running server can load what it has not needed yet after its files were replaced", () => {
  const folder = tempFolder();
  const joined = joinFiles(FILES, [{ entry: "src/main.ts", later: ["src/late.ts"] }]);
  expect(joined.map(({ name }) => name)).toEqual(["main.js", "single.js"]);
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
  const file = join(folder, "main.js");
  writeFileSync(file, joined[0]?.code ?? "");
  writeFileSync(join(folder, "single.js"), joined[1]?.code ?? "");
  const load = createRequire(file)(file);
  writeFileSync(file, "replaced");
  expect(load("main.js").later().found[2]).toBe("single, beside shared");
});

test("an import in a form that is not known is an error of the build", () => {
  const files = [file("main", "var a=await_import('./shared.js')", { entry: "src/main.ts", imports: ["shared.js"] })];
  const shared = file("shared", "");
  expect(() => joinFiles([...files, shared], [{ entry: "src/main.ts" }])).toThrow(
    'expected require("./shared.js") in main.js, found none',
  );
});
