import { counted } from "../../lib/text/format.ts";
import type { ScreenCell, ScreenContent } from "../../lib/text/screen/model.ts";
import type { Style } from "../../lib/text/terminal.ts";
import { NODE_VALUES, type NodeRow, nodeRows } from "./node-rows.ts";
import { NODES_COLUMNS, type NodesColumn } from "./nodes-text.ts";
import type { PolledNode } from "./polling.ts";
import { type ScreenView, troublesOf } from "./watch.ts";

/** The nodes in one table, for the screen of a watch. */

export function nodesScreen(polled: readonly PolledNode[], { style, isWide }: ScreenView): ScreenContent {
  const rows = nodeRows(polled, undefined);
  const columns = NODES_COLUMNS.filter((column) => isWide || column.isWide !== true);
  return {
    summary: summaryOf(rows),
    subtitle: undefined,
    troubles: troublesOf(polled),
    columns: columns.map(({ key, title, align, shrinksTo }) => ({
      ...{ key: key ?? title, title, align },
      ...(shrinksTo === undefined || isWide ? {} : { shrinksTo }),
    })),
    rows: rows.map((row) => columns.map((column) => cell(column, row, style))),
    fixedColumns: 1,
    note: undefined,
  };
}

function cell({ key, cell, paint }: NodesColumn, row: NodeRow, style: Style): ScreenCell {
  const text = cell(row);
  if (text === undefined || text === "") return { text: "-", paint: style.dim, value: undefined };
  return { text, paint: paint?.(row, style), value: key === undefined ? text : NODE_VALUES[key](row) };
}

function summaryOf(rows: readonly NodeRow[]): string {
  const count = (state: NodeRow["state"]) => rows.filter((row) => row.state === state).length;
  return [counted(rows.length, "node"), `${count("down")} down`, `${count("degraded")} degraded`].join(", ");
}
