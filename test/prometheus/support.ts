import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { parseAlerts, parseRecordings } from "../../tools/prometheus-rules.ts";
import { textOf } from "../../tools/repository.ts";

export const folder = fileURLToPath(new URL("../../prometheus", import.meta.url));

export function readYaml(path: string): unknown {
  return parse(readFileSync(join(folder, path), "utf8"));
}

export const alertGroups = parseAlerts(textOf("prometheus/alerts.yaml"));
export const alerts = alertGroups.flatMap(({ rules }) => rules);
export const recordingGroups = parseRecordings(textOf("prometheus/rules.yaml"));
export const recordings = recordingGroups.flatMap(({ rules }) => rules);

const testFile = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      input_series: z.array(z.object({ series: z.string(), values: z.coerce.string() })),
      alert_rule_test: z
        .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }))
        .default([]),
      promql_expr_test: z
        .array(z.object({ expr: z.string(), exp_samples: z.array(z.unknown()).default([]) }))
        .default([]),
    }),
  ),
});

/** The files of promtool tests, their paths from `folder`. */
export const testFiles = readdirSync(join(folder, "tests")).map((name) => {
  const path = join("tests", name);
  return { path, tests: testFile.parse(readYaml(path)).tests };
});
export const ruleTests = testFiles.flatMap(({ tests }) => tests);

const WORDS = new Set([
  "and",
  "or",
  "unless",
  "by",
  "without",
  "on",
  "ignoring",
  "group_left",
  "offset",
  "bool",
  "inf",
]);

/** The names of the metrics in a PromQL expression. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  const names = bare.match(/(?<![\w.:])[a-zA-Z_][\w:]*(?![\w:]|\s*\()/g) ?? [];
  return [...new Set(names.filter((name) => !WORDS.has(name)))];
}

/** The PromQL of a document: each line of its promql blocks, with the indented lines that continue it. */
export function queriesIn(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```promql\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
  return blocks.flatMap((block) => block.split(/\n(?! )/).filter((query) => query !== ""));
}
