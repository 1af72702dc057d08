import * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as table from "@grafana/grafana-foundation-sdk/table";
import { LINK_OF_ROW } from "./node-links.ts";
import type { ColumnSpec, TableSpec } from "./spec.ts";
import { mappings, thresholdSteps } from "./values.ts";

/** The series of all queries, joined by the labels that they share; only the columns of the spec are shown. */
export function tablePanel({ columns, queries, sortBy, ascending, empty }: TableSpec): table.PanelBuilder {
  const single = queries.length === 1;
  const panel = new table.PanelBuilder()
    .showHeader(true)
    .filterable(true)
    .cellHeight(common.TableCellHeight.Sm)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "filterFieldsByName",
      options: { include: { names: columns.flatMap(({ from }) => fieldNames(from, single)) } },
    })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(
          columns.flatMap(({ from }, index) => fieldNames(from, single).map((name) => [name, index])),
        ),
        renameByName: Object.fromEntries(
          columns.flatMap(({ from, title }) => fieldNames(from, single).map((name) => [name, title])),
        ),
      },
    });
  for (const column of columns) {
    const properties = [
      ...columnProperties(column),
      // What an empty table says is not for the empty cells of others.
      ...property("noValue", empty === undefined ? undefined : ""),
    ];
    if (properties.length > 0) panel.overrideByName(column.title, properties);
  }
  // A footer goes by the names that fields have before they are renamed.
  const summed = columns.filter(({ sum }) => sum).flatMap(({ from }) => fieldNames(from, single));
  if (summed.length > 0) {
    panel.footer(new common.TableFooterOptionsBuilder().show(true).reducer(["sum"]).fields(summed).countRows(false));
  }
  if (sortBy !== undefined) {
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(ascending !== true)]);
  }
  return panel;
}

/** Grafana calls the value of a panel's only query either Value or Value #A. */
function fieldNames(from: string, single: boolean): readonly string[] {
  if (!from.startsWith("#")) return [from];
  return single ? ["Value", `Value ${from}`] : [`Value ${from}`];
}

function columnProperties(column: ColumnSpec): dashboard.DynamicConfigValue[] {
  const { unit, decimals, width, steps, words, link } = column;
  return [
    ...property("unit", unit),
    ...property("decimals", decimals),
    ...property("custom.width", width),
    ...property("thresholds", steps && { mode: "absolute", steps: thresholdSteps(steps) }),
    ...property("mappings", words && mappings(words)),
    ...property("custom.cellOptions", cell(column)),
    // A bar is as long as its share of the highest value of its column, so it begins at nothing.
    ...(column.bar ? [...property("min", 0), ...property("color", { mode: "continuous-blues" })] : []),
    ...property("links", link && [LINKS[link]]),
  ];
}

function cell({ bar, steps, words }: ColumnSpec): object | undefined {
  if (bar) return { type: "gauge", mode: "basic", valueDisplayMode: "text" };
  return steps !== undefined || words !== undefined ? { type: "color-text" } : undefined;
}

function property(id: string, value: unknown): dashboard.DynamicConfigValue[] {
  return value === undefined ? [] : [{ id, value }];
}

/** Opens the document about the alert in the row: series of alerts have no annotations. */
const RUNBOOK = {
  title: "What to do about this alert",
  url: `\${runbooks}/\${__data.fields.Alert:percentencode}.md`,
  targetBlank: true,
};

/** Opens the advice about the reason in the cell. */
const ADVICE = {
  title: "What to do about this",
  url: `\${advice}#\${__value.text}`,
  targetBlank: true,
};

const LINKS: Readonly<Record<NonNullable<ColumnSpec["link"]>, object>> = {
  node: LINK_OF_ROW,
  runbook: RUNBOOK,
  advice: ADVICE,
};
