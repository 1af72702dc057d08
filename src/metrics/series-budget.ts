import type { NewSeriesLimit } from "../chains/chain.ts";
import { admit, EMPTY_MEMORY, listOf, type NameMemories, type NameMemory } from "../lib/hourly-budget.ts";
import type { AdmitNames } from "./connections.ts";
import { renderLabels } from "./exposition.ts";
import type { SampleValue } from "./family.ts";

/**
 * Bounds the new series of a node: Prometheus keeps each for hours, also one that was there for a single poll. Its peers
 * and the node itself choose addresses and texts that become labels, others with each poll if they like.
 */

/** What a node showed in earlier polls, and when it is now. */
export type SeriesBefore = {
  readonly memories: NameMemories;
  /** In milliseconds of a clock that never goes back. */
  readonly nowMs: number;
};

/** The budget of a node for one poll. */
export type SeriesBudget = {
  /** @param family whose label sets these are */
  admitter(family: string): AdmitNames;
  /** What to remember; the same object where nothing changed. */
  memories(): NameMemories;
};

const MINUTE_MS = 60_000;

export function openSeriesBudget({ memories, nowMs }: SeriesBefore): SeriesBudget {
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

/** For a page of a single poll: nothing is known of earlier ones. */
export const NO_BUDGET: SeriesBudget = { admitter: () => () => NONE, memories: () => new Map() };

export type BoundedSamples = {
  readonly samples: readonly SampleValue[];
  /** How many were left out. */
  readonly withheld: number;
};

/** @param names of the labels of the family */
export function boundSamples(
  samples: Iterable<SampleValue>,
  names: readonly string[],
  { perHour, rest }: NewSeriesLimit,
  admitNames: AdmitNames,
): BoundedSamples {
  const all = [...samples];
  const restLabels = rest && renderLabels(names.map((name, index) => [name, rest[index] ?? ""] as const));
  const chosen = all.flatMap(([labels]) => (labels === restLabels ? [] : [labels]));
  const refused = admitNames(listOf(chosen), perHour);
  if (refused.size === 0) return { samples: all, withheld: 0 };
  const kept = all.filter(([labels]) => labels !== restLabels && !refused.has(labels));
  if (restLabels === undefined) return { samples: kept, withheld: refused.size };
  const others = all.reduce((sum, [labels, value]) => (kept.some(([own]) => own === labels) ? sum : sum + value), 0);
  return { samples: [...kept, [restLabels, others]], withheld: 0 };
}
