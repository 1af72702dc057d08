import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { exampleLines } from "../../tools/documents/metric-examples.ts";
import { CATALOGUE } from "../../tools/documents/metrics.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { ROOT } from "../../tools/repository.ts";
import { CHANGES } from "../../tools/stability/changes.ts";
import { blocksOf } from "../documentation/markdown.ts";
import { kindOf } from "../documentation/yaml.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";
import { findServer, tempFolder, waitFor } from "../support/servers.ts";

/** What docs/migration.md offers keeps every old name alive, with a real Prometheus and one sample of each family. */

const isThere = findServer("prometheus", "apt-get install prometheus") !== undefined;

const block = (kind: string) =>
  blocksOf("docs/migration.md").find(({ language, text }) => language === "yaml" && kindOf(text) === kind)?.text ?? "";

const config = z.object({ scrape_configs: z.tuple([z.object({ metric_relabel_configs: z.array(z.unknown()) })]) });

let node: FakeNode;
let prometheus: Prometheus;

/** A page whose counters grow. */
function page(): string {
  const lines = [...CATALOGUE.flatMap(exampleLines), ...OWN_FAMILIES.flatMap(({ example }) => example)];
  const grown = Math.floor(Date.now() / 100);
  return lines
    .map((line) => line.trimEnd())
    .map((line) => (/_(?:total|bucket|sum|count)[{ ]/.test(line) ? line.replace(/ [^ ]+$/, ` ${grown}`) : line))
    .map((line) => `${line}\n`)
    .join("");
}

describe.skipIf(!isThere)("Prometheus", () => {
  beforeAll(async () => {
    node = await startFakeNode(() => ({ headers: { "content-type": "text/plain; version=0.0.4" }, body: page() }));
    const rules = join(tempFolder(), "rules-of-document.yaml");
    writeFileSync(rules, block("rules"));
    const [{ metric_relabel_configs }] = config.parse(parse(block("prometheus"))).scrape_configs;
    prometheus = await startPrometheus({
      targets: [new URL(node.url).host],
      scrapeConfig: { metric_relabel_configs },
      ruleFiles: [join(ROOT, "prometheus/rules.yaml"), rules],
    });
  }, 60_000);
  afterAll(async () => {
    await prometheus.stop();
    await node.close();
  });

  test("has every old name that the table calls kept", async () => {
    const kept = CHANGES.filter((change) => change.kept !== "no").map(({ old }) => old);
    const missing = async () => {
      const names = (await prometheus.query('count by (__name__) ({__name__!=""})')).map(
        ({ metric }) => metric.__name__,
      );
      return kept.filter((name) => !names.includes(name));
    };
    await waitFor(async () => (await missing()).length === 0, "every old name", { timeoutMs: 30_000 }).catch(() => {});
    expect(await missing()).toEqual([]);
  });
});
