import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { OWN_FAMILIES } from "../../tools/documents/own-families.ts";
import { byName, plainSummary, SEVERITIES } from "../../tools/prometheus-rules.ts";
import { alertGroups, alerts, metricsIn, queriesIn, recordingGroups, recordings, ruleTests } from "./support.ts";

const RUNBOOK_BASE = "https://github.com/peer-exporter/peer-exporter/blob/main/docs/runbooks/";
const runbooks = fileURLToPath(new URL("../../docs/runbooks/", import.meta.url));

/** What Prometheus adds in Kubernetes, or for a store that two servers share. */
const PROMETHEUS_LABELS = ["cluster", "namespace", "pod", "prometheus", "prometheus_replica", "replica"];

const families = new Map(createCatalogue(ADAPTERS).map((family) => [family.name, family]));

test("the names of alerts, groups and records are unique and keep to the conventions", () => {
  const names = alerts.map(({ alert }) => alert);
  const told = alerts.map(({ alert, expr, labels }) => `${alert} ${labels.severity} ${expr}`);
  expect(told.filter((each, index) => told.indexOf(each) !== index)).toEqual([]);
  expect(names.filter((name) => !/^(?:P2P|PeerExporter)[A-Z]\w+$/.test(name))).toEqual([]);
  expect(alertGroups.map(({ name }) => name)).toEqual(["peer-exporter.alerts"]);
  expect(recordingGroups.map(({ name }) => name)).toEqual(["peer-exporter.rules"]);
  const records = recordings.map(({ record }) => record);
  expect(records.filter((record) => !/^(?:target|chain):[a-z0-9_]+:[a-z0-9_]+$/.test(record))).toEqual([]);
  expect(new Set(records).size).toBe(records.length);
});

describe.each([...byName(alerts)])("%s", (name, rules) => {
  test("has summaries that are sentences, and without what they say of single nodes too", () => {
    for (const { annotations } of rules) {
      expect(annotations.summary).toMatch(/\.$/);
      expect(plainSummary(annotations.summary)).toMatch(/^(?:[A-Z]|peer-exporter )[^{}]*\.$/);
    }
  });

  test("has descriptions that name the source and its value", () => {
    for (const { expr, labels, annotations } of rules) {
      const isOfExporter = name.startsWith("PeerExporter") || labels.scope === "exporter";
      const source = isOfExporter ? /\$labels\.instance/ : /\$labels\.(?:target|chain)/;
      expect(annotations.description).toMatch(/\.$/);
      // What is absent has no labels, and always the value 1.
      if (expr.startsWith("absent(")) continue;
      expect(annotations.description).toMatch(source);
      expect(annotations.description).toMatch(/\{\{[^}]*\$value[^}]*\}\}/);
    }
  });

  test("bridges a gap of 5 minutes in scraping", () => {
    for (const rule of rules) {
      expect(Number.parseInt(rule.keep_firing_for, 10)).toBeGreaterThanOrEqual(5);
      expect(rule.keep_firing_for).toMatch(/^\d+m$/);
    }
  });

  test("has a dashboard that exists, with the labels of the alert", () => {
    for (const { annotations } of rules) {
      const [, uid = "", query = ""] = /\/d\/([\w-]+)\?(.*)$/.exec(annotations.dashboard_url) ?? [];
      expect(existsSync(fileURLToPath(new URL(`../../grafana/dashboards/${uid}.json`, import.meta.url)))).toBe(true);
      expect(query).toMatch(/^var-\w+=(?:\{\{ \$labels\.\w+ \| urlquery \}\}|%24__all$)/);
    }
  });

  test("has a runbook, which has its sections and is listed", () => {
    for (const { annotations } of rules) expect(annotations.runbook_url).toBe(`${RUNBOOK_BASE}${name}.md`);
    const file = `${runbooks}${name}.md`;
    expect(existsSync(file)).toBe(true);
    const text = readFileSync(file, "utf8");
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    const sections = text.match(/^## .*$/gm);
    expect(sections).toEqual(["## Meaning", "## Confirm", "## What to do", "## When to silence"]);
    const severities = SEVERITIES.filter((severity) => rules.some(({ labels }) => labels.severity === severity));
    const rows = rules.map(
      ({ annotations }) =>
        `| [${name}](${name}.md) | ${severities.join(", ")} | ${plainSummary(annotations.summary)} |`,
    );
    const list = readFileSync(`${runbooks}README.md`, "utf8");
    // An alert of a node may have a rule for a fleet too.
    expect(rows.filter((row) => list.includes(row))).not.toEqual([]);
  });

  const ofRule = ruleTests.filter((one) => one.alert_rule_test.some(({ alertname }) => alertname === name));
  const fires = (one: (typeof ofRule)[number]) =>
    one.alert_rule_test.map(({ alertname, exp_alerts }) => alertname === name && exp_alerts.length > 0);

  test.each(["fires", "recovers"])("has a promtool test in which it %s", (what) => {
    const found = ofRule.find((one) => one.name.startsWith(`${name} ${what}`));
    // Fires after its time and not before, or the other way round.
    expect(new Set(found && fires(found))).toEqual(new Set([false, true]));
  });

  test.each(["does not fire just below", "does not fire because of a gap in scraping"])(
    "has a promtool test in which it %s",
    (what) => {
      const found = ofRule.find((one) => one.name.startsWith(`${name} ${what}`));
      expect(new Set(found && fires(found))).toEqual(new Set([false]));
    },
  );

  test("has a promtool test in which it goes on firing", () => {
    const found = ofRule.find((one) => one.name.startsWith(`${name} goes on firing`));
    expect(new Set(found && fires(found))).toEqual(new Set([true]));
  });
});

