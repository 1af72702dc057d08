import { describe, expect, test } from "vitest";
import { framesOf } from "./backend.ts";

/** The frames as Grafana's server makes them of the answers of Prometheus. */

const query = { refId: "A", expr: "up" };
const named = (legendFormat: string | undefined, metric: Record<string, string>) => {
  const data = { resultType: "vector" as const, result: [{ metric, value: [5, "1"] as [number, string] }] };
  const asked = legendFormat === undefined ? query : { ...query, legendFormat };
  return framesOf(asked, data, 15)[0]?.fields[1]?.config.displayNameFromDS;
};

describe("the name of a series", () => {
  test.each([
    ["{{target}} sent", { target: "a" }, "a sent"],
    ["{{ target }}", { target: "a" }, "a"],
    ["{{other}}", { target: "a" }, undefined],
    ["__auto", { target: "a" }, undefined],
    ["__auto", {}, "up"],
    [undefined, {}, "up"],
    [undefined, { __name__: "up" }, "up"],
    [undefined, { __name__: "up", job: "j", a: "1" }, 'up{a="1", job="j"}'],
  ])("by the legend %j for %o", (legend, metric, name) => {
    expect(named(legend, metric)).toBe(name);
  });
});

test("an answer without series is one frame without fields", () => {
  expect(framesOf(query, { resultType: "vector", result: [] }, 15)).toEqual([{ refId: "A", meta: {}, fields: [] }]);
});

test("a series has its times in milliseconds, and infinity is a number", () => {
  const series = { metric: { a: "1" }, values: [[1, "2"] as [number, string], [16, "+Inf"] as [number, string]] };
  const [frame] = framesOf(query, { resultType: "matrix", result: [series] }, 15);
  expect(frame?.fields.map(({ values }) => values)).toEqual([
    [1000, 16_000],
    [2, Number.POSITIVE_INFINITY],
  ]);
  expect(frame?.fields[0]?.config.interval).toBe(15_000);
});
