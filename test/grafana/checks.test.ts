import { describe, expect, test } from "vitest";
import type { PanelSpec } from "../../grafana/src/spec.ts";
import { type Expectations, faultsOf } from "./checks.ts";
import type { ShownField } from "./library/evaluate.mjs";
import { DATASOURCE_UID, type Look, type ShownMoment } from "./looks.ts";

/** That the proof by Grafana's code finds what is wrong, with panels as that code describes them. */

const grafana = {
  knowsUnit: (id: string) => id === "s",
  knowsTransformation: (id: string) => id === "merge",
};

const NOTHING_ABSENT: Expectations = { absent: new Set(), instance: "10.0.0.1:10900" };

function field(displayName: string, more: Partial<ShownField> = {}): ShownField {
  return {
    ...{
      name: displayName,
      displayName,
      type: "number",
      labels: {},
      unit: "s",
      custom: {},
      unmapped: [],
      last: 1,
      links: [],
    },
    cells: [{ value: 1, text: "1 s" }],
    ...more,
  };
}

function moment(fields: readonly ShownField[], more: Partial<ShownMoment> = {}): ShownMoment {
  const time = field("Time", { type: "time", unit: undefined });
  const frames = fields.map((each) => ({ length: 1, fields: [time, each] }));
  return { moment: "now", queries: [], frames, overrides: [], values: [], now: [], ...more };
}

const base = { title: "Panel", description: "", unit: "s", queries: [] };
const graph: PanelSpec = { kind: "graph", ...base };
const table: PanelSpec = {
  ...{ kind: "table", ...base },
  columns: [
    { from: "target", title: "Node" },
    { from: "#A", title: "Lag" },
  ],
};

function faults(spec: PanelSpec, shown: readonly ShownMoment[], expectations = NOTHING_ABSENT): readonly string[] {
  const type = spec.kind === "graph" ? "timeseries" : spec.kind;
  const look: Look = { dashboard: "fleet", title: "Panel", type, spec, transformations: ["merge"], shown };
  return faultsOf([look], grafana, expectations).map((fault) => fault.replace("fleet / Panel: ", ""));
}

const asTable = (fields: readonly ShownField[]) => moment([], { frames: [{ length: 1, fields }] });
const node = (href: string) =>
  field("Node", { type: "string", cells: [{ value: "wire-1", text: "wire-1" }], links: [[href]] });
const nodeUrl = `/d/peer-exporter-node?var-datasource=${DATASOURCE_UID}&var-job=$__all&var-target=`;

describe("series", () => {
  test("with names of their own are fine", () => {
    expect(faults(graph, [moment([field("wire-1"), field("wire-2 ")])])).toEqual([]);
  });

  test.each([
    ["", 'a series is called ""'],
    ["Value", 'a series is called "Value"'],
    ['up{job="a"}', 'a series is called "up{job="a"}"'],
    ["10.0.0.1:10900 sent", "10.0.0.1:10900 sent names the only exporter"],
  ])("must not be called %j", (name, fault) => {
    expect(faults(graph, [moment([field(name)])])).toEqual([`${fault} (now)`]);
  });

  test("must not be called by the whole query", () => {
    const queries = [{ refId: "A", expr: "sum(up)" }];
    expect(faults(graph, [moment([field("sum(up)")], { queries })])).toEqual(['a series is called "sum(up)" (now)']);
  });

  test("must not have the same name", () => {
    expect(faults(graph, [moment([field("a"), field("a")])])).toEqual(["several series are called a (now)"]);
  });

  test("need a unit that Grafana has, and texts for all their values if they have some", () => {
    const wrong = field("a", { unit: "parsec", unmapped: [3] });
    expect(faults(graph, [moment([wrong])])).toEqual([
      "Grafana has no unit parsec (a) (now)",
      "a has no text for 3 (now)",
    ]);
  });
});

describe("tables", () => {
  test("have the columns of their code in its order", () => {
    expect(faults(table, [asTable([node(`${nodeUrl}wire-1`), field("Lag")])])).toEqual([]);
    expect(faults(table, [asTable([field("Lag"), field("Node")])])).toEqual(["the columns are Lag, Node (now)"]);
    expect(faults(table, [asTable([field("Node"), field("Lag"), field("Value #B")])])).toEqual([
      "the columns are Node, Lag, Value #B (now)",
    ]);
    expect(faults(table, [asTable([field("Node")])])).toEqual(["no column Lag"]);
  });

  test("may lack a column that is known to be absent", () => {
    expect(faults(table, [asTable([field("Node")])], { ...NOTHING_ABSENT, absent: new Set(["* / Lag"]) })).toEqual([]);
  });

  test.each([
    `${nodeUrl}wire-2`,
    `/d/other?var-datasource=${DATASOURCE_UID}`,
    "/d/peer-exporter-node?var-target=wire-1",
    `${nodeUrl}wire-1&var-chain=\${__data.fields.Chain}`,
    "http://example.com/",
  ])("must not lead to %s", (href) => {
    const shown = asTable([node(href), field("Lag")]);
    expect(faults(table, [shown])).toEqual([`a link leads to ${href} (now)`]);
  });
});

describe("panels", () => {
  test("must show something at some moment", () => {
    const empty = moment([], { frames: [{ length: 0, fields: [] }] });
    expect(faults(graph, [empty, moment([field("a")])])).toEqual([]);
    expect(faults(graph, [empty])).toEqual(["nothing is shown"]);
    expect(faults(graph, [empty], { ...NOTHING_ABSENT, absent: new Set(["Panel / "]) })).toEqual([]);
  });

  test("have no override that never matches, and none with an option that no panel has", () => {
    const override = { matcher: { id: "byName", options: "b" }, unknown: ["colour"], matched: [] };
    expect(faults(graph, [moment([field("a")], { overrides: [override] })])).toEqual([
      "an override matches nothing: b",
      "no panel has the option colour (now)",
    ]);
  });

  test("show no value of the past", () => {
    const values = [{ title: "a", value: 2, text: "2 s" }];
    expect(faults(graph, [moment([field("a")], { values, now: [] })])).toEqual([
      "shows a: 2 s, but now is nothing (now)",
    ]);
  });
});
