import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { ownerOf, parseShard, resolveShard, shardReport } from "../../src/config/shard.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";

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

describe.skipIf(promtool === undefined)("promtool", () => {
  test.each([0, 1])("check config, scrape_configs %i", async (index) => {
    const blocks = document.split("```yaml\n").filter((text) => text.startsWith("scrape_configs:"));
    const file = join(tempFolder(), "prometheus.yml");
    writeFileSync(file, blocks[index]?.replace(/^```.*/ms, "") ?? "");
    const { code, output } = await run(promtool ?? "", ["check", "config", file]);
    expect(code, output).toBe(0);
  });
});

function fail(text: string): never {
  throw new Error(`expected no output, found ${text}`);
}
