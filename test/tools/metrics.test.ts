import { expect, test } from "vitest";
import { chains } from "../../src/chains/index.ts";
import { CATALOGUE, metricsDocument } from "../../tools/documents/metrics.ts";

test("docs/metrics.md has a section for every family", () => {
  const document = metricsDocument();
  expect(CATALOGUE.filter(({ name }) => !document.includes(`### ${name}\n`)).map(({ name }) => name)).toEqual([]);
});

test("every family names a source for at least one chain, and only chains that exist", () => {
  const known = new Set(Object.values(chains).map(({ optionsKey }) => optionsKey));
  for (const { name, sources } of CATALOGUE) {
    expect([name, Object.keys(sources).length > 0]).toEqual([name, true]);
    expect(Object.keys(sources).filter((chain) => !known.has(chain))).toEqual([]);
  }
});
