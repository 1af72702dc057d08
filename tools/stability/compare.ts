import type { ListedFamily, ReleaseList } from "./list.ts";

/** What docs/stability.md promises, as a comparison of the lists of two releases. */

/** A promise that the newer list breaks. */
export type Broken = { readonly name: string; readonly problem: string };

/**
 * @param before the lists of all minor versions before, the oldest first
 * @param now the list that is compared with the last one of them
 */
export function brokenPromises(before: readonly ReleaseList[], now: ReleaseList): readonly Broken[] {
  const last = before.at(-1);
  if (last === undefined) return [];
  const families = new Map(now.families.map((family) => [family.name, family]));
  const ofFamilies = last.families.filter(isPromised).flatMap((old) => {
    const family = families.get(old.name);
    const problems = family === undefined ? missing(old.name, before) : differences(old, family);
    return problems.map((problem) => ({ name: old.name, problem }));
  });
  return [
    ...ofFamilies,
    ...gone(last.recordings, now.recordings, "rule"),
    ...gone(last.alerts, now.alerts, "alert"),
    ...gone(last.keys, now.keys, "key"),
    ...gone(last.flags, now.flags, "flag"),
    ...gone(last.settings ?? [], now.settings ?? [], "setting"),
  ];
}

function isPromised({ level }: ListedFamily): boolean {
  return level === "stable" || level === "deprecated";
}

/** Minor versions in which a family is at least deprecated before it may be gone. */
const DEPRECATED_VERSIONS = 2;

function missing(name: string, before: readonly ReleaseList[]): readonly string[] {
  const last = before.slice(-DEPRECATED_VERSIONS);
  const isDue =
    last.length === DEPRECATED_VERSIONS &&
    last.every(({ families }) => families.some((one) => one.name === name && one.level === "deprecated"));
  return isDue ? [] : [`gone without ${DEPRECATED_VERSIONS} minor versions in which it was deprecated`];
}

function differences(old: ListedFamily, now: ListedFamily): readonly string[] {
  return [
    ...(isPromised(now) ? [] : [`${old.level} before, ${now.level} now`]),
    ...(now.type === old.type ? [] : [`a ${old.type} before, a ${now.type} now`]),
    ...old.chains.filter((chain) => !now.chains.includes(chain)).map((chain) => `gone for ${chain}`),
    ...labelDifferences(old, now),
  ];
}

/** Labels that are new split the series of every query that does not name labels; an info family is made to be joined. */
function labelDifferences(old: ListedFamily, now: ListedFamily): readonly string[] {
  const added = old.name.endsWith("_info") ? [] : Object.keys(now.labels).filter((label) => !(label in old.labels));
  return [
    ...added.map((label) => `new label ${label}`),
    ...Object.entries(old.labels).flatMap(([label, values]) => {
      const ours = now.labels[label];
      if (ours === undefined) return [`no label ${label}`];
      if (values === null) return [];
      return ours === null
        ? [`any value of ${label}`]
        : values.filter((value) => !ours.includes(value)).map((value) => `no ${label}="${value}"`);
    }),
  ];
}

function gone(old: readonly string[], now: readonly string[], what: string): readonly Broken[] {
  return old.filter((name) => !now.includes(name)).map((name) => ({ name, problem: `no such ${what}` }));
}
