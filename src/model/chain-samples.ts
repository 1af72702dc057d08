import type { ChainFamily, ChainSample } from "./report.ts";

const NO_LABELS: readonly string[] = [];

/**
 * All samples are made here, and begin with a value that is no whole number. V8 makes objects whose numbers were all whole
 * in another form, which it gives up at the first that is not; and code that is compiled by then may go on to make objects of
 * the old form, each converted when it is read (Node 20: in some processes a tenth of the CPU time, `--trace-migration`).
 */
export function chainSample(family: ChainFamily, value: number, labels: readonly string[] = NO_LABELS): ChainSample {
  const sample = { family, labels, value: 0.5 };
  sample.value = value;
  return sample;
}

/** Adds a sample if its value is known; a flag becomes 1 or 0. Cheaper than lists that are joined: each row of each poll has some. */
export function addSample(known: ChainSample[], family: ChainFamily, value: number | boolean | undefined): void {
  if (value !== undefined) known.push(chainSample(family, Number(value)));
}

/** The samples whose value is known. */
export function knownSamples(
  ...values: readonly (readonly [ChainFamily, number | boolean | undefined])[]
): readonly ChainSample[] {
  const known: ChainSample[] = [];
  for (const [family, value] of values) addSample(known, family, value);
  return known;
}
