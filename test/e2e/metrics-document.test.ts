import { afterAll, beforeAll, expect, test } from "vitest";
import { chains, isChainName } from "../../src/chains/index.ts";
import { labelValues } from "../../tools/documents/metric-labels.ts";
import { CATALOGUE } from "../../tools/documents/metrics.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { readSample, type Sample } from "../support/exposition-lines.ts";
import { untilReady } from "../support/waits.ts";

/** docs/metrics.md against the page of the demo, which has every chain: labels, and their values where the document lists all. */

let exporter: Exporter;
let samples: readonly Sample[] = [];

beforeAll(async () => {
  exporter = await startExporter({ args: ["demo"] });
  await untilReady(exporter);
  const page = await (await fetch(`${exporter.url}/metrics`)).text();
  samples = page
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(readSample);
});

afterAll(async () => {
  await exporter.stop();
});

const nodes = new Map(CATALOGUE.map((family) => [family.name, family]));
const own = new Map(OWN_FAMILIES.map((family) => [family.name, family]));

/** Labels of the demo's own nodes. */
const CONFIGURED = new Set(["target", "chain", "simulated"]);

test("every family is in the document", () => {
  const isKnown = (name: string) =>
    nodes.has(name) || own.has(name) || own.has(name.replace(/_(?:bucket|sum|count)$/, ""));
  expect([...new Set(samples.map(({ name }) => name).filter((name) => !isKnown(name)))]).toEqual([]);
  expect(samples.length).toBeGreaterThan(500);
});

/** Several names of chains share an adapter, which the document has by the name of its block. */
function documentedName(chain: string | undefined): string {
  return isChainName(chain) ? chains[chain].optionsKey : "";
}

test("families of nodes have the labels of the document, and no value that it does not list", () => {
  const wrong = samples.flatMap(({ name, labels }) => {
    const family = nodes.get(name);
    if (family === undefined) return [];
    const chain = documentedName(labels.get("chain"));
    return [...labels].flatMap(([label, value]) => {
      if (!family.labels.includes(label)) return CONFIGURED.has(label) ? [] : [`${name} ${label}`];
      const values = labelValues(family, label);
      return "open" in values || values.closed[chain]?.includes(value) ? [] : [`${name} ${chain} ${label}="${value}"`];
    });
  });
  expect([...new Set(wrong)]).toEqual([]);
});

test("each chain has only families that have a source there", () => {
  const wrong = samples.flatMap(({ name, labels }) => {
    const chain = documentedName(labels.get("chain"));
    const family = nodes.get(name);
    return family === undefined || chain in family.sources ? [] : [`${name} ${chain}`];
  });
  expect([...new Set(wrong)]).toEqual([]);
});
