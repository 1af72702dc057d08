import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { selectors, syntaxErrors } from "../grafana/promql.ts";
import { recordings } from "../prometheus/support.ts";

/** Which metrics and labels a query of the documents may name. */

const families = new Map(createCatalogue(ADAPTERS).map((family) => [family.name, family]));
const own = new Set(OWN_FAMILIES.map(({ name }) => name));
const records = new Set(recordings.map(({ record }) => record));

/** Of Prometheus itself, of prom-client, and of cAdvisor. */
const OTHERS = /^(?:up|ALERTS|scrape_\w+|container_cpu_\w+|(?:nodejs|process)_\w+)$/;

/** Labels that every series of a node may have: of the exporter, of Prometheus, and of the examples' nodes. */
const COMMON = new Set([
  "target",
  "chain",
  "job",
  "instance",
  "cluster",
  "namespace",
  "pod",
  "region",
  "severity",
  "alertname",
]);

export function isMetric(name: string): boolean {
  const base = name.replace(/_(?:bucket|sum|count)$/, "");
  return families.has(name) || own.has(name) || own.has(base) || records.has(name) || OTHERS.test(name);
}

/** The families of nodes, for documents that must name them. */
export const familyNames: readonly string[] = [...families.keys()];

export function queryProblems(query: string): readonly string[] {
  const errors = syntaxErrors(query);
  if (errors.length > 0) return errors.map((error) => `${query}: ${error}`);
  return selectors(query).flatMap(({ metric, matchers }) => {
    if (metric !== "" && !isMetric(metric)) return [`${query}: no metric ${metric}`];
    const family = families.get(metric);
    if (family === undefined) return [];
    const labels = matchers.map((matcher) => /^\w+/.exec(matcher)?.[0] ?? "");
    return labels
      .filter((label) => !COMMON.has(label) && !family.labels.includes(label))
      .map((label) => `${query}: ${metric} has no label ${label}`);
  });
}
