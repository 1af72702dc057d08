import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../tools/documents/metrics.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { textOf } from "../../tools/repository.ts";
import { CHANGES, PROMISED_FROM, UNPROMISED } from "../../tools/stability/changes.ts";
import { brokenPromises } from "../../tools/stability/compare.ts";
import { configurationKeys } from "../../tools/stability/interface.ts";
import {
  compareVersions,
  currentList,
  listText,
  RELEASES_FOLDER,
  type ReleaseList,
  releaseLists,
} from "../../tools/stability/list.ts";

/** This tree keeps what the releases before it promise (docs/stability.md). */

const lists = releaseLists();
const current = currentList("this tree");

/** Each release with those before it, and this tree with all of them. */
const steps = [...lists.slice(1), current].map((now, index) => [now.version, lists.slice(0, index + 1), now] as const);

const namesOf = ({ families, recordings, alerts, keys, flags }: ReleaseList) =>
  new Set([...families.map(({ name }) => name), ...recordings, ...alerts, ...keys, ...flags]);

test("there is a list of the last release", () => {
  expect(lists[0]?.version).toBe(UNPROMISED);
});

test.each(lists.map((list) => [list.version, list] as const))(
  "the list of %s is as the tool writes it",
  (version, list) => {
    expect(textOf(`${RELEASES_FOLDER}/${version}.json`)).toBe(listText(list));
  },
);

describe.each(steps)("%s", (_, before, now) => {
  const isFree = before.at(-1)?.version === UNPROMISED;

  test.runIf(isFree)(`breaks only promises that the table of ${PROMISED_FROM} names`, () => {
    const named = new Set(CHANGES.map(({ old }) => old));
    expect(brokenPromises(before, now).filter(({ name }) => !named.has(name))).toEqual([]);
  });

  test.runIf(isFree)("every entry of the table is needed", () => {
    const old = before.at(-1);
    const broken = new Set(brokenPromises(before, now).map(({ name }) => name));
    const [had, has] = [old === undefined ? new Set() : namesOf(old), namesOf(now)];
    const isNeeded = (name: string) => broken.has(name) || (had.has(name) && !has.has(name));
    expect(CHANGES.map(({ old: name }) => name).filter((name) => !isNeeded(name))).toEqual([]);
  });

  test.runIf(!isFree)("breaks no promise", () => {
    expect(brokenPromises(before, now)).toEqual([]);
  });
});

test("no change is named twice", () => {
  const names = CHANGES.map(({ old }) => old);
  expect(new Set(names).size).toBe(names.length);
});

test("only series that are scraped under another name are relabelled, with the same type and labels", () => {
  const families = new Map([...(lists[0]?.families ?? []), ...current.families].map((family) => [family.name, family]));
  const relabelled = CHANGES.filter(({ kept }) => kept === "relabelling");
  expect(relabelled.length).toBeGreaterThan(0);
  for (const { old, now = "" } of relabelled) {
    const { type, labels, chains } = families.get(now) ?? {};
    expect(families.get(old)).toMatchObject({ type, labels, chains });
  }
});

test("the HELP of a deprecated family says since when, and what to use", () => {
  const deprecated = CATALOGUE.filter(({ stability }) => stability === "deprecated");
  expect(
    deprecated.filter(({ help }) => !/Deprecated since \d+\.\d+\.0, (?:use .+|without a replacement)\.$/.test(help)),
  ).toEqual([]);
});

test("every family has a level in the document", () => {
  const document = textOf("docs/metrics.md");
  const levels = current.families.map(({ name, type, level }) =>
    level === "unlisted" ? `### ${name}\n\n${type}. ` : `### ${name}\n\n${type}, ${level}. `,
  );
  expect(levels).toHaveLength(CATALOGUE.length + OWN_FAMILIES.length);
  expect(levels.filter((level) => !document.includes(level))).toEqual([]);
});

test("a setting of the mixin that is gone breaks a promise", () => {
  const before = { ...current, settings: ["disabled", "thresholds.fewPeers.wire"] };
  expect(brokenPromises([before], { ...current, settings: ["disabled"] })).toEqual([
    { name: "thresholds.fewPeers.wire", problem: "no such setting" },
  ]);
});

test("lists have keys and settings of every depth, and flags of every command", () => {
  expect(current.keys).toEqual(
    expect.arrayContaining(["nodes", "nodes.wire.prometheus_url", "probe.modules.auth.basic"]),
  );
  expect(current.settings).toEqual(expect.arrayContaining(["disabled", "thresholds.fewPeers.wire"]));
  expect(current.flags).toEqual(expect.arrayContaining(["--config.file", "check --connect"]));
  expect(configurationKeys({ properties: { a: { items: { properties: { b: {} } } } } })).toEqual(["a", "a.b"]);
});

test("versions are compared by their numbers", () => {
  expect(["0.10.0", "1.0.0", "0.2.0", "0.1.9"].sort(compareVersions)).toEqual(["0.1.9", "0.2.0", "0.10.0", "1.0.0"]);
});
