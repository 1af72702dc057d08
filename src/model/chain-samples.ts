import type { ChainFamily, ChainSample } from "./report.ts";

const NO_LABELS: readonly string[] = [];

/**
 * The only place where samples are made; each starts with a value that is not a whole number. V8 gives objects another
 * shape while all their numbers are whole, and drops that shape at the first fraction; code compiled before may go on making
 * objects of the old shape, and each is converted when it is read (Node 20: in some processes a tenth of the CPU time,
 * `--trace-migration`).
 */
export function chainSample(family: ChainFamily, value: number, labels: readonly string[] = NO_LABELS): ChainSample {
  const sample = { family, labels, value: 0.5 };
  sample.value = value;
  return sample;
}

/** Adds a sample if its value is known; a flag becomes 1 or 0. Cheaper than joining lists, as each row of each poll has some. */
export function addSample(known: ChainSample[], family: ChainFamily, value: number | boolean | undefined): void {
  if (value !== undefined) known.push(chainSample(family, Number(value)));
}

/** Samples of the values that are known. */
export function knownSamples(
  ...values: readonly (readonly [ChainFamily, number | boolean | undefined])[]
): readonly ChainSample[] {
  const known: ChainSample[] = [];
  for (const [family, value] of values) addSample(known, family, value);
  return known;
}
