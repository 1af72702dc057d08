import * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as table from "@grafana/grafana-foundation-sdk/table";
import type { ColumnSpec, TableSpec } from "./spec.ts";
import { mappings, thresholdSteps } from "./values.ts";

/** The series of all queries, joined by the labels that they share; only the columns of the spec are shown. */
export function tablePanel({ columns, queries, sortBy, ascending }: TableSpec): table.PanelBuilder {
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
    const properties = columnProperties(column);
    if (properties.length > 0) panel.overrideByName(column.title, properties);
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

function columnProperties({ unit, decimals, width, steps, words, link }: ColumnSpec): dashboard.DynamicConfigValue[] {
  const coloured = steps !== undefined || words !== undefined;
  return [
    ...property("unit", unit),
    ...property("decimals", decimals),
    ...property("custom.width", width),
    ...property("thresholds", steps && { mode: "absolute", steps: thresholdSteps(steps) }),
    ...property("mappings", words && mappings(words)),
    ...property("custom.cellOptions", coloured ? { type: "color-text" } : undefined),
    ...property("links", link && [NODE_LINK]),
  ];
}

function property(id: string, value: unknown): dashboard.DynamicConfigValue[] {
  return value === undefined ? [] : [{ id, value }];
}

/** Opens the dashboard of the node in the row, by the columns that name it. */
const NODE_LINK = {
  title: "Open this node",
  url: [
    `/d/peer-exporter-node?\${__url_time_range}`,
    ...["datasource", "job", "instance"].map((variable) => `\${${variable}:queryparam}`),
    ...Object.entries({ chain: "Chain", target: "Node" }).map(
      ([variable, title]) => `var-${variable}=\${__data.fields.${title}:percentencode}`,
    ),
  ].join("&"),
};
