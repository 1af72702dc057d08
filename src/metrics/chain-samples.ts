import type { ChainFamily, ChainSample } from "../model/report.ts";
import type { ShownConnection } from "./connections.ts";
import type { SampleValue } from "./exposition.ts";
import { cleanText, renderLabels } from "./exposition.ts";

/** The samples of the chains' own families, each with what it has in this poll. */
export type ChainSampleValues = ReadonlyMap<ChainFamily, readonly SampleValue[]>;

/** Of each shown connection, in their order; NaN where there is no value. */
export type ConnectionValues = readonly number[];

/**
 * Sorts the samples about connections by their family: in one pass, as a peer list brings hundreds of them. Most rows have the
 * families of the row before in the same order, so each is looked for where it stood last.
 */
export function connectionChainSamples(
  connections: readonly ShownConnection[],
): ReadonlyMap<ChainFamily, ConnectionValues> {
  const columns = new Map<ChainFamily, number[]>();
  const order: { readonly family: ChainFamily; readonly column: number[] }[] = [];
  let index = 0;
  for (const { row } of connections) {
    let place = 0;
    for (const { family, value } of row.chainSamples ?? NO_SAMPLES) {
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

const NO_SAMPLES: readonly ChainSample[] = [];

/** Sorts the samples about a node by their family. */
export function nodeChainSamples(chainSamples: readonly ChainSample[]): ChainSampleValues {
  const samples = new Map<ChainFamily, SampleValue[]>();
  for (const { family, labels, value } of chainSamples) {
    const known = samples.get(family) ?? [];
    known.push([ownLabels(family, labels), value]);
    samples.set(family, known);
  }
  for (const [family, values] of samples) {
    if (values.length > 1) samples.set(family, sumAlike(values));
  }
  return samples;
}

function ownLabels(family: ChainFamily, values: readonly string[]): string {
  return renderLabels(family.labels.map((name, index) => [name, cleanText(values[index] ?? "")] as const));
}

/** Samples whose labels become the same when strangers' texts are cut are summed: a series stands once. */
function sumAlike(samples: readonly SampleValue[]): SampleValue[] {
  const sums = new Map<string, number>();
  for (const [labels, value] of samples) sums.set(labels, (sums.get(labels) ?? 0) + value);
  return [...sums];
}
