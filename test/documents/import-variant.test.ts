import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { importVariant } from "../../src/documents/import-variant.ts";
import { ROOT, textOf } from "../../tools/repository.ts";

const DASHBOARDS = readdirSync(join(ROOT, "grafana/dashboards"));

const input = z.object({ name: z.string(), label: z.string(), type: z.string(), pluginId: z.string() });
const variant = z.looseObject({
  id: z.null(),
  __inputs: z.tuple([input]),
  __requires: z.array(z.object({ type: z.string(), id: z.string(), name: z.string(), version: z.string() })),
});

/** As Grafana imports: the value of each input takes its place in every text, and the list of inputs is left out. */
function imported(text: string, uid: string): unknown {
  const { __inputs, ...rest } = variant.parse(JSON.parse(text));
  return JSON.parse(JSON.stringify(rest).replaceAll(`\${${__inputs[0].name}}`, uid));
}

describe.each(DASHBOARDS)("%s to import", (name) => {
  const provisioned: Readonly<Record<string, unknown>> = JSON.parse(textOf(`grafana/dashboards/${name}`));
  const text = importVariant(textOf(`grafana/dashboards/${name}`));

  test("is the file of grafana/import", () => {
    expect(text).toBe(textOf(`grafana/import/${name}`));
  });

  test("asks for a Prometheus, and then shows what the provisioned one shows of it", () => {
    const { templating, ...rest } = provisioned;
    const { list } = z.object({ list: z.array(z.looseObject({ type: z.string() })) }).parse(templating);
    const current = { selected: true, text: "uid-of-choice", value: "uid-of-choice" };
    expect(imported(text, "uid-of-choice")).toMatchObject({
      ...{ ...rest, id: null, editable: true },
      templating: {
        list: list.map((variable) => (variable.type === "datasource" ? { ...variable, current } : variable)),
      },
    });
    expect(list.filter(({ type }) => type === "datasource")).toHaveLength(1);
    expect(variant.parse(JSON.parse(text)).__inputs[0]).toMatchObject({ type: "datasource", pluginId: "prometheus" });
  });

  test("requires every kind of panel that it has", () => {
    const types = new Set(
      [...textOf(`grafana/dashboards/${name}`).matchAll(/^ {6}(?: {4})?"type": "([\w-]+)"/gm)].map(([, type]) => type),
    );
    const { __requires } = variant.parse(JSON.parse(text));
    const panels = __requires.filter(({ type }) => type === "panel").map(({ id }) => id);
    expect(panels.length).toBeGreaterThan(0);
    expect(panels.filter((id) => !types.has(id))).toEqual([]);
    expect(__requires.filter(({ type }) => type !== "panel").map(({ id }) => id)).toEqual(["grafana", "prometheus"]);
  });
});

test("kinds of panels in folded rows are required, and rows are none", () => {
  const folded = { type: "row", panels: [{ type: "state-timeline" }, { type: "heatmap" }] };
  const { __requires } = variant.parse(
    JSON.parse(importVariant(JSON.stringify({ panels: [{ type: "stat" }, folded] }))),
  );
  expect(__requires.filter(({ type }) => type === "panel").map(({ id, name }) => [id, name])).toEqual([
    ["heatmap", "Heatmap"],
    ["stat", "Stat"],
    ["state-timeline", "State timeline"],
  ]);
});
