import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { formatDuration } from "../../src/lib/duration.ts";
import { exampleConfig, SCHEMA_KEYS } from "../../tools/documents/configuration.ts";
import { SECTIONS } from "../../tools/documents/configuration-keys.ts";
import { loadAsConfig } from "../documentation/yaml.ts";

const described = SECTIONS.flatMap(({ keys }) => Object.keys(keys));

test("every key of the schema is described once, and no other", () => {
  expect([...described].sort()).toEqual([...SCHEMA_KEYS.keys()].sort());
});

describe.each(SECTIONS)("the examples of $title", (section) => {
  test.each(Object.entries(section.keys))("%s", async (path, { example }) => {
    expect(example).toMatch(new RegExp(`\\b${path.split(".").at(-1)}:`));
    await loadAsConfig(exampleConfig(section, example));
  });
});

test("the default interval is the one in the document", () => {
  const bare = parseConfig({ nodes: [{ name: "a", chain: "monero", url: "http://127.0.0.1" }] }, undefined);
  const [node] = bare.ok ? bare.config.nodes : [];
  const { "global.interval": interval, "global.timeout": timeout } = SECTIONS[1]?.keys ?? {};
  expect(node?.trigger).toMatchObject({ kind: "interval" });
  if (node?.trigger.kind === "interval")
    expect(interval?.fallback).toBe(`\`${formatDuration(node.trigger.intervalMs)}\``);
  expect(timeout?.fallback).toContain(`\`${formatDuration(node?.timeoutMs ?? 0)}\``);
});
