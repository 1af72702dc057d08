import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXPORTER_FAULTS } from "../../tools/faults/exporter-faults.ts";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { ROOT, textOf } from "../../tools/repository.ts";

/** The text of all tests in these folders of test/. */
function sourcesOf(folders: readonly string[]): string {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, "test", folder)).map((name) => `test/${folder}/${name}`))
    .filter((path) => path.endsWith(".ts"))
    .map(textOf)
    .join("\n");
}

test("every fault of nodes is brought about in a test", () => {
  const tests = sourcesOf(["reliability"]);
  expect(Object.keys(NODE_FAULTS).filter((fault) => !new RegExp(`["'.]${fault}\\b`).test(tests))).toEqual([]);
});

test("every fault of the exporter is injected by a test", () => {
  const tests = sourcesOf(["reliability", "e2e", "e2e/exporter-faults"]);
  expect(Object.keys(EXPORTER_FAULTS).filter((name) => !tests.includes(`faultOf("${name}")`))).toEqual([]);
});
