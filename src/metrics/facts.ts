import type { Fact, FactFamily } from "../model/report.ts";
import type { ShownConnection } from "./connections.ts";
import type { SampleValue } from "./exposition.ts";
import { cleanText, renderLabels } from "./exposition.ts";

/** The samples of the chains' own families, each with what it has in this poll. */
export type FactSamples = ReadonlyMap<FactFamily, readonly SampleValue[]>;

/** Of each shown connection, in their order; NaN where there is no value. */
export type ConnectionValues = readonly number[];

/**
 * Sorts the facts about connections by their family: in one pass, as a peer list brings hundreds of them. Most rows have the
 * families of the row before in the same order, so each is looked for where it stood last.
 */
export function connectionFacts(connections: readonly ShownConnection[]): ReadonlyMap<FactFamily, ConnectionValues> {
  const columns = new Map<FactFamily, number[]>();
  const order: { readonly family: FactFamily; readonly column: number[] }[] = [];
  let index = 0;
  for (const { row } of connections) {
    let place = 0;
    for (const { family, value } of row.facts ?? NO_FACTS) {
      const expected = order[place];
      let column = expected?.family === family ? expected.column : columns.get(family);
      if (column === undefined) {
        column = new Array<number>(connections.length).fill(Number.NaN);
        columns.set(family, column);
        order.push({ family, column });
      }
      column[index] = value;
      place += 1;
    }
    index += 1;
  }
  return columns;
}

const NO_FACTS: readonly Fact[] = [];

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
