/**
 * A budget for names that strangers choose: so many new ones are let in within an hour. Nothing is kept here: each step
 * takes what is remembered and gives what to remember. Time is in whole minutes of a clock that never goes back.
 */

/**
 * What is remembered of the names that were let in. Lists are single texts: a fleet has a hundred thousand names, most steps
 * bring those of the last step again, and to compare one text with another costs nothing.
 */
export type NameMemory = {
  /** Those of the last step. */
  readonly present: string;
  readonly presentMinute: number;
  /** Those that were let in before and not in the last step, by the minute in which they were last; the earliest first. */
  readonly past: readonly PastNames[];
  /** How many were new, by minute; the earliest first. */
  readonly newcomers: readonly Newcomers[];
};

type PastNames = { readonly minute: number; readonly list: string; readonly count: number };

type Newcomers = { readonly minute: number; readonly count: number };

export const EMPTY_MEMORY: NameMemory = { present: "", presentMinute: 0, past: [], newcomers: [] };

/** The memories of several budgets, by their names. */
export type NameMemories = ReadonlyMap<string, NameMemory>;

export type Admission = {
  /** The same object as before where there is nothing else to remember. */
  readonly memory: NameMemory;
  /** The names that are not let in. */
  readonly refused: ReadonlySet<string>;
};

const NONE: ReadonlySet<string> = new Set();

/** Ends each name of a list. */
export const NAME_END = "\n";

/** @param names without line feeds */
export function listOf(names: readonly string[]): string {
  return names.length === 0 ? "" : names.join(NAME_END) + NAME_END;
}

function namesOf(list: string): readonly string[] {
  return list.split(NAME_END).slice(0, -1);
}

/**
 * What happened 60 whole minutes ago may have been a second less than an hour ago. So it still counts, and the limit holds
 * in every 60 minutes, wherever they begin.
 */
const HOUR = 60;

/**
 * Lets in all names that were let in within the last hour, and as many new ones as the limit leaves room for. At most `limit`
 * names are remembered beside those of the last step; the earliest are forgotten, and are new when they come back.
 * @param list as listOf gives it, each name once
 * @param minute now
 * @param limit new names in an hour
 * @param rank puts new names in the order in which they are let in; called only when there is no room for all
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

/** After a step that let in the same names as the last. */
function stayed(memory: NameMemory, minute: number): NameMemory {
  return memory.presentMinute === minute || memory.present === "" ? memory : { ...memory, presentMinute: minute };
}

/** Without what is more than an hour ago. */
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

/** With those who left: no others were let in later. */
function withLeft(past: readonly PastNames[], minute: number, left: readonly string[]): readonly PastNames[] {
  if (left.length === 0) return past;
  const last = past.at(-1);
  if (last?.minute !== minute) return [...past, ...pastNames(minute, left)];
  return [...past.slice(0, -1), ...pastNames(minute, [...namesOf(last.list), ...left])];
}

/** The last `most` of the names. */
function latest(past: readonly PastNames[], most: number): readonly PastNames[] {
  let surplus = sum(past) - most;
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
