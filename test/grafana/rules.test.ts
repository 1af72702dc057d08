import { describe, expect, test } from "vitest";
import { substitute } from "../../grafana/src/queries.ts";
import { analyse } from "../support/promql-labels.ts";
import { type Selector, selectors, syntaxErrors } from "./promql.ts";
import { dashboardFiles, type Panel, panelsOf, readDashboards } from "./support.ts";

// The rules of Grafana's dashboard-linter, and those that Grafana and Kubernetes set for the files.

const PROMETHEUS = { type: "prometheus", uid: `\${datasource}` };

/** Stand for $__rate_interval and $__range, which are no PromQL. */
const MARKS = { rateInterval: "11w", range: "13w", interval: "17w" };

const dashboards = readDashboards();

/** The matcher of a variable for series that need not have its label. */
function orNone(matcher: string): string {
  return `${matcher.slice(0, -1)}|"`;
}

function marked(expr: string): string {
  return substitute(expr, { job: "$job", instance: "$instance", chain: "$chain", target: "$target", ...MARKS });
}

function exprs(panel: Panel): readonly string[] {
  return (panel.targets ?? []).map(({ expr }) => expr);
}

describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))("%s", (_, dashboard) => {
  const panels = panelsOf(dashboard);
  const targets = panels.flatMap((panel) => exprs(panel).map((expr) => [panel.title, expr] as const));
  const used: readonly (readonly [string, Selector])[] = targets.flatMap(([title, expr]) =>
    selectors(marked(expr)).map((selector) => [title, selector] as const),
  );

  test("is not editable, refreshes, shows the last hour and links to the others", () => {
    expect(dashboard).toMatchObject({ editable: false, refresh: "30s", time: { from: "now-1h", to: "now" } });
    expect(dashboard.tags).toContain("peer-exporter");
    expect(dashboard.links).toMatchObject([
      { type: "dashboards", tags: ["peer-exporter"], includeVars: true, keepTime: true },
    ]);
  });

  test("has one datasource variable, then job and instance with All, reloaded with the time range", () => {
    const [datasource, job, instance, ...others] = dashboard.templating.list;
    expect(datasource).toMatchObject({
      type: "datasource",
      name: "datasource",
      label: "Data source",
      query: "prometheus",
    });
    const all = { type: "query", multi: true, includeAll: true, allValue: ".+", refresh: 2, datasource: PROMETHEUS };
    expect(job).toMatchObject({ ...all, name: "job", label: "Job" });
    expect(instance).toMatchObject({ ...all, name: "instance", label: "Instance" });
    const queried = others.filter(({ name }) => !["peer", "runbooks", "advice"].includes(name));
    for (const variable of queried)
      expect(variable).toMatchObject({ type: "query", refresh: 2, datasource: PROMETHEUS });
  });

  test("opens with its first row, and folds rows only with panels inside", () => {
    const [first, ...others] = dashboard.panels.filter(({ type }) => type === "row");
    expect(first).toMatchObject({ collapsed: false });
    for (const { title, collapsed, panels: inside = [] } of others) {
      expect(inside.length > 0, title).toBe(collapsed === true);
    }
  });

  test("has a table of last, least and most below or to the right of every graph", () => {
    for (const { title, type, options } of panels) {
      if (type !== "timeseries") continue;
      expect(options, title).toMatchObject({
        legend: { displayMode: "table", showLegend: true, calcs: ["last", "min", "max"], sortDesc: true },
        tooltip: { mode: "multi", sort: "desc" },
      });
    }
  });

  test("writes no text into empty cells of tables", () => {
    const tables = panels.filter(({ type }) => type === "table");
    expect(tables.filter(({ fieldConfig }) => fieldConfig?.defaults.noValue !== undefined)).toEqual([]);
  });

  test("shows a line below a number only of series that are still there", () => {
    for (const { title, type, options, targets: queries = [] } of panels) {
      if (type !== "stat" || !JSON.stringify(options).includes('"graphMode":"area"')) continue;
      for (const { expr } of queries) {
        const all = selectors(marked(expr)).length;
        expect(expr.split(" @ end()").length - 1, title).toBe(all / 2);
      }
    }
  });

  test("annotates firing alerts and starts", () => {
    const [alerts, ...starts] = dashboard.annotations.list;
    expect(alerts).toMatchObject({ name: "Alerts", datasource: PROMETHEUS });
    for (const each of starts) expect(each).toMatchObject({ useValueForTime: true, datasource: PROMETHEUS });
    for (const { expr } of dashboard.annotations.list) expect(syntaxErrors(marked(expr))).toEqual([]);
  });

  test("gives each panel a title, a description, a unit, the datasource and queries", () => {
    for (const panel of panels) {
      const at = `panel ${panel.title}`;
      expect(panel.description?.length ?? 0, at).toBeGreaterThan(20);
      expect(panel.description, at).toMatch(/\.$/);
      // The columns of a table have units of their own.
      if (panel.type !== "table") expect(panel.fieldConfig?.defaults.unit, at).toBeTruthy();
      expect(panel.datasource, at).toEqual(PROMETHEUS);
      expect(panel.targets?.length ?? 0, at).toBeGreaterThan(0);
      for (const { datasource } of panel.targets ?? []) expect(datasource, at).toEqual(PROMETHEUS);
    }
  });

  test("has unique panel ids and titles, and letters of queries unique in their panel", () => {
    const ids = [...dashboard.panels.flatMap((each) => [each, ...(each.panels ?? [])])].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    for (const { title, targets = [] } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
  });

  test("has only queries that parse", () => {
    expect(targets.flatMap(([title, expr]) => syntaxErrors(marked(expr)).map((error) => [title, error]))).toEqual([]);
  });

  test("has job and instance matchers in every selector", () => {
    const wanted = [`job=~"$job"`, `instance=~"$instance"`];
    // Alerts of rules over all exporters have neither.
    const without = used.filter(
      ([, { metric, matchers }]) =>
        !wanted.every(
          (matcher) => matchers.includes(matcher) || (metric === "ALERTS" && matchers.includes(orNone(matcher))),
        ),
    );
    expect(without).toEqual([]);
  });

  test("has chain and target matchers in every selector of a node, where the dashboard has the variables", () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    if (!names.includes("target")) return;
    const wanted = [`chain=~"$chain"`, `target=~"$target"`];
    // References are not nodes, and alerts need not be about one.
    const nodes = used.filter(([, { metric }]) => /^p2p_(?!reference_)/.test(metric));
    expect(nodes.filter(([, { matchers }]) => !wanted.every((matcher) => matchers.includes(matcher)))).toEqual([]);
  });

  test("uses $__rate_interval for rates and $__range for the whole time", () => {
    const { rateInterval, range } = MARKS;
    const ranges: Readonly<Record<string, string>> = {
      rate: rateInterval,
      increase: range,
      last_over_time: range,
      avg_over_time: range,
      min_over_time: range,
      max_over_time: range,
    };
    const wrong = used.filter(([, { call }]) => call !== undefined && ranges[call.name] !== call.range);
    expect(wrong).toEqual([]);
  });

  test("asks for one point in time in tables, bars and plain stats, and for a range in the others", () => {
    for (const { title, type, options = {}, targets = [] } of panels) {
      const isLine = JSON.stringify(options).includes('"graphMode":"area"');
      const instant = ["table", "bargauge"].includes(type) || (type === "stat" && !isLine);
      for (const target of targets) expect(target, title).toMatchObject({ instant, range: !instant });
    }
  });

  test("has panels that neither overlap nor leave the 24 columns", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      const { x, y, w, h } = gridPos;
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          const cell = `${column} ${line}`;
          expect(taken.get(cell), `${title} at ${cell}`).toBeUndefined();
          taken.set(cell, title);
        }
      }
    }
  });

  test("shows in tables only labels and values that the queries give, and overrides only such columns", () => {
    for (const { title, type, fieldConfig, transformations = [], targets: queries = [] } of panels) {
      if (type !== "table") continue;
      const organize = transformations.find(({ id }) => id === "organize");
      const given = [
        ...queries.flatMap(({ expr }) => [...(analyse(substitute(expr)).shape?.labels ?? [])]),
        ...queries.map(({ refId }) => `Value #${refId}`),
        ...(queries.length === 1 ? ["Value"] : []),
      ];
      const fields = Object.keys(organize?.options.renameByName ?? {});
      expect(fields.length, title).toBeGreaterThan(0);
      expect(
        fields.filter((field) => !given.includes(field)),
        title,
      ).toEqual([]);
      const shown = JSON.stringify(organize?.options);
      for (const { matcher } of fieldConfig?.overrides ?? []) {
        expect(shown, title).toContain(JSON.stringify(matcher.options));
      }
    }
  });
});

// Grafana merges rows whose common labels are equal, but keeps them apart if a label that some queries lack differs.
test("tables have one row for each node or connection: a label that not all queries give comes from one of them", () => {
  for (const { title, type, targets = [] } of dashboards.flatMap(panelsOf)) {
    if (type !== "table") continue;
    const labels = targets.map(({ expr }) => [...(analyse(substitute(expr)).shape?.labels ?? [])]);
    const times = (label: string) => labels.filter((each) => each.includes(label)).length;
    const shared = labels.flat().filter((label) => times(label) > 1 && times(label) < targets.length);
    const place = ["cluster", "namespace"];
    expect(
      shared.filter((label) => !place.includes(label)),
      title,
    ).toEqual([]);
  }
});

test("uids are unique and those of the files", () => {
  expect(dashboards.map(({ uid }) => `${uid}.json`)).toEqual(dashboardFiles().map(({ name }) => name));
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
});

test("every file fits into a ConfigMap of 1 MiB", () => {
  for (const { name, text } of dashboardFiles()) {
    expect(Buffer.byteLength(text), name).toBeLessThan(1024 * 1024 - 4096);
  }
});
