import { expect, test } from "vitest";
import { textOf } from "../../tools/repository.ts";
import { isRoute, paths } from "./usage.ts";

const table = textOf("docs/http.md").split("\n\n```")[0] ?? "";

/** `/nodes/*` is `/nodes/NAME` there. */
const named = [...table.matchAll(/`(\/[^`?]*)/g)].map(([, path = ""]) => path);

test("docs/http.md has every path that the exporter answers", () => {
  const isNamed = (path: string) => named.some((each) => each.replace(/NAME(?:\.json)?$/, "*") === path);
  expect(paths.filter((path) => !isNamed(path))).toEqual([]);
});

test("every path in docs/http.md is one", () => {
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !isRoute("GET", path) && !isRoute("POST", path))).toEqual([]);
});
