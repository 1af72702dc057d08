import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { exampleLines } from "../../tools/documents/metric-examples.ts";
import { CATALOGUE } from "../../tools/documents/metrics.ts";
import { textOf } from "../../tools/repository.ts";
import { CHANGES } from "../../tools/stability/changes.ts";
import { releaseLists } from "../../tools/stability/list.ts";
import { readSample } from "../support/exposition-lines.ts";
import { blocksOf } from "./markdown.ts";
import { relabel, relabelling } from "./relabel.ts";

/** What docs/migration.md offers to keep old names alive. The rules are evaluated in test/prometheus/old-names.test.ts. */

const scrapeConfig = z.object({ scrape_configs: z.tuple([z.object({ metric_relabel_configs: relabelling })]) });
const [yaml] = blocksOf("docs/migration.md", textOf("docs/migration.md")).filter(({ language }) => language === "yaml");
const [{ metric_relabel_configs: steps }] = scrapeConfig.parse(parse(yaml?.text ?? "")).scrape_configs;

const old = new Map(releaseLists()[0]?.families.map((family) => [family.name, family]));

/** The labels of each family's example, before and after relabelling. */
const series = CATALOGUE.flatMap((family) =>
  exampleLines(family).map((line) => {
    const { name, labels } = readSample(line.trimEnd());
    return { name, after: relabel(new Map([["__name__", name], ...labels]), steps) };
  }),
);

test("relabelling drops no series", () => {
  expect(series.filter(({ after }) => after === undefined)).toEqual([]);
});

describe("families that got another name", () => {
  const renamed = CHANGES.filter(({ kept }) => kept === "relabelling");

  test.each(renamed.map(({ old: name, now }) => [now ?? "", name]))("%s is %s again, with its labels", (now, name) => {
    const [own] = series.filter((one) => one.name === now);
    expect(own?.after?.get("__name__")).toBe(name);
    const labels = [...(own?.after?.keys() ?? [])].filter((label) => !["__name__", "target", "chain"].includes(label));
    expect(labels.sort()).toEqual(Object.keys(old.get(name)?.labels ?? {}).sort());
  });

  test("no other series has another name, but the known peers of Chainweb", () => {
    const names = new Set(renamed.map(({ now }) => now));
    const changed = series.filter(({ name, after }) => !names.has(name) && after?.get("__name__") !== name);
    expect([...new Set(changed.map(({ name }) => name))]).toEqual(["p2p_chainweb_peer_info"]);
  });
});

test("the known peers of Chainweb are in p2p_connection_info again, with a direction", () => {
  const [own] = series.filter(({ name }) => name === "p2p_chainweb_peer_info");
  expect(Object.fromEntries(own?.after ?? [])).toMatchObject({
    __name__: "p2p_connection_info",
    chain: "chainweb",
    direction: "unknown",
    address_type: "ipv4",
  });
});

describe("relabelling is done as Prometheus does it", () => {
  const labels = new Map([
    ["__name__", "a_b"],
    ["x", "1"],
  ]);
  const cases = [
    [
      "the whole text has to match",
      { source_labels: ["__name__"], regex: "a", target_label: "x", replacement: "2" },
      "1",
    ],
    ["groups", { source_labels: ["__name__"], regex: "a_(.*)", target_label: "x", replacement: "$1-$1" }, "b-b"],
    ["several labels", { source_labels: ["__name__", "x"], regex: "a_b;1", target_label: "x", replacement: "y" }, "y"],
    ["an empty label is none", { source_labels: ["__name__"], target_label: "x", replacement: "" }, undefined],
    ["keep", { source_labels: ["x"], regex: "1", action: "keep" }, "1"],
  ] as const;

  test.each(cases)("%s", (_, one, expected) => {
    expect(relabel(labels, relabelling.parse([one]))?.get("x")).toBe(expected);
  });

  test("series are dropped", () => {
    expect(relabel(labels, relabelling.parse([{ source_labels: ["x"], regex: "2", action: "keep" }]))).toBeUndefined();
    expect(relabel(labels, relabelling.parse([{ source_labels: ["x"], regex: "1", action: "drop" }]))).toBeUndefined();
  });
});
