import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ADAPTERS } from "../../src/chains/index.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createCatalogue, createProbeCatalogue } from "../../src/metrics/catalogue.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";

/** What docs/probe.md tells people to copy is good, and what it says of the page is so. */

const promtool = findServer("promtool", "apt-get install prometheus");

const document = readFileSync(fileURLToPath(new URL("../../docs/probe.md", import.meta.url)), "utf8");
const blocks = [...document.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => text);
const scrapeConfigs = blocks.filter((text) => text.startsWith("scrape_configs:"));

/** The last job of each. */
const jobs = scrapeConfigs.map((text) => String(parse(text).scrape_configs.at(-1).job_name));

test("the document has three configurations of Prometheus", () => {
  expect(jobs).toEqual(["p2p-nodes", "p2p-targets", "p2p-discovered"]);
});

describe.skipIf(promtool === undefined)("promtool check config", () => {
  test.each(jobs.map((job, index) => [job, scrapeConfigs[index] ?? ""] as const))("%s", async (_, text) => {
    const file = join(tempFolder(), "prometheus.yml");
    writeFileSync(file, text);
    const { code, output } = await run(promtool ?? "", ["check", "config", file]);
    expect(output).toContain("SUCCESS");
    expect(code).toBe(0);
  });
});

test("the configuration of the exporter is valid", async () => {
  const file = join(tempFolder(), "config.yaml");
  writeFileSync(file, blocks.find((text) => text.startsWith("# config.yaml")) ?? "");
  const { probe } = await loadConfig({ file, env: { GATEWAY_TOKEN: "t" } });
  expect([...probe.modules.keys()]).toEqual(["monero", "gateway"]);
  expect(probe.allow).toHaveLength(2);
});

test("the document names every family that the page of a target lacks", () => {
  const given = new Set(createProbeCatalogue(ADAPTERS).map(({ name }) => name));
  const missing = createCatalogue(ADAPTERS).filter(({ name, about }) => about === undefined && !given.has(name));
  expect(missing.length).toBe(11);
  expect(missing.filter(({ name }) => !document.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});
