import type { Fact, FactFamily } from "./chain.ts";

const NO_LABELS: readonly string[] = [];

/** Adds a fact if its value is known; a flag becomes 1 or 0. Cheaper than lists that are joined: each row of each poll has some. */
export function addFact(known: Fact[], family: FactFamily, value: number | boolean | undefined): void {
  if (value !== undefined) known.push({ family, labels: NO_LABELS, value: Number(value) });
}

/** The facts whose value is known. */
export function facts(...values: readonly (readonly [FactFamily, number | boolean | undefined])[]): readonly Fact[] {
  const known: Fact[] = [];
  for (const [family, value] of values) addFact(known, family, value);
  return known;
}
