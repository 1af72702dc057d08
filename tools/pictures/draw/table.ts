import { noneHtml, px, safe, TEXT, textWidth } from "./markup.ts";
import type { Cell, FieldView, PanelView, Size } from "./view.ts";

/** Rows and columns of the panel's first frame, sorted, with the colors and links of its cells. */

const ROW = 36;
/** A column without a width of its own gets at least so much. */
const LEAST_COLUMN = 150;

export function tableHtml(view: PanelView, { width, height }: Size): string {
  const [frame] = view.frames;
  const columns = (frame?.fields ?? []).filter(({ config }) => config.custom?.hidden !== true);
  if (frame === undefined || columns.length === 0 || frame.length === 0) return noneHtml(view);
  const rows = sortedRows(view, columns, frame.length).slice(0, Math.ceil(height / ROW) - 1);
  const widths = columnWidths(columns, width);
  const sortedBy = view.options.sortBy?.[0];
  const head = columns.map((column, index) => {
    const arrow = column.name === sortedBy?.displayName ? (sortedBy.desc === true ? " ↓" : " ↑") : "";
    return `<th style="width:${px(widths[index] ?? LEAST_COLUMN)}px" class="${sideOf(column)}">${safe(column.name)}${arrow}</th>`;
  });
  const body = rows.map((row) => `<tr>${columns.map((column) => cellHtml(column, column.values[row])).join("")}</tr>`);
  const total = widths.reduce((sum, one) => sum + one, 0);
  return `<div class="table"><table style="width:${px(total)}px"><tr>${head.join("")}</tr>${body.join("")}</table></div>`;
}

function columnWidths(columns: readonly FieldView[], width: number): readonly number[] {
  const given = columns.map(({ config }) => config.custom?.width);
  const least = Math.max(...columns.map(({ config }) => config.custom?.minWidth ?? 0)) || LEAST_COLUMN;
  const taken = given.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const free = given.filter((one) => one === undefined).length;
  const share = Math.max(least, (width - taken) / Math.max(1, free));
  return given.map((one) => one ?? share);
}

function sortedRows({ options }: PanelView, columns: readonly FieldView[], length: number): readonly number[] {
  const rows = Array.from({ length }, (_, row) => row);
  const [by] = options.sortBy ?? [];
  const column = columns.find(({ name }) => name === by?.displayName);
  if (column === undefined) return rows;
  const sign = by?.desc === true ? -1 : 1;
  return rows.sort((a, b) => sign * compared(column.values[a], column.values[b]));
}

function compared(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const isEmpty = (cell: Cell) => cell === null || cell === undefined;
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(b)) - Number(isEmpty(a));
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sideOf({ type, config }: FieldView): string {
  const { align = "auto" } = config.custom ?? {};
  return align === "right" || align === "center" ? align : align === "auto" && type === "number" ? "right" : "left";
}

function cellHtml(column: FieldView, value: Cell): string {
  const { cellOptions = {} } = column.config.custom ?? {};
  const isUnknown = value === null || value === undefined;
  const { text, color = TEXT, percent = 0 } = isUnknown ? { text: column.config.noValue ?? "" } : column.show(value);
  const link = column.config.links?.length ? " link" : "";
  const open = `<td class="${sideOf(column)}${link}"`;
  if (text === "") return `${open}></td>`;
  switch (cellOptions.type) {
    case "color-text":
      return `${open} style="color:${color}">${safe(text)}</td>`;
    case "color-background":
      return `${open} style="background:${color};color:#111217">${safe(text)}</td>`;
    case "gauge":
      return `${open}><div class="gauge"><i><i style="width:${px(100 * Math.max(0, Math.min(1, percent)))}%;background:${color}"></i></i><b style="color:${cellOptions.valueDisplayMode === "text" ? TEXT : color};min-width:${px(textWidth(text) + 10)}px">${safe(text)}</b></div></td>`;
    default:
      return `${open}>${safe(text)}</td>`;
  }
}
