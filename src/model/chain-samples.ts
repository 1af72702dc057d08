import type { Fact, FactFamily } from "./report.ts";

const NO_LABELS: readonly string[] = [];

/**
 * All facts are made here, and begin with a value that is no whole number. V8 makes objects whose numbers were all whole
 * in another form, which it gives up at the first that is not; and code that is compiled by then may go on to make objects of
 * the old form, each converted when it is read (Node 20: in some processes a tenth of the CPU time, `--trace-migration`).
 */
export function factOf(family: FactFamily, value: number, labels: readonly string[] = NO_LABELS): Fact {
  const fact = { family, labels, value: 0.5 };
  fact.value = value;
  return fact;
}

/** Adds a fact if its value is known; a flag becomes 1 or 0. Cheaper than lists that are joined: each row of each poll has some. */
export function addFact(known: Fact[], family: FactFamily, value: number | boolean | undefined): void {
  if (value !== undefined) known.push(factOf(family, Number(value)));
}

/** The facts whose value is known. */
export function facts(...values: readonly (readonly [FactFamily, number | boolean | undefined])[]): readonly Fact[] {
  const known: Fact[] = [];
  for (const [family, value] of values) addFact(known, family, value);
  return known;
}