test("gaps in the promtool tests are those of a failed scrape, which ends the series", () => {
  const gaps = ruleTests.filter(({ name }) => name.includes("over a gap") || name.includes("because of a gap"));
  expect(gaps.length).toBeGreaterThan(alerts.length);
  for (const { name, input_series } of gaps) {
    const hasGap = input_series.every(({ series, values }) => series.startsWith("up{") || /\bstale _x\d/.test(values));
    expect([name, hasGap]).toEqual([name, true]);
  }
});

test("every runbook belongs to an alert", () => {
  const files = readdirSync(runbooks).filter((file) => file !== "README.md");
  expect(files.sort()).toEqual([...byName(alerts).keys()].map((name) => `${name}.md`).sort());
});

test("the queries of the runbooks use metrics that exist", async () => {
  const records = new Set(recordings.map(({ record }) => record));
  const queries = readdirSync(runbooks).flatMap((file) => queriesIn(readFileSync(`${runbooks}${file}`, "utf8")));
  expect(queries.length).toBeGreaterThan(50);
  const used = new Set(queries.flatMap((query) => metricsIn(query.replace(/#.*/, ""))));
  const others = [...used].filter((name) => !families.has(name) && !records.has(name));
  // Those of Prometheus, Kubernetes and the exporter itself.
  const known = /^(?:up|scrape_\w+|container_cpu_\w+|(?:nodejs|process|peer_exporter)_\w+)$/;
  expect(others.filter((name) => !known.test(name))).toEqual([]);
});

test.each(recordings.map(({ record }) => record))("%s has a promtool test of its value", (record) => {
  const found = ruleTests.flatMap((one) => one.promql_expr_test).filter(({ expr }) => metricsIn(expr).includes(record));
  expect(found.some(({ exp_samples }) => exp_samples.length > 0)).toBe(true);
});

test("every metric of the rules exists, and so does every metric of their tests", () => {
  const self = new Set([...OWN_FAMILIES.map(({ name }) => name), ...recordings.map(({ record }) => record)]);
  const exists = (name: string) =>
    [name, name.replace(/_(?:bucket|count|sum)$/, "")].some((each) => families.has(each) || self.has(each)) ||
    name === "up";
  const expressions = [...alerts, ...recordings].map(({ expr }) => expr);
  // Descriptions query some more.
  const queried = alerts.flatMap(({ annotations }) => annotations.description.match(/\bp2p_\w+/g) ?? []);
  const used = [...expressions.flatMap(metricsIn), ...queried];
  expect(used.length).toBeGreaterThan(50);
  expect([...new Set(used)].filter((name) => !exists(name))).toEqual([]);
  const given = ruleTests.flatMap(({ input_series }) => input_series.map(({ series }) => series.replace(/\{.*/, "")));
  expect([...new Set(given)].filter((name) => !exists(name))).toEqual([]);
});

test("the series of the promtool tests have labels that the exporter gives them, and no others", () => {
  const common = ["job", "instance", "target", "chain", "region", "exporter", ...PROMETHEUS_LABELS];
  for (const { name, input_series } of ruleTests) {
    for (const { series } of input_series) {
      const family = families.get(series.replace(/\{.*/, ""));
      if (family === undefined) continue;
      const labels = [...series.matchAll(/(\w+)="/g)].map(([, label]) => label ?? "");
      const own = labels.filter((label) => !common.includes(label));
      expect([name, series, own.sort()]).toEqual([name, series, [...family.labels].sort()]);
    }
  }
});

test("metricsIn finds the metrics of an expression alone", () => {
  expect(
    metricsIn('sum without (direction) (rate(a_total{x="b_total"}[5m])) / (c:d:sum offset 5m) > 2 * 86400'),
  ).toEqual(["a_total", "c:d:sum"]);
  expect(metricsIn("up == 0 and on (job, instance) last_over_time(info[1d]) <= clamp_min(x, 1)")).toEqual([
    "up",
    "info",
    "x",
  ]);
});
