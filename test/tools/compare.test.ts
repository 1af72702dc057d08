import { describe, expect, test } from "vitest";
import { brokenPromises } from "../../tools/stability/compare.ts";
import type { ListedFamily, ReleaseList } from "../../tools/stability/list.ts";

/** The policy of docs/stability.md, case by case. */

const PEERS: ListedFamily = {
  name: "p2p_node_peers",
  type: "gauge",
  level: "stable",
  chains: ["wire", "monero"],
  labels: { direction: ["inbound", "outbound"], agent: null },
};

function list(version: string, families: readonly ListedFamily[], rest: Partial<ReleaseList> = {}): ReleaseList {
  return { version, recordings: [], alerts: [], keys: [], flags: [], ...rest, families: [...families] };
}

/** What is said of a family that was so, and is so now. */
function problems(before: ListedFamily, now: ListedFamily | undefined): readonly string[] {
  const after = list("0.3.0", now === undefined ? [] : [now]);
  return brokenPromises([list("0.2.0", [before])], after).map(({ problem }) => problem);
}

const GONE = ["gone without 2 minor versions in which it was deprecated"];

describe("a stable family", () => {
  const cases: readonly (readonly [what: string, now: ListedFamily | undefined, problems: readonly string[]])[] = [
    ["stays as it is", PEERS, []],
    ["is gone", undefined, GONE],
    ["is deprecated", { ...PEERS, level: "deprecated" }, []],
    ["is experimental again", { ...PEERS, level: "experimental" }, ["stable before, experimental now"]],
    ["is another type", { ...PEERS, type: "counter" }, ["a gauge before, a counter now"]],
    ["has one more label", { ...PEERS, labels: { ...PEERS.labels, state: null } }, ["new label state"]],
    ["has one label less", { ...PEERS, labels: { direction: ["inbound", "outbound"] } }, ["no label agent"]],
    ["has one more value", { ...PEERS, labels: { ...PEERS.labels, direction: ["inbound", "outbound", "x"] } }, []],
    [
      "has one value less",
      { ...PEERS, labels: { ...PEERS.labels, direction: ["inbound"] } },
      ['no direction="outbound"'],
    ],
    ["has any value", { ...PEERS, labels: { ...PEERS.labels, direction: null } }, ["any value of direction"]],
    ["has a closed set in place of any value", { ...PEERS, labels: { ...PEERS.labels, agent: ["a"] } }, []],
    ["exists for one more chain", { ...PEERS, chains: [...PEERS.chains, "chainweb"] }, []],
    ["exists for one chain less", { ...PEERS, chains: ["wire"] }, ["gone for monero"]],
  ];

  test.each(cases)("%s", (_, now, expected) => {
    expect(problems(PEERS, now)).toEqual(expected);
  });

  test("an info family may have more labels, as it is made for joins", () => {
    const info = { ...PEERS, name: "p2p_node_info" };
    expect(problems(info, { ...info, labels: { ...info.labels, build: null } })).toEqual([]);
  });
});

test("a deprecated family keeps type and labels", () => {
  expect(problems({ ...PEERS, level: "deprecated" }, { ...PEERS, level: "deprecated", type: "counter" })).toHaveLength(
    1,
  );
});

test.each(["experimental", "unlisted"] as const)("nothing is promised of a family that is %s", (level) => {
  expect(problems({ ...PEERS, level }, undefined)).toEqual([]);
  expect(problems({ ...PEERS, level }, { ...PEERS, type: "histogram", labels: {} })).toEqual([]);
});

describe("a removal", () => {
  const with_ = (version: string, level: ListedFamily["level"]) => list(version, [{ ...PEERS, level }]);
  const now = list("0.5.0", []);

  test("two minor versions after the deprecation", () => {
    expect(brokenPromises([with_("0.3.0", "deprecated"), with_("0.4.0", "deprecated")], now)).toEqual([]);
  });

  test("one minor version after the deprecation", () => {
    const before = [with_("0.3.0", "stable"), with_("0.4.0", "deprecated")];
    expect(brokenPromises(before, now).map(({ problem }) => problem)).toEqual(GONE);
  });
});

test("names of rules and alerts, keys and flags stay", () => {
  const names = { recordings: ["a:b:c"], alerts: ["One", "Two"], keys: ["nodes.url"], flags: ["check --connect"] };
  const now = { recordings: ["d:e:f"], alerts: ["Two", "Three"], keys: [], flags: [] };
  expect(brokenPromises([list("0.2.0", [], names)], list("0.3.0", [], now))).toEqual([
    { name: "a:b:c", problem: "no such rule" },
    { name: "One", problem: "no such alert" },
    { name: "nodes.url", problem: "no such key" },
    { name: "check --connect", problem: "no such flag" },
  ]);
});

test("the first release has nothing to keep", () => {
  expect(brokenPromises([], list("0.1.0", [PEERS]))).toEqual([]);
});
