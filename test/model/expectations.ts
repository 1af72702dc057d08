import { type Sample, seriesOf } from "./page.ts";

/** What the page should say of one node, and how that is compared with what it says. */

/** A number; or a rule for what may be there, where `undefined` means that the series is absent. */
export type Expected = number | Rule;

export type Rule = { readonly text: string; readonly accepts: (found: number | undefined) => boolean };

export type Labels = Readonly<Record<string, string>>;

export type Expectations = {
  /** An unknown value means that the series must be absent. */
  expect(name: string, value: Expected | undefined, labels?: Labels): void;
  /** Every series of the family, whatever its value, is accepted. */
  ignore(name: string): void;
  /** Every series with this label, whatever its value, is accepted where nothing is expected of it. */
  ignoreLabel(label: string, value: string): void;
  readonly series: ReadonlyMap<string, Expected>;
  readonly ignored: ReadonlySet<string>;
  /** As the texts of series have them. */
  readonly ignoredLabels: ReadonlySet<string>;
};

export function createExpectations(): Expectations {
  const series = new Map<string, Expected>();
  const ignored = new Set<string>();
  const ignoredLabels = new Set<string>();
  return {
    series,
    ignored,
    ignoredLabels,
    ignoreLabel: (label, value) => void ignoredLabels.add(`${label}="${value}"`),
    ignore: (name) => void ignored.add(name),
    expect(name, value, labels) {
      series.set(seriesOf(name, labels), value ?? ABSENT);
    },
  };
}

const ABSENT: Rule = { text: "absent", accepts: (found) => found === undefined };

export function oneOf(...values: readonly (number | undefined)[]): Rule {
  return { text: values.map((value) => value ?? "absent").join(" or "), accepts: (found) => values.includes(found) };
}

export function between(min: number, max: number): Rule {
  return {
    text: `${min} to ${max}`,
    accepts: (found) => found !== undefined && found >= min && found <= max,
  };
}

export type Deviation = {
  readonly series: string;
  readonly expected: string;
  readonly found: string;
};

export type Comparison = { readonly checks: number; readonly deviations: readonly Deviation[] };

/** Compares every sample of a node with the expectations, both ways. */
export function compare({ series, ignored, ignoredLabels }: Expectations, samples: readonly Sample[]): Comparison {
  const found = new Map(samples.map((sample) => [sample.series, sample] as const));
  const deviations: Deviation[] = [];
  let checks = 0;
  for (const [key, expected] of series) {
    checks += 1;
    const value = found.get(key)?.value;
    const isRight = typeof expected === "number" ? value === expected : expected.accepts(value);
    if (isRight) continue;
    deviations.push({
      series: key,
      expected: typeof expected === "number" ? String(expected) : expected.text,
      found: String(value ?? "absent"),
    });
  }
  for (const { series: key, name, value } of samples) {
    if (series.has(key) || ignored.has(name)) continue;
    if (ignoredLabels.size > 0 && [...ignoredLabels].some((label) => key.includes(label))) continue;
    checks += 1;
    deviations.push({ series: key, expected: "absent", found: String(value) });
  }
  return { checks, deviations };
}
