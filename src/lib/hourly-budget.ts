/**
 * A budget for names that peers choose: it admits a limited number of new names an hour. The functions are pure: each step
 * takes a memory and returns the next one. Time is in whole minutes of a monotonic clock.
 */

/**
 * The admitted names. Lists are single texts: a fleet has a hundred thousand names, most steps have the same names as the
 * step before, and comparing one text with another is cheap.
 */
export type NameMemory = {
  /** The names of the last step. */
  readonly present: string;
  readonly presentMinute: number;
  /** The names that were admitted before the last step but not in it, by the minute of their last step; the earliest first. */
  readonly past: readonly PastNames[];
  /** The number of new names by minute; the earliest first. */
  readonly newcomers: readonly Newcomers[];
};

type PastNames = { readonly minute: number; readonly list: string; readonly count: number };

type Newcomers = { readonly minute: number; readonly count: number };

export const EMPTY_MEMORY: NameMemory = { present: "", presentMinute: 0, past: [], newcomers: [] };

/** The memories of several budgets, by their names. */
export type NameMemories = ReadonlyMap<string, NameMemory>;

type Admission = {
  /** The same object as before if nothing changed. */
  readonly memory: NameMemory;
  /** The names that are not admitted. */
  readonly refused: ReadonlySet<string>;
};

const NONE: ReadonlySet<string> = new Set();

/** Terminates each name of a list. */
export const NAME_END = "\n";

/** @param names without line feeds */
export function listOf(names: readonly string[]): string {
  return names.length === 0 ? "" : names.join(NAME_END) + NAME_END;
}

function namesOf(list: string): readonly string[] {
  return list.split(NAME_END).slice(0, -1);
}

/**
 * An event of 60 whole minutes ago may be a second less than an hour old, so it still counts: the limit holds for every span
 * of 60 minutes.
 */
const HOUR = 60;

/**
 * Admits all names that were admitted within the last hour, and new ones up to the limit. Besides the names of the last step,
 * at most `limit` names are remembered; the earliest ones are forgotten, and are new when they return.
 * @param list as listOf returns it, each name once
 * @param minute the current one
 * @param limit new names in an hour
 * @param rank sorts new names into the order of admission; called only if not all of them can be admitted
 */
export function admit(
  before: NameMemory,
  list: string,
  minute: number,
  limit: number,
  rank: (newNames: readonly string[]) => readonly string[] = (newNames) => newNames,
): Admission {
  const kept = forgetOld(before, minute, limit);
  if (kept.present === list) return { memory: stayed(kept, minute), refused: NONE };
  const names = namesOf(list);
  const wasPresent = new Set(namesOf(kept.present));
  const absent = names.filter((name) => !wasPresent.has(name));
  const past = absent.length === 0 ? NONE : new Set(kept.past.flatMap((each) => namesOf(each.list)));
  const unknown = absent.filter((name) => !past.has(name));
  const room = Math.max(0, limit - sum(kept.newcomers));
  const refused = unknown.length <= room ? NONE : new Set(rank(unknown).slice(room));
  const present = new Set(refused.size === 0 ? names : names.filter((name) => !refused.has(name)));
  const back = absent.length === unknown.length ? NONE : new Set(absent.filter((name) => past.has(name)));
  const left = [...wasPresent].filter((name) => !present.has(name));
  return {
    memory: {
      present: refused.size === 0 ? list : listOf([...present]),
      presentMinute: minute,
      past: latest(withLeft(without(kept.past, back), kept.presentMinute, left), limit),
      newcomers: withCount(kept.newcomers, minute, unknown.length - refused.size),
    },
    refused,
  };
}

/** The memory after a step that admitted the same names as the last one. */
function stayed(memory: NameMemory, minute: number): NameMemory {
  return memory.presentMinute === minute || memory.present === "" ? memory : { ...memory, presentMinute: minute };
}

/** Drops everything older than an hour. */
function forgetOld(memory: NameMemory, minute: number, limit: number): NameMemory {
  const oldest = minute - HOUR;
  const isCurrent = (each: { readonly minute: number }) => each.minute >= oldest;
  const { present, presentMinute, past, newcomers } = memory;
  const isPresentCurrent = present === "" || presentMinute >= oldest;
  if (isPresentCurrent && past.every(isCurrent) && newcomers.every(isCurrent) && sum(past) <= limit) return memory;
  return {
    present: isPresentCurrent ? present : "",
    presentMinute,
    past: latest(past.filter(isCurrent), limit),
    newcomers: newcomers.filter(isCurrent),
  };
}

function without(past: readonly PastNames[], names: ReadonlySet<string>): readonly PastNames[] {
  if (names.size === 0) return past;
  return past.flatMap((each) => {
    const before = namesOf(each.list);
    const kept = before.filter((name) => !names.has(name));
    return kept.length === before.length ? [each] : pastNames(each.minute, kept);
  });
}

/** Adds the names that left: no other names were admitted later. */
function withLeft(past: readonly PastNames[], minute: number, left: readonly string[]): readonly PastNames[] {
  if (left.length === 0) return past;
  const last = past.at(-1);
  if (last?.minute !== minute) return [...past, ...pastNames(minute, left)];
  return [...past.slice(0, -1), ...pastNames(minute, [...namesOf(last.list), ...left])];
}

/** The last `max` names. */
function latest(past: readonly PastNames[], max: number): readonly PastNames[] {
  let surplus = sum(past) - max;
  if (surplus <= 0) return past;
  return past.flatMap((each) => {
    const dropped = Math.min(Math.max(0, surplus), each.count);
    surplus -= dropped;
    return dropped === 0 ? [each] : pastNames(each.minute, namesOf(each.list).slice(dropped));
  });
}

function pastNames(minute: number, names: readonly string[]): readonly PastNames[] {
  return names.length === 0 ? [] : [{ minute, list: listOf(names), count: names.length }];
}

function withCount(newcomers: readonly Newcomers[], minute: number, count: number): readonly Newcomers[] {
  if (count === 0) return newcomers;
  const last = newcomers.at(-1);
  if (last?.minute !== minute) return [...newcomers, { minute, count }];
  return [...newcomers.slice(0, -1), { minute, count: last.count + count }];
}

function sum(counts: readonly { readonly count: number }[]): number {
  let total = 0;
  for (const { count } of counts) total += count;
  return total;
}
