import { expect, test } from "vitest";
import { analyse } from "../support/promql-labels.ts";
import { queryProblems } from "./metrics.ts";
import { questions } from "./queries.ts";

/** What the answers are is in test/e2e/queries, with a real Prometheus. */

test("there are seventeen questions, each with a query of one or two lines and what the answer means", () => {
  expect(questions()).toHaveLength(17);
  for (const { title, query, answer } of questions()) {
    expect(title).toMatch(/\?$/);
    expect(query.split("\n").length, title).toBeLessThanOrEqual(2);
    expect(answer.length, title).toBeGreaterThan(100);
  }
});

test.each(questions())("names only what there is, and counts each node once: $title", ({ query }) => {
  expect(queryProblems(query)).toEqual([]);
  expect(analyse(query).problems).toEqual([]);
});
