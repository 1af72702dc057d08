import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { GENERATED_FOLDERS, generatedFiles } from "../../tools/generated.ts";
import { ROOT } from "../../tools/repository.ts";

/** docs/cli.md is compared by test/e2e/cli-docs.test.ts, as it needs the program and a node. */

const files = Object.entries(generatedFiles()).flatMap(([group, entries]) =>
  entries.map(({ path, text }) => [path, group, text] as const),
);

test.each(files)("%s is what npm run %s writes", (path, _, text) => {
  expect(readFileSync(join(ROOT, path), "utf8")).toBe(text);
});

test.each(GENERATED_FOLDERS)("%s holds nothing else", (folder) => {
  const names = files.filter(([path]) => dirname(path) === folder).map(([path]) => basename(path));
  expect(names.length).toBeGreaterThan(0);
  expect(readdirSync(join(ROOT, folder))).toEqual(names.sort());
});

describe("the program stands without the tools", () => {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  test("no file of src/ imports one of them", () => {
    const importing = sources.filter((file) =>
      /from "[./]*\/tools\//.test(readFileSync(join(ROOT, "src", file), "utf8")),
    );
    expect(importing).toEqual([]);
  });
});
