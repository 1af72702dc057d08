import { describe, expect, test } from "vitest";
import { chains } from "../../src/chains/index.ts";
import { cleanText } from "../../src/metrics/exposition.ts";
import { EXAMPLE_NAMES, exampleLines, hasExample } from "../../tools/documents/metric-examples.ts";
import { DESCRIBED_LABELS, labelValues } from "../../tools/documents/metric-labels.ts";
import { CATALOGUE, metricsDocument } from "../../tools/documents/metrics.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { textOf } from "../../tools/repository.ts";
import { readSample } from "../support/exposition-lines.ts";

test("docs/metrics.md has a section for every family, of nodes and of the exporter itself", () => {
  const document = metricsDocument();
  const all = [...CATALOGUE, ...OWN_FAMILIES].map(({ name }) => name);
  expect(all.filter((name) => !document.includes(`### ${name}\n`))).toEqual([]);
});

test("every family names a source for at least one chain, and only chains that exist", () => {
  const known = new Set(Object.values(chains).map(({ optionsKey }) => optionsKey));
  for (const { name, sources } of CATALOGUE) {
    expect([name, Object.keys(sources).length > 0]).toEqual([name, true]);
    expect(Object.keys(sources).filter((chain) => !known.has(chain))).toEqual([]);
  }
});

test("every label has a closed set of values for each chain, or a writer that is described", () => {
  const undescribed = CATALOGUE.flatMap((family) =>
    family.labels
      .map((label) => [label, labelValues(family, label)] as const)
      .filter(([label, values]) =>
        "open" in values
          ? !DESCRIBED_LABELS.includes(label)
          : Object.keys(family.sources).some((chain) => (values.closed[chain] ?? []).length === 0),
      )
      .map(([label]) => `${family.name} ${label}`),
  );
  expect(undescribed).toEqual([]);
});

test("texts of nodes and peers have at most as many characters as the document says", () => {
  expect([...cleanText("x".repeat(1000))]).toHaveLength(128);
});

test("a page of all chains has only values that the document lists", () => {
  const families = new Map(CATALOGUE.map((family) => [family.name, family]));
  const samples = textOf("test/fixtures/pages/all-chains.txt")
    .split("\n")
    // Those of the chains' own families are made up there.
    .filter((line) => /^p2p_(?:node|connection|reference)_/.test(line))
    .map(readSample);
  const wrong = samples.flatMap(({ name, labels }) => {
    const family = families.get(name);
    const chain = (labels.get("chain") ?? "").replace("antelope", "wire");
    return (family?.labels ?? []).flatMap((label) => {
      const values = family === undefined ? undefined : labelValues(family, label);
      const value = labels.get(label);
      if (values === undefined || "open" in values || value === undefined) return [];
      return values.closed[chain]?.includes(value) ? [] : [`${name} ${chain} ${label}="${value}"`];
    });
  });
  expect([...new Set(wrong)]).toEqual([]);
});

describe("examples", () => {
  const samples = CATALOGUE.flatMap((family) =>
    exampleLines(family).map((line) => ({ family, ...readSample(line.trimEnd()) })),
  );
  const problemsOf = (check: (sample: (typeof samples)[number]) => boolean) =>
    samples.filter((sample) => !check(sample)).map(({ name, value }) => `${name} ${value}`);

  test("every family has one, and none is of a family that does not exist", () => {
    expect(CATALOGUE.filter(({ name }) => !hasExample(name)).map(({ name }) => name)).toEqual([]);
    const names = new Set(CATALOGUE.map(({ name }) => name));
    expect(EXAMPLE_NAMES.filter((name) => !names.has(name))).toEqual([]);
  });

  test("labels that the chain has are in their closed sets", () => {
    const wrong = samples.flatMap(({ family, labels }) =>
      family.labels.flatMap((label) => {
        const values = labelValues(family, label);
        const [chain = "", value = ""] = [labels.get("chain"), labels.get(label)];
        return "open" in values || values.closed[chain]?.includes(value) ? [] : [`${family.name} ${label}="${value}"`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("times are of this decade", () => {
    const [from, to] = [Date.UTC(2026, 0) / 1000, Date.UTC(2028, 0) / 1000];
    expect(
      problemsOf(({ name, value }) => !name.endsWith("_timestamp_seconds") || (value > from && value < to)),
    ).toEqual([]);
  });

  test("counters and counts are whole numbers that are not negative", () => {
    const isCount = (name: string) => /_(?:total|peers|connections|blocks|height|bytes)$/.test(name);
    expect(problemsOf(({ name, value }) => !isCount(name) || (Number.isInteger(value) && value >= 0))).toEqual([]);
  });

  test("heights are those of a chain that is years old", () => {
    const isHeight = (name: string) => /_height$|available_block$/.test(name);
    expect(problemsOf(({ name, value }) => !isHeight(name) || value > 500_000)).toEqual([]);
  });

  test("info families are 1", () => {
    expect(problemsOf(({ name, value }) => !name.endsWith("_info") || value === 1)).toEqual([]);
  });
});
