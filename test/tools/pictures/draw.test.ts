import { describe, expect, test } from "vitest";
import { dashboardHtml } from "../../../tools/pictures/draw/dashboard.ts";
import { panelHtml } from "../../../tools/pictures/draw/panel.ts";
import type { Cell, FieldConfig, FieldView, PanelOptions, PanelView } from "../../../tools/pictures/draw/view.ts";

/** Drawings of made-up panels, as the texts and shapes that they consist of. */

const FROM = Date.UTC(2026, 0, 1, 12);
const STEP = 60;
const range = { from: FROM, to: FROM + 3_600_000 };
const size = { width: 600, height: 300 };

function field(
  name: string,
  type: string,
  values: readonly Cell[],
  config: FieldConfig = {},
  color = "#73bf69",
): FieldView {
  return {
    ...{ name, type, values, config, color },
    steps: [
      { value: Number.NEGATIVE_INFINITY, color: "#73bf69" },
      { value: 50, color: "#f2495c" },
    ],
    show: (value) => ({ text: `${value} x`, color: Number(value) >= 50 ? "#f2495c" : "#73bf69", percent: 0.5 }),
    reduce: (calc) => {
      const numbers = values.filter((value) => typeof value === "number");
      return calc === "min" ? Math.min(...numbers) : calc === "max" ? Math.max(...numbers) : numbers.at(-1);
    },
  };
}

/** A panel with series over time; null is no point. */
function panel(
  type: string,
  series: Readonly<Record<string, readonly (number | null)[]>>,
  options: PanelOptions = {},
  config: FieldConfig = {},
): PanelView {
  const frames = Object.entries(series).map(([name, values]) => ({
    length: values.length,
    fields: [
      field(
        "Time",
        "time",
        values.map((_, index) => FROM + index * STEP * 1000),
      ),
      field(name, "number", values, config),
    ],
  }));
  return { type, title: "A <panel>", description: "Why.", options, frames, empty: "nothing here", step: STEP };
}

const draw = (view: PanelView) => panelHtml(view, size, range);
const texts = (html: string) => [...html.matchAll(/>([^<>]+)</g)].map(([, text]) => text);

describe("a graph", () => {
  const legend = {
    displayMode: "table",
    placement: "right",
    calcs: ["last", "min", "max"],
    sortBy: "Last",
    sortDesc: true,
  };

  test("has numbers and times on its axes, and a legend with the values of each series", () => {
    const html = draw(panel("timeseries", { low: [0, 2, 1], high: [0, 100, 60] }, { legend }));
    expect(texts(html)).toEqual(expect.arrayContaining(["0 x", "20 x", "100 x", "12:15", "12:45"]));
    expect(texts(html).slice(-12)).toEqual([
      "Name",
      "Last ↓",
      "Min",
      "Max",
      "high",
      "60 x",
      "0 x",
      "100 x",
      "low",
      "1 x",
      "0 x",
      "2 x",
    ]);
  });

  test("has a gap where a node had no data", () => {
    const lines = (html: string) => html.match(/fill="none" stroke="#73bf69"/g)?.length;
    expect(lines(draw(panel("timeseries", { a: [1, 2, 3, 4] })))).toBe(1);
    expect(lines(draw(panel("timeseries", { a: [1, 2, null, null, 3, 4] })))).toBe(2);
  });

  test("stacks series, and draws those below zero downwards", () => {
    const stacking = { stacking: { mode: "normal" } };
    const stacked = draw(panel("timeseries", { a: [10, 10], b: [20, 20] }, {}, { custom: stacking }));
    expect(texts(stacked)).toContain("30 x");
    const below = draw(panel("timeseries", { a: [10, 10] }, {}, { custom: { transform: "negative-Y" } }));
    expect(texts(below)).toContain("-10 x");
  });
});

test("a stat has its number in the color of the threshold, and its past as a line", () => {
  const html = draw(panel("stat", { a: [10, 60] }, { graphMode: "area", textMode: "value" }));
  expect(html).toMatch(/<b style="color:#f2495c[^>]*>60 x<\/b><svg/);
});

test("a panel without series says so in its own words", () => {
  for (const type of ["timeseries", "stat", "bargauge", "state-timeline", "table", "heatmap"]) {
    expect(texts(draw(panel(type, {})))).toEqual(["A &#60;panel&#62;", "i", "nothing here"]);
  }
});

test("a state timeline joins equal values that follow each other", () => {
  const html = draw(panel("state-timeline", { a: [1, ...Array(20).fill(1), 0, ...Array(20).fill(0)] }));
  expect(html.match(/<rect/g)).toHaveLength(2);
  expect(texts(html)).toEqual(expect.arrayContaining(["a", "1 x", "0 x", "12:30"]));
});

test("bars have their name, their share of the longest one, and their number", () => {
  const html = draw(panel("bargauge", { a: [10], b: [5] }));
  expect(texts(html)).toEqual(["A &#60;panel&#62;", "i", "a", "10 x", "b", "5 x"]);
});

test("a heatmap counts series in powers of two and has a scale of colors", () => {
  const html = draw(panel("heatmap", { a: [1, 5], b: [1.5, 9] }, { calculate: true }));
  expect(html.match(/<rect/g)).toHaveLength(3);
  expect(texts(html).slice(-3)).toEqual(["0", "0.5", "2"]);
});

test("a table is sorted and has colors and links, and numbers to the right", () => {
  const fields = [
    field("Node", "string", ["a", "b", "c"], { links: [{}] }),
    field("Lag", "number", [1, 60, null], { custom: { cellOptions: { type: "color-text" } } }),
    field("Hidden", "number", [1, 2, 3], { custom: { hidden: true } }),
  ];
  const options = { sortBy: [{ displayName: "Lag", desc: true }] };
  const html = draw({ ...panel("table", {}, options), frames: [{ length: 3, fields }] });
  expect(texts(html)).toEqual(["A &#60;panel&#62;", "i", "Node", "Lag ↓", "b x", "60 x", "a x", "1 x", "c x"]);
  expect(html).toContain('<td class="left link">b x</td><td class="right" style="color:#f2495c">60 x</td>');
});

test("an unknown kind of panel is an error with what to do", () => {
  expect(() => draw(panel("nodeGraph", {}))).toThrow("draw it in tools/pictures/draw/");
});

test("a dashboard has its variables, links, folded rows and how it was drawn", () => {
  const html = dashboardHtml({
    ...{ title: "Fleet", variables: [["Node", "All"]], links: ["Other"], range },
    boxes: [
      { kind: "row", at: { x: 0, y: 0, w: 24, h: 1 }, title: "Open", folded: undefined },
      { kind: "panel", at: { x: 12, y: 1, w: 12, h: 8 }, view: panel("stat", { a: [1] }) },
      { kind: "row", at: { x: 0, y: 9, w: 24, h: 1 }, title: "Closed", folded: 3 },
    ],
  });
  expect(texts(html)).toEqual(
    expect.arrayContaining(["Fleet", "Node", "All", "Other", "Open", "Closed", "(3 panels)"]),
  );
  expect(html).toContain("12:00 – 13:00 UTC");
  expect(html).toContain("Drawn from the queries of this dashboard on simulated nodes");
  expect(html).toMatch(/<section style="left:708px;top:38px;width:700px;height:296px">/);
});
