import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ADAPTERS } from "../src/chains/index.ts";
import { parseConfig } from "../src/config/parse.ts";
import { createCatalogue } from "../src/metrics/catalogue.ts";
import { FAILURE_REASONS } from "../src/model/failure.ts";
import { blocksOf } from "./documentation/markdown.ts";
import { commandsOf } from "./documentation/shell.ts";
import { alerts } from "./prometheus/support.ts";

/** What the first page promises. Links and blocks of code of all documents: test/documentation. */

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const blocks = blocksOf("README.md");

test("the configuration of the README is valid and has ten lines", () => {
  const example = blocks.find(({ text }) => text.startsWith("# peer-exporter.yaml"))?.text ?? "";
  expect(parseConfig(parse(example), undefined)).toMatchObject({ ok: true });
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(11);
});

test("the first screen has a picture, the two commands, how to install it, the configuration and where to go next", () => {
  const screen = readme.split("\n## ").slice(0, 2).join("\n## ");
  expect(screen.split("\n").length).toBeLessThan(65);
  expect(screen).toMatch(/<img alt="[^"]+" src="docs\/images\/[^"]+">/);
  expect(screen).toContain("how the pictures are made");
  const [commands] = blocks;
  const config = blocks.find(({ text }) => text.startsWith("# peer-exporter.yaml"));
  expect(commandsOf(commands?.text ?? "").map((words) => words.join(" "))).toEqual([
    "npm ci",
    "npm run demo",
    "npm ci",
    "npm test",
  ]);
  expect(screen).toContain(config?.text);
  expect(screen).toContain("**Next:**");
});

test("the README counts alerts and dashboards right", () => {
  expect(readme).toContain(`[${new Set(alerts.map(({ alert }) => alert)).size} alerts]`);
  const words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
  const count = words[readdirSync(`${root}grafana/dashboards`).length] ?? "";
  expect(readme.toLowerCase()).toContain(`[${count} dashboards]`);
});

test("the README counts the reasons right", () => {
  expect(readme).toContain(`all ${FAILURE_REASONS.length} reasons`);
});

test("docs/metrics-overview.md names every metric family, those of a chain and of connections together", () => {
  const overview = readFileSync(`${root}docs/metrics-overview.md`, "utf8");
  const families = createCatalogue(ADAPTERS);
  const isNamed = (name: string) =>
    overview.includes(name) ||
    overview.includes(`\`${name.split("_").slice(0, 2).join("_")}_*`) ||
    overview.includes(`\`_${name.split("_").at(-1)}\``);
  expect(families.map(({ name }) => name).filter((name) => !isNamed(name))).toEqual([]);
});

test("no line of code in the README is wider than a terminal of 80 columns", () => {
  const wide = blocks.flatMap(({ text }) => text.split("\n").filter((line) => line.length > 80));
  expect(wide).toEqual([]);
});
