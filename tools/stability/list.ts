import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { labelValues } from "../documents/metric-labels.ts";
import { CATALOGUE } from "../documents/metrics.ts";
import { isOfProcess, OWN_FAMILIES } from "../documents/own-families.ts";
import { configComments } from "../mixin/config-comments.ts";
import { byName, parseAlerts, parseRecordings } from "../prometheus-rules.ts";
import { ROOT, textOf } from "../repository.ts";
import { configurationKeys, flags } from "./interface.ts";

/** What users can name in queries, configurations and commands: the list of a release, and that of this tree. docs/stability.md is the policy. */

const family = z.strictObject({
  name: z.string(),
  type: z.enum(["gauge", "counter", "histogram"]),
  /** `unlisted`: prom-client chooses the name, so it has no level. */
  level: z.enum(["stable", "experimental", "deprecated", "unlisted"]),
  /** The blocks of the configuration whose nodes have it; none for the exporter's own families. */
  chains: z.array(z.string()),
  /** Without target, chain and those of the configuration. Each label with the closed set of its values, or null for any text. */
  labels: z.record(z.string(), z.array(z.string()).nullable()),
});

const releaseList = z.strictObject({
  version: z.string(),
  families: z.array(family),
  recordings: z.array(z.string()),
  alerts: z.array(z.string()),
  keys: z.array(z.string()),
  flags: z.array(z.string()),
  /** Of the mixin, which are the chart's prometheusRule too: `thresholds.fewPeers`. 0.1.0 had none. */
  settings: z.array(z.string()).optional(),
});

export type ListedFamily = Readonly<z.infer<typeof family>>;
export type ReleaseList = Readonly<z.infer<typeof releaseList>>;

/** Below the root of the repository. */
export const RELEASES_FOLDER = "tools/stability/releases";

/** The lists of all releases, the oldest first. 0.1.0 had no levels: its list has those of 0.2.0. */
export function releaseLists(): readonly ReleaseList[] {
  return readdirSync(join(ROOT, RELEASES_FOLDER))
    .map((file) => releaseList.parse(JSON.parse(readFileSync(join(ROOT, RELEASES_FOLDER, file), "utf8"))))
    .sort((one, other) => compareVersions(one.version, other.version));
}

/** Sorts versions of three numbers. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return [0, 1, 2].map((part) => (a?.[part] ?? 0) - (b?.[part] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** As a file: a family in each line, so that a change of a release is easy to read. */
export function listText({ version, ...lists }: ReleaseList): string {
  const lines = (values: readonly unknown[]) => values.map((value) => `    ${JSON.stringify(value)}`).join(",\n");
  const parts = Object.entries(lists).map(([name, values = []]) => `  "${name}": [\n${lines(values)}\n  ]`);
  return `{\n  "version": "${version}",\n${parts.join(",\n")}\n}\n`;
}

/** The list of this tree. */
export function currentList(version: string): ReleaseList {
  return {
    version,
    families: [...CATALOGUE.map(ofNodes), ...OWN_FAMILIES.map(ofExporter)],
    recordings: parseRecordings(textOf("prometheus/rules.yaml")).flatMap(({ rules }) =>
      rules.map(({ record }) => record),
    ),
    alerts: [...byName(parseAlerts(textOf("prometheus/alerts.yaml")).flatMap(({ rules }) => rules)).keys()],
    keys: [...configurationKeys()],
    flags: [...flags()],
    settings: [...configComments(textOf("mixin/config.libsonnet")).keys()],
  };
}

function ofNodes(declared: (typeof CATALOGUE)[number]): ListedFamily {
  const { name, type, stability = "stable", sources, labels } = declared;
  return {
    name,
    type,
    level: stability,
    chains: Object.keys(sources),
    labels: Object.fromEntries(labels.map((label) => [label, closedValues(declared, label)])),
  };
}

/** Those of any chain. */
function closedValues(declared: (typeof CATALOGUE)[number], label: string): string[] | null {
  const values = labelValues(declared, label);
  return "open" in values ? null : [...new Set(Object.values(values.closed).flat())];
}

function ofExporter({ name, type, labels }: (typeof OWN_FAMILIES)[number]): ListedFamily {
  const own = Object.entries(labels).map(([label, values]) => [label, typeof values === "string" ? null : [...values]]);
  return {
    name,
    type,
    level: isOfProcess(name) ? "unlisted" : "stable",
    chains: [],
    labels: Object.fromEntries(own),
  };
}
