import { expect, test } from "vitest";
import { panelQueries, substitute } from "../../grafana/src/queries.ts";
import { ANY } from "../../grafana/src/variables.ts";
import { unusedFamilies } from "../../grafana/unused-families.ts";
import { ADAPTERS, CHAIN_NAMES, chains } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { analyse } from "../support/promql-labels.ts";
import { selectors } from "./promql.ts";

const catalogue = createCatalogue(ADAPTERS);

const used = panelQueries().flatMap(({ dashboard, panel, expr }) =>
  selectors(substitute(expr)).map((selector) => ({ at: `${dashboard}: ${panel}`, ...selector })),
);

/** What Prometheus itself adds. */
const PROMETHEUS_SERIES = ["up", "ALERTS", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added"];

const NODE_LABELS = ["job", "instance", "chain", "target"];

const OF_EXPORTERS = "and on (job, instance)";

const OWN_SERIES = OWN_FAMILIES.flatMap(({ name, type }) =>
  type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => `${name}${suffix}`) : [name],
);

test("queries use only series that the exporter or Prometheus has", () => {
  const known = new Set([...catalogue.map(({ name }) => name), ...OWN_SERIES, ...PROMETHEUS_SERIES]);
  expect(used.filter(({ metric }) => !known.has(metric))).toEqual([]);
});

test("every family of the catalogue is in a panel, or listed with the reason why not", () => {
  const shown = new Set(used.map(({ metric }) => metric));
  const missing = catalogue.filter(({ name }) => !shown.has(name)).map(({ name }) => name);
  expect(missing.sort()).toEqual(Object.keys(unusedFamilies).sort());
  for (const reason of Object.values(unusedFamilies)) expect(reason.length).toBeGreaterThan(20);
});

test("counters are only seen through rate and increase, gauges never", () => {
  const counters = new Set(catalogue.filter(({ type }) => type === "counter").map(({ name }) => name));
  const grows = (metric: string) => counters.has(metric) || /_(?:total|bucket|sum|count)$/.test(metric);
  const growth = ["rate", "increase"];
  const wrong = used.filter(({ metric, call }) => grows(metric) !== (call !== undefined && growth.includes(call.name)));
  expect(wrong).toEqual([]);
});

test("series that any program has are taken only of peer-exporters", () => {
  const foreign = panelQueries().filter(({ expr }) => {
    const metrics = selectors(substitute(expr)).map(({ metric }) => metric);
    return metrics.some((name) => !/^(?:p2p_|peer_exporter_|ALERTS$)/.test(name)) && !expr.includes(OF_EXPORTERS);
  });
  expect(foreign).toEqual([]);
});

test("queries match labels that the series have, and legends show labels that are left", () => {
  const known = new Map(catalogue.map(({ name, labels }) => [name, new Set([...NODE_LABELS, ...labels])]));
  for (const { at, metric, matchers } of used) {
    const labels = known.get(metric);
    if (labels === undefined) continue;
    expect(
      matchers.map((matcher) => /^\w+/.exec(matcher)?.[0] ?? "").filter((name) => !labels.has(name)),
      at,
    ).toEqual([]);
  }
  for (const { dashboard, panel, expr, shown } of panelQueries()) {
    const left = analyse(substitute(expr)).shape?.labels ?? new Set();
    expect(
      shown.filter((name) => !left.has(name)),
      `${dashboard}: ${panel}: ${expr}`,
    ).toEqual([]);
  }
});

test("every chain has a dashboard, which offers all names that share its adapter", () => {
  const offered = [...new Set(panelQueries().map(({ allChains }) => allChains))].filter((names) => names !== ANY);
  const shared = ADAPTERS.map((adapter) => CHAIN_NAMES.filter((name) => chains[name] === adapter).join("|"));
  expect(offered.sort()).toEqual([...shared].sort());
});
