import { safe } from "./markup.ts";
import type { FieldView, LegendOptions, PanelView, Size } from "./view.ts";

/** Where the legend of a graph is, and what it leaves to the graph. */
export type LegendPlace = { readonly side: "right" | "bottom" | "hidden"; readonly plot: Size; readonly legend: Size };

const ROW = 24;
const LIST_ROW = 22;
/** Grafana gives a table below a graph at most this share of the height. */
const MOST = 0.35;

export function legendPlace(options: LegendOptions | undefined, series: number, { width, height }: Size): LegendPlace {
  const none = { width: 0, height: 0 };
  if (options?.showLegend === false || options?.displayMode === "hidden") {
    return { side: "hidden", plot: { width, height }, legend: none };
  }
  if (options?.placement === "right") {
    const legend = { width: Math.min(options.width ?? 300, width * 0.5), height };
    return { side: "right", plot: { width: width - legend.width - 8, height }, legend };
  }
  const wanted = options?.displayMode === "table" ? (series + 1) * ROW : LIST_ROW;
  const legend = { width, height: Math.min(wanted, Math.floor(height * MOST)) };
  return { side: "bottom", plot: { width, height: height - legend.height - 4 }, legend };
}

const HEADINGS: Readonly<Record<string, string>> = {
  last: "Last",
  lastNotNull: "Last *",
  min: "Min",
  max: "Max",
  mean: "Mean",
  sum: "Total",
};

export function legendHtml(view: PanelView, fields: readonly FieldView[], { side, legend }: LegendPlace): string {
  if (side === "hidden") return "";
  const { displayMode = "list", calcs = [], sortBy, sortDesc = false } = view.options.legend ?? {};
  const style = `width:${legend.width}px;height:${legend.height}px`;
  const mark = (field: FieldView) => `<i style="background:${field.color ?? "#fff"}"></i>`;
  if (displayMode !== "table") {
    const items = fields.map((field) => `<span>${mark(field)}${safe(field.name)}</span>`);
    return `<div class="legend list" style="${style}">${items.join("")}</div>`;
  }
  const sortCalc = calcs.find((calc) => HEADINGS[calc] === sortBy);
  const sorted = sortCalc === undefined ? fields : sortedBy(fields, sortCalc, sortDesc);
  const head = calcs.map((calc) => {
    const arrow = calc === sortCalc ? (sortDesc ? " ↓" : " ↑") : "";
    return `<th>${HEADINGS[calc] ?? calc}${arrow}</th>`;
  });
  const rows = sorted.map((field) => {
    const cells = calcs.map((calc) => `<td>${safe(field.show(field.reduce(calc)).text)}</td>`);
    return `<tr><td class="name">${mark(field)}${safe(field.name)}</td>${cells.join("")}</tr>`;
  });
  return `<div class="legend" style="${style}"><table><tr><th class="name">Name</th>${head.join("")}</tr>${rows.join("")}</table></div>`;
}

function sortedBy(fields: readonly FieldView[], calc: string, descending: boolean): readonly FieldView[] {
  const sign = descending ? -1 : 1;
  const key = (field: FieldView) => field.reduce(calc) ?? Number.NEGATIVE_INFINITY;
  return [...fields].sort((a, b) => sign * (key(a) - key(b)) || 0);
}
