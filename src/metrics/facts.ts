import type { Fact, FactFamily } from "../chains/chain.ts";
import { cleanText, renderLabels } from "./exposition.ts";
import type { SampleValue } from "./family.ts";

/** The samples of the chains' own families, each with what it has in this poll. */
export type FactSamples = ReadonlyMap<FactFamily, readonly SampleValue[]>;

/** Sorts the facts about a node by their family. */
export function factSamples(facts: readonly Fact[]): FactSamples {
  const samples = new Map<FactFamily, SampleValue[]>();
  for (const { family, labels, value } of facts) {
    const known = samples.get(family) ?? [];
    known.push([ownLabels(family, labels), value]);
    samples.set(family, known);
  }
  for (const [family, values] of samples) {
    if (values.length > 1) samples.set(family, sumAlike(values));
  }
  return samples;
}

function ownLabels(family: FactFamily, values: readonly string[]): string {
  return renderLabels(family.labels.map((name, index) => [name, cleanText(values[index] ?? "")] as const));
}

/** Facts whose labels become the same when strangers' texts are cut are summed: a series stands once. */
function sumAlike(samples: readonly SampleValue[]): SampleValue[] {
  const sums = new Map<string, number>();
  for (const [labels, value] of samples) sums.set(labels, (sums.get(labels) ?? 0) + value);
  return [...sums];
}
