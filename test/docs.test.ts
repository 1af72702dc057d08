import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chains } from "../src/chains/index.ts";
import { createCatalogue } from "../src/metrics/catalogue.ts";
import { chainFamilies } from "../src/metrics/chain-families.ts";
import { metricsDocument } from "../src/metrics/document.ts";
import { probeFamilies } from "../src/metrics/families/probe.ts";
import { NODE_FAULTS } from "./reliability/catalogue.ts";
import { withSection } from "./reliability/document.ts";

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

describe("docs/reliability.md", () => {
  const path = fileURLToPath(new URL("../docs/reliability.md", import.meta.url));

  test("has the faults of nodes as the tests know them (npm run docs)", () => {
    const document = () => readFileSync(path, "utf8");
    const wanted = withSection(document(), "faults of nodes", Object.values(NODE_FAULTS));
    if (process.env.UPDATE_DOCS === "1") writeFileSync(path, wanted);
    expect(document()).toBe(wanted);
  });

  test("every fault of nodes is brought about in a test", () => {
    const folder = new URL("reliability/", import.meta.url);
    const files = readdirSync(folder).filter((file) => file !== "catalogue.ts");
    const tests = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("");
    expect(Object.keys(NODE_FAULTS).filter((fault) => !new RegExp(`["'.]${fault}\\b`).test(tests))).toEqual([]);
  });
});
