import { beforeAll, describe, expect, test } from "vitest";
import { createNodeInfo } from "../../src/metrics/node-info.ts";
import type { RenderedFamily } from "../../src/metrics/page.ts";
import { createSelfMetrics } from "../../src/metrics/self.ts";
import { isOfProcess, OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { readSample } from "../support/exposition-lines.ts";

/** The declared families of the exporter itself are those that a process has, with everything that it can show. */

let collected: readonly RenderedFamily[] = [];

beforeAll(async () => {
  const self = createSelfMetrics("1.2.3");
  self.observeRequest("/metrics", 200, 0.1);
  self.sharded({ index: 0, total: 3 });
  self.configLoaded(1_795_208_412);
  self.configRead(true);
  collected = createNodeInfo()(await self.collect(), [{ name: "wire-1", chain: "wire" }]);
});

const headOf = ({ name, type, help }: Pick<RenderedFamily, "name" | "type" | "help">) => ({ name, type, help });

test("names, types and HELP are the same in both", () => {
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  expect(OWN_FAMILIES.map(headOf).sort(byName)).toEqual(collected.map(headOf).sort(byName));
});

/** Each label with the values that the samples have. */
function labelsIn(lines: readonly string[]): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const [name, value] of lines.flatMap((line) => [...readSample(line).labels])) {
    labels.set(name, (labels.get(name) ?? new Set()).add(value));
  }
  return labels;
}

describe.each(OWN_FAMILIES.map((family) => [family.name, family] as const))("%s", (name, { labels, type, example }) => {
  test("a process has the declared labels, and no other values than the declared ones", () => {
    const family = collected.find((one) => one.name === name);
    const shown = labelsIn((family?.samples("text") ?? "").split("\n").filter((line) => line !== ""));
    // Those of the process may have no sample yet: before the first garbage collection, or without a request of the engine.
    if (shown.size > 0 || !isOfProcess(name)) expect([...shown.keys()].sort()).toEqual(Object.keys(labels).sort());
    for (const [label, values] of shown) {
      const declared = labels[label];
      if (typeof declared !== "string") expect(declared).toEqual(expect.arrayContaining([...values]));
      if (label === "le") expect([...values]).toEqual(declared);
    }
  });

  test("the example is of this family", () => {
    const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    const names = example.map((line) => readSample(line).name);
    expect([...new Set(names)]).toEqual(suffixes.map((suffix) => `${name}${suffix}`));
    expect([...labelsIn(example).keys()].sort()).toEqual(Object.keys(labels).sort());
    for (const [label, values] of labelsIn(example)) {
      const declared = labels[label];
      if (typeof declared !== "string") expect(declared).toEqual(expect.arrayContaining([...values]));
    }
  });
});
