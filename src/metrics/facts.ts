import type { Fact, FactFamily } from "../chains/chain.ts";
import type { ShownConnection } from "./connections.ts";
import { cleanText, joinLabels, renderLabels } from "./exposition.ts";
import type { SampleValue } from "./family.ts";

/** The samples of the chains' own families, each with what it has in this poll. */
export type FactSamples = ReadonlyMap<FactFamily, readonly SampleValue[]>;

/** Sorts all facts of a poll by their family in one pass, as a peer list brings hundreds of them. */
export function factSamples(facts: readonly Fact[], connections: readonly ShownConnection[]): FactSamples {
  const samples = new Map<FactFamily, SampleValue[]>();
  for (const fact of facts) add(samples, fact, "");
  for (const { labels, row } of connections) {
    for (const fact of row.facts ?? []) add(samples, fact, labels);
  }
  for (const [family, values] of samples) {
    if (values.length > 1 && family.labels.length > 0) samples.set(family, sumAlike(values));
  }
  return samples;
}

function add(samples: Map<FactFamily, SampleValue[]>, { family, labels: values, value }: Fact, prefix: string): void {
  const labels = values.length === 0 ? prefix : joinLabels(prefix, ownLabels(family, values));
  const known = samples.get(family);
  const last = known?.at(-1);
  if (known === undefined) samples.set(family, [[labels, value]]);
  else if (last?.[0] === labels) known[known.length - 1] = [labels, last[1] + value];
  else known.push([labels, value]);
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
