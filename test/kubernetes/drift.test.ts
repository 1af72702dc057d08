import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, test } from "vitest";
import { generatedFiles, generatedFolders, root } from "./generated.ts";

const files = await generatedFiles();

test("rules and dashboards for Kubernetes and Helm are what the sources generate (npm run kubernetes)", () => {
  if (process.env.UPDATE_KUBERNETES === "1") {
    for (const folder of generatedFolders) {
      rmSync(root + folder, { recursive: true, force: true });
      mkdirSync(root + folder, { recursive: true });
    }
    for (const { path, text } of files) writeFileSync(root + path, text);
  }
  for (const { path, text } of files) expect(readFileSync(root + path, "utf8"), path).toBe(text);
});

test.each(generatedFolders)("%s holds nothing else", (folder) => {
  const expected = files.filter(({ path }) => dirname(path) === folder).map(({ path }) => basename(path));
  expect(readdirSync(root + folder)).toEqual(expected);
});
