import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chains } from "../src/chains/index.ts";
import { createCatalogue } from "../src/metrics/catalogue.ts";
import { chainFamilies } from "../src/metrics/chain-families.ts";
import { metricsDocument } from "../src/metrics/document.ts";
import { probeFamilies } from "../src/metrics/families/probe.ts";

const catalogue = [...createCatalogue(chainFamilies(Object.values(chains))), ...probeFamilies];

const file = fileURLToPath(new URL("../docs/metrics.md", import.meta.url));

test("docs/metrics.md is what the catalogue generates (npm run docs)", () => {
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, metricsDocument(catalogue));
  expect(readFileSync(file, "utf8")).toBe(metricsDocument(catalogue));
});

test("docs/metrics.md has a section for every family", () => {
  const document = metricsDocument(catalogue);
  expect(catalogue.filter(({ name }) => !document.includes(`### ${name}\n`)).map(({ name }) => name)).toEqual([]);
});

test("every family names a source for at least one chain, and only chains that exist", () => {
  const known = new Set(Object.values(chains).map(({ optionsKey }) => optionsKey));
  for (const { name, sources } of catalogue) {
    expect([name, Object.keys(sources).length > 0]).toEqual([name, true]);
    expect(Object.keys(sources).filter((chain) => !known.has(chain))).toEqual([]);
  }
});
