import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, textOf } from "../../tools/repository.ts";

test("the files that the section on state names exist", () => {
  const table = textOf("docs/architecture.md").split("## Where state lives")[1]?.split("\n## ")[0] ?? "";
  const parts = [...table.matchAll(/`((?:poll|server)\/[\w-]+)`/g)].map(([, part]) => part);
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.filter((part) => !existsSync(join(ROOT, "src", `${part}.ts`)))).toEqual([]);
});
