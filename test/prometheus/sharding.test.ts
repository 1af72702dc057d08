import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { ADAPTERS } from "../../src/chains/index.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { ownerOf, parseShard, resolveShard, shardReport } from "../../src/config/shard.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";
import { metricsIn } from "./support.ts";

/** What docs/sharding.md tells people to copy does what it says. */

const promtool = findServer("promtool", "apt-get install prometheus");

const document = readFileSync(fileURLToPath(new URL("../../docs/sharding.md", import.meta.url)), "utf8");

/** The block of code that begins like this. */
function block(begin: string): string {
  const blocks = [...document.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  const found = blocks.find((text) => text.startsWith(begin));
  if (found === undefined) throw new Error(`docs/sharding.md has no block that begins with ${begin}`);
  return found;
}

const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ record: z.string().optional(), expr: z.string() })) })),
});

test("the shell script finds the shard that the exporter finds", async () => {
  const script = block("name=monero-1 shards=3");
  for (const [name, shards] of [
    ["monero-1", 3],
    ["wire-1", 3],
    ["node-0001", 5],
    ["a:b@c._-", 12],
  ] as const) {
    const { code, stdout } = await run("sh", ["-c", script.replace(/^.*\n/, `name=${name} shards=${shards}\n`)]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ownerOf(name, shards)}\n` });
  }
});

test("the first lines are valid usage", () => {
  const lines = block("peer-exporter --config.file").trim().split("\n");
  expect(lines).toHaveLength(3);
  for (const [index, line] of lines.entries()) {
    const [, ...args] = line.replace(/ *#.*/, "").split(" ");
    expect(parseArguments(args, "", { out: fail, err: fail })).toMatchObject({ shard: { index, total: 3 } });
  }
});

test("check prints what the document shows", () => {
  const names = ["wire-1", "monero-1", "kadena-1", "node-0001"];
  const nodes = names.map((name) => ({ name, chain: "wire", url: "http://127.0.0.1" }));
  const parsed = parseConfig({ nodes }, undefined);
  if (!parsed.ok) throw new Error("a bad configuration");
  const [, , ...lines] = block("$ peer-exporter check").split("\n");
  expect(shardReport(parsed.config, { index: 1, total: 3 })).toBe(lines.join("\n"));
});

test("the StatefulSet has as many replicas as shards, and its pods have their names", () => {
  const container = z.object({
    args: z.array(z.string()),
    env: z.array(
      z.object({ name: z.string(), valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }) }) }),
    ),
  });
  const schema = z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({
      replicas: z.int(),
      template: z.object({ spec: z.object({ containers: z.tuple([container]) }) }),
    }),
  });
  const { metadata, spec } = schema.parse(parse(block("apiVersion: apps/v1")));
  const [{ args, env }] = spec.template.spec.containers;
  expect(env).toEqual([{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }]);
  const invocation = parseArguments(args, "", { out: fail, err: fail });
  const flag = parseShard("auto/3");
  expect(invocation).toMatchObject({ command: "serve", shard: flag });
  const pods = Array.from({ length: spec.replicas }, (_, index) => `${metadata.name}-${index}`);
  const shards = pods.map((name) => resolveShard(flag, { env: { POD_NAME: name }, hostname: "" }).index);
  expect(shards).toEqual([0, 1, 2]);
});

test("the references are a valid configuration", () => {
  expect(parseConfig(parse(block("nodes:\n")), undefined)).toMatchObject({ ok: true });
});

test("the rules use metrics that exist", () => {
  const { groups } = ruleFile.parse(parse(block("groups:")));
  const rules = groups.flatMap((group) => group.rules);
  const exists = new Set([...createCatalogue(ADAPTERS).map(({ name }) => name), ...rules.map(({ record }) => record)]);
  const used = rules.flatMap(({ expr }) => metricsIn(expr.replaceAll(/group_(?:left|right) \([^)]*\)/g, "")));
  expect(used).toContain("p2p_node_head_height");
  expect(used.filter((name) => !exists.has(name))).toEqual([]);
});

describe.skipIf(promtool === undefined)("promtool", () => {
  test.each([0, 1])("check config, scrape_configs %i", async (index) => {
    const blocks = document.split("```yaml\n").filter((text) => text.startsWith("scrape_configs:"));
    const file = join(tempFolder(), "prometheus.yml");
    writeFileSync(file, blocks[index]?.replace(/^```.*/ms, "") ?? "");
    const { code, output } = await run(promtool ?? "", ["check", "config", file]);
    expect(code, output).toBe(0);
  });

  test("test rules: lag over shards, with each network for itself", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "rules.yaml"), block("groups:"));
    writeFileSync(join(folder, "test.yaml"), stringify(RULE_TEST));
    const { code, output } = await run(promtool ?? "", ["test", "rules", "test.yaml"], { cwd: folder });
    expect(code, output).toBe(0);
  });
});

function fail(text: string): never {
  throw new Error(`expected no output, found ${text}`);
}

type Series = { readonly series: string; readonly values: string };

/** The head of a node and what it says it is, as its shard shows them. */
function nodeSeries(shard: number, target: string, chain: string, facts: string, heights: string): readonly Series[] {
  const labels = `job="peer-exporter", instance="exporter-${shard}:10900", target="${target}", chain="${chain}"`;
  return [
    { series: `p2p_node_head_height{${labels}}`, values: heights },
    { series: `p2p_node_info{${labels}, version="v1", ${facts}}`, values: "1x60" },
    { series: `p2p_node_block_interval_seconds{${labels}}`, values: `${chain === "wire" ? 0.5 : 120}x60` },
  ];
}

function lagging(shard: number, target: string, chain: string, facts: string, lag: number) {
  const labels = `job="peer-exporter", instance="exporter-${shard}:10900", target="${target}", chain="${chain}", ${facts}`;
  return { labels: `target:p2p_node_head_lag_blocks:shards{${labels}}`, value: lag };
}

/** Each of the nodes is alone on its network in its shard, so that no exporter sees its lag. */
const RULE_TEST = {
  rule_files: ["rules.yaml"],
  evaluation_interval: "1m",
  tests: [
    {
      interval: "1m",
      input_series: [
        ...nodeSeries(0, "wire-1", "wire", 'chain_id="aa"', "1000+120x60"),
        ...nodeSeries(1, "wire-2", "wire", 'chain_id="aa"', "700+120x60"),
        ...nodeSeries(1, "other-1", "wire", 'chain_id="bb"', "900000+120x60"),
        ...nodeSeries(0, "monero-1", "monero", 'network="mainnet"', "500x60"),
        ...nodeSeries(2, "monero-2", "monero", 'network="mainnet"', "495x60"),
        ...nodeSeries(2, "monero-3", "monero", 'network="mainnet"', "100+1x60"),
        {
          series:
            'p2p_node_syncing{job="peer-exporter", instance="exporter-2:10900", target="monero-3", chain="monero"}',
          values: "1x60",
        },
      ],
      promql_expr_test: [
        {
          expr: "target:p2p_node_head_lag_blocks:shards",
          eval_time: "20m",
          exp_samples: [
            lagging(0, "wire-1", "wire", 'chain_id="aa"', 0),
            lagging(1, "wire-2", "wire", 'chain_id="aa"', 300),
            lagging(1, "other-1", "wire", 'chain_id="bb"', 0),
            lagging(0, "monero-1", "monero", 'network="mainnet"', 0),
            lagging(2, "monero-2", "monero", 'network="mainnet"', 5),
            lagging(2, "monero-3", "monero", 'network="mainnet"', 380),
          ],
        },
      ],
      alert_rule_test: [
        { eval_time: "9m", alertname: "P2PNodeHeadLaggingOverShards", exp_alerts: [] },
        {
          eval_time: "11m",
          alertname: "P2PNodeHeadLaggingOverShards",
          exp_alerts: [
            {
              exp_labels: {
                severity: "warning",
                job: "peer-exporter",
                instance: "exporter-1:10900",
                target: "wire-2",
                chain: "wire",
                chain_id: "aa",
              },
              exp_annotations: {
                summary: "The head of a node is behind that of another node.",
                description:
                  "The head of wire-2 (wire) has been behind the best one of all shards for 10 minutes or more, now by 300 blocks.",
              },
            },
          ],
        },
      ],
    },
  ],
};
