import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { chains } from "../src/chains/index.ts";
import { parseConfig } from "../src/config/parse.ts";
import { FAILURE_REASONS } from "../src/errors.ts";
import { createCatalogue } from "../src/metrics/catalogue.ts";
import { chainFamilies } from "../src/metrics/chain-families.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].filter(([, name]) => name === language).map(([, , text = ""]) => text);

test("the configuration of the README is good and has ten lines", () => {
  const example = blocks("yaml").find((text) => text.startsWith("# config.yaml")) ?? "";
  expect(parseConfig(parse(example), undefined)).toMatchObject({ ok: true });
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(11);
});

test("the README names every failure reason", () => {
  const table = readme.slice(readme.indexOf("| reason |"));
  expect(FAILURE_REASONS.filter((reason) => !table.includes(`\`${reason}\``))).toEqual([]);
});

test("the README names every metric family, those of a chain and of connections together", () => {
  const families = createCatalogue(chainFamilies(Object.values(chains)));
  const isNamed = (name: string) =>
    readme.includes(name) ||
    readme.includes(`\`${name.split("_").slice(0, 2).join("_")}_*`) ||
    readme.includes(`\`_${name.split("_").at(-1)}\``);
  expect(families.map(({ name }) => name).filter((name) => !isNamed(name))).toEqual([]);
});

test.each(["README.md", "SECURITY.md"])("every file that %s links to exists", (file) => {
  const links = [...readFileSync(root + file, "utf8").matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  expect(links.filter((target) => !/^https?:/.test(target) && !existsSync(root + target))).toEqual([]);
});
