import { expect, test } from "vitest";
import { annotationQueries, panelQueries, substitute } from "../../grafana/src/queries.ts";
import { analyse, scrapeLabels } from "../support/promql-labels.ts";

// Two replicas of the exporter, two jobs that scrape one, or two servers of Prometheus with one store have the series of a
// node several times. test/e2e/duplicates.test.ts compares the numbers; these rules hold for every query to come.

/** Tables that show alerts of nodes and of exporters, which have no other name than instance. */
const ALSO_EXPORTERS: readonly string[] = ["Active alerts"];

const queries = panelQueries().map(({ expr, ...rest }) => ({ ...rest, ...analyse(substitute(expr)) }));

test("no sum, count or join counts a node several times", () => {
  expect(queries.filter(({ problems }) => problems.length > 0)).toEqual([]);
});

test("no line, row or value exists once for each exporter, job or Prometheus that has it", () => {
  const several = queries.flatMap(({ dashboard, panel, refId, shape }) => {
    const allowed = dashboard === "peer-exporter-exporter" || ALSO_EXPORTERS.includes(panel) ? ["instance"] : [];
    const left = shape === undefined ? [] : scrapeLabels(shape).filter((label) => !allowed.includes(label));
    return left.length === 0 ? [] : [`${dashboard} / ${panel} / ${refId}: ${left.join(", ")}`];
  });
  expect(several).toEqual([]);
});

test("annotations mark an alert once", () => {
  for (const expr of annotationQueries()) {
    const { shape, problems } = analyse(substitute(expr));
    expect(problems).toEqual([]);
    // The start of an exporter is one mark for each exporter.
    expect(shape && scrapeLabels(shape)).toEqual(expr.includes("process_start_time_seconds") ? ["instance"] : []);
  }
});

test("peers that a chain only knows are not added to connections", () => {
  const overNodes = panelQueries().filter(
    ({ expr }) => /^\(?sum(?:\(| by )/.test(expr) && expr.includes("p2p_node_peers{"),
  );
  expect(overNodes.map(({ panel }) => panel)).toEqual(expect.arrayContaining(["Connected peers", "Known peers"]));
  const mixed = overNodes.filter(({ expr }) => !/direction=(?:~"inbound\|outbound"|"\w+")/.test(expr));
  expect(mixed).toEqual([]);
});
