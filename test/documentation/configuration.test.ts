import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { formatDuration } from "../../src/lib/duration.ts";
import { configurationSections, exampleConfig, SCHEMA_KEYS } from "./configuration.ts";
import { SECTIONS } from "./configuration-keys.ts";
import { ROOT } from "./markdown.ts";
import { between } from "./sections.ts";
import { loadAsConfig } from "./yaml.ts";

const file = join(ROOT, "docs/configuration.md");
const described = SECTIONS.flatMap(({ keys }) => Object.keys(keys));

test("docs/configuration.md is what the schema generates (npm run docs)", () => {
  const wanted = between(readFileSync(file, "utf8"), "keys", configurationSections());
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, wanted);
  expect(readFileSync(file, "utf8")).toBe(wanted);
});

test("every key of the schema is described once, and no other", () => {
  expect([...described].sort()).toEqual([...SCHEMA_KEYS.keys()].sort());
});

describe.each(SECTIONS)("the examples of $title", (section) => {
  test.each(Object.entries(section.keys))("%s", async (path, { example }) => {
    expect(example).toMatch(new RegExp(`\\b${path.split(".").at(-1)}:`));
    await loadAsConfig(exampleConfig(section, example));
  });
});

test("the pace of a node that says nothing is the one of the document", () => {
  const bare = parseConfig({ nodes: [{ name: "a", chain: "monero", url: "http://127.0.0.1" }] }, undefined);
  const [node] = bare.ok ? bare.config.nodes : [];
  const { "global.interval": interval, "global.timeout": timeout } = SECTIONS[1]?.keys ?? {};
  expect(node?.trigger).toMatchObject({ kind: "interval" });
  if (node?.trigger.kind === "interval")
    expect(interval?.fallback).toBe(`\`${formatDuration(node.trigger.intervalMs)}\``);
  expect(timeout?.fallback).toContain(`\`${formatDuration(node?.timeoutMs ?? 0)}\``);
});
