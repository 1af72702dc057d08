import { admit, EMPTY_MEMORY, listOf, type NameMemories, type NameMemory } from "../lib/hourly-budget.ts";
import { NO_SERIES } from "../poll/store.ts";
import type { AdmitNames } from "./connections.ts";
import { renderLabels, type SampleValue } from "./exposition.ts";
import type { NodeFamily, NodeView } from "./family.ts";

/**
 * Limits the new series of a node. Prometheus keeps each series for hours, even if it existed for a single poll; and the node and
 * its peers choose addresses and texts that become labels, different ones in each poll if they like.
 */

/** The budget of a node for one poll. */
type SeriesBudget = {
  /** @param family whose label sets these are */
  admitter(family: string): AdmitNames;
  /** The recent series after this poll; the same object as before if nothing changed. */
  memories(): NameMemories;
};

const MINUTE_MS = 60_000;

/** @param memories the recent series, from the poll before */
export function openSeriesBudget(memories: NameMemories, nowMs: number): SeriesBudget {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const changed: (readonly [family: string, memory: NameMemory])[] = [];
  return {
    admitter: (family) => (list, limit, rank) => {
      const before = memories.get(family) ?? EMPTY_MEMORY;
      const { memory, refused } = admit(before, list, minute, limit, rank);
      if (memory !== before) changed.push([family, memory]);
      return refused;
    },
    memories: () => (changed.length === 0 ? memories : new Map([...memories, ...changed])),
  };
}

const NONE: ReadonlySet<string> = new Set();

/** For the page of a single poll, without earlier ones to compare with. */
export const NO_BUDGET: SeriesBudget = { admitter: () => () => NONE, memories: () => NO_SERIES.names };

/** A family with label values that the node or its peers choose. */
type OpenFamily = {
  readonly name: string;
  readonly perHour: number;
  /** Undefined where samples beyond the limit are left out. */
  readonly rest: Rest | undefined;
  readonly samples: NodeFamily["samples"];
};

/** The samples that add up those beyond the limit: one for each combination of the labels that keep their values. */
type Rest = {
  /** The labels that all of them have, as they begin. */
  readonly start: string;
  /** How the labels begin that keep their values; undefined where none does. */
  readonly kept: string | undefined;
};

/** The families of a catalogue whose new series are limited. */
export function openFamilies(catalogue: readonly NodeFamily[]): readonly OpenFamily[] {
  return catalogue.flatMap(({ name, labels, samples, newSeries }) => {
    if (newSeries === undefined) return [];
    const { perHour, rest } = newSeries;
    return [{ name, perHour, rest: rest && restOf(labels, rest), samples }];
  });
}

function restOf(labels: readonly string[], values: readonly string[]): Rest {
  const firstKept = labels[values.length];
  return {
    start: renderLabels(values.map((value, index) => [labels[index] ?? "", value] as const)),
    kept: firstKept === undefined ? undefined : `,${firstKept}="`,
  };
}

/** The labels of the sample that these labels are added to. No value has the quotes of what is searched for, as they are escaped. */
function restLabels({ start, kept }: Rest, labels: string): string {
  return kept === undefined ? start : start + labels.slice(labels.lastIndexOf(kept));
}

/** The samples of the open families within their budgets, by the names of the families. */
type BoundedFamilies = {
  readonly samples: ReadonlyMap<string, readonly SampleValue[]>;
  /** The number of samples that were left out. */
  readonly withheld: number;
};

export const NO_FAMILIES: BoundedFamilies = { samples: new Map(), withheld: 0 };

/** Spends the budget on the samples of these families. */
export function boundFamilies(families: readonly OpenFamily[], view: NodeView, budget: SeriesBudget): BoundedFamilies {
  const samples = new Map<string, readonly SampleValue[]>();
  let withheld = 0;
  for (const family of families) {
    const all = [...family.samples(view)];
    const kept = boundSamples(all, family, budget.admitter(family.name));
    samples.set(family.name, kept);
    if (family.rest === undefined) withheld += all.length - kept.length;
  }
  return { samples, withheld };
}

/** @returns the same list if all samples are admitted */
function boundSamples(
  all: readonly SampleValue[],
  { perHour, rest }: OpenFamily,
  admitNames: AdmitNames,
): readonly SampleValue[] {
  const isChosen = (labels: string) => rest === undefined || !labels.startsWith(rest.start);
  const chosen: string[] = [];
  for (const [labels] of all) if (isChosen(labels)) chosen.push(labels);
  const refused = admitNames(listOf(chosen), perHour);
  if (refused.size === 0) return all;
  const kept = all.filter(([labels]) => isChosen(labels) && !refused.has(labels));
  if (rest === undefined) return kept;
  const others = new Map<string, number>();
  for (const [labels, value] of all) {
    if (isChosen(labels) && !refused.has(labels)) continue;
    const sum = restLabels(rest, labels);
    others.set(sum, (others.get(sum) ?? 0) + value);
  }
  return [...kept, ...others];
}
