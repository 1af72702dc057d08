import { expect, test } from "vitest";
import { annotationQueries, panelQueries, substitute, variableQueries } from "../../grafana/src/queries.ts";
import { syntaxErrors } from "./promql.ts";
import { panelsOf, readDashboards } from "./support.ts";

test("panelQueries lists every query of the committed dashboards", () => {
  const committed = readDashboards().flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => [dashboard.uid, title, refId, expr]),
    ),
  );
  const listed = panelQueries().map(({ dashboard, panel, refId, expr }) => [dashboard, panel, refId, expr]);
  expect(listed.map(String).sort()).toEqual(committed.map(String).sort());
});

test("variableQueries lists every query variable of the committed dashboards", () => {
  const committed = readDashboards().flatMap(({ uid, templating }) =>
    templating.list
      .filter(({ type }) => type === "query")
      .map(({ name, query }) => `${uid} ${name} ${typeof query === "string" ? query : query.query}`),
  );
  const listed = variableQueries().map(
    ({ dashboard, variable, label, selector }) => `${dashboard} ${variable} label_values(${selector}, ${label})`,
  );
  expect([...listed].sort()).toEqual([...committed].sort());
});

test("substitute makes plain PromQL of every query", () => {
  const all = [...panelQueries().map(({ expr }) => expr), ...variableQueries().map(({ selector }) => selector)];
  for (const expr of [...all, ...annotationQueries()]) {
    const plain = substitute(expr, { target: "wire-1|wire-2" });
    expect(plain).not.toContain("$");
    expect(syntaxErrors(plain), plain).toEqual([]);
  }
});

test("substitute knows both ways to write a variable, and refuses others", () => {
  expect(substitute(`a{b=~"$job"}[$__rate_interval]`, { job: "x", rateInterval: "5m" })).toBe(`a{b=~"x"}[5m]`);
  expect(substitute(`a{b=~"\${target}"}`, { target: "x|y" })).toBe(`a{b=~"x|y"}`);
  expect(() => substitute("a[$__interval_ms]")).toThrow("$__interval_ms in a[$__interval_ms] is not a variable");
  expect(() => substitute("a[$rateInterval]")).toThrow("is not a variable of the dashboards");
});

test("the syntax check finds what is no PromQL", () => {
  expect(syntaxErrors("sum(rate(a[1m])")).not.toEqual([]);
  expect(syntaxErrors("a +")).not.toEqual([]);
});
