import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, textOf } from "./markdown.ts";
import { between } from "./sections.ts";

const file = join(ROOT, "docs/architecture.md");

/** The titles of the rules in test/architecture.test.ts, each once. */
const rules = new Set(
  [...textOf("test/architecture.test.ts").matchAll(/^ {2}\["([^"]+)", \//gm)].map(([, title = ""]) => title),
);

test("docs/architecture.md has the rules of test/architecture.test.ts (npm run docs)", () => {
  expect(rules.size).toBeGreaterThan(5);
  const list = [...rules].map((rule) => `- ${rule}\n`).join("");
  const wanted = between(readFileSync(file, "utf8"), "rules", list);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, wanted);
  expect(readFileSync(file, "utf8")).toBe(wanted);
});

test("the parts that say where state lives exist", () => {
  const table = textOf("docs/architecture.md").split("## Where state lives")[1]?.split("\n## ")[0] ?? "";
  const parts = [...table.matchAll(/`((?:poll|server)\/[\w-]+)`/g)].map(([, part]) => part);
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.filter((part) => !existsSync(join(ROOT, "src", `${part}.ts`)))).toEqual([]);
});
