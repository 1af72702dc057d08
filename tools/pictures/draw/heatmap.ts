import { axes, type Plot, scaleOf } from "./axes.ts";
import { noneHtml, px } from "./markup.ts";
import { pointsOf, seriesOf } from "./series.ts";
import type { FieldView, PanelView, Size, TimeRange } from "./view.ts";

/** How many series have a value in each band of values, over time: the brighter the more. */

const LEGEND = 34;
const COLUMNS = 60;

/** From none to most, as the scheme Turbo. */
const COLORS = [
  "#30123b",
  "#4662d7",
  "#36aaf9",
  "#1ae4b6",
  "#72fe5e",
  "#c8ef34",
  "#faba39",
  "#f66b19",
  "#ca2a04",
  "#7a0403",
];

type Count = { readonly from: number; readonly low: number; readonly high: number; readonly count: number };

export function heatmapHtml(view: PanelView, size: Size, range: TimeRange): string {
  const fields = seriesOf(view);
  const columnMs = (range.to - range.from) / COLUMNS;
  const counts =
    view.options.calculate === true ? counted(fields, view, range, columnMs) : buckets(fields, view, columnMs, range);
  if (counts.length === 0) return noneHtml(view);
  const logs = counts.flatMap(({ low, high }) => [Math.log2(low), Math.log2(high)]);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const [first] = fields;
  const room = { width: size.width, height: size.height - LEGEND };
  // The axis has powers of two, so its scale is of exponents.
  const scale = { ...scaleOf([low, high], undefined, Math.floor(room.height / 28)), low, high };
  const ticks = scale.ticks.filter((tick) => Number.isInteger(tick) && tick >= low && tick <= high);
  const { plot, svg } = axes(room, range, { ...scale, ticks }, (tick) => first?.show(2 ** tick).text ?? "");
  const most = Math.max(...counts.map(({ count }) => count));
  const cells = counts.map((one) => cellSvg(one, most, plot, columnMs));
  const picture = `<svg width="${room.width}" height="${room.height}">${svg}${cells.join("")}</svg>`;
  return `<div class="graph bottom">${picture}${colorScale(most, plot)}</div>`;
}

/** Series by the powers of two that their values lie between. */
function counted(
  fields: readonly FieldView[],
  view: PanelView,
  { from }: TimeRange,
  columnMs: number,
): readonly Count[] {
  const counts = new Map<string, Count>();
  for (const field of fields) {
    for (const [time, value] of pointsOf(field, view)) {
      if (value <= 0) continue;
      const column = Math.floor((time - from) / columnMs);
      if (column < 0) continue;
      const power = Math.floor(Math.log2(value));
      const key = `${column} ${power}`;
      const count = (counts.get(key)?.count ?? 0) + 1;
      counts.set(key, { from: from + column * columnMs, low: 2 ** power, high: 2 ** (power + 1), count });
    }
  }
  return [...counts.values()];
}

/** The buckets of a histogram, whose names are their upper bounds. */
function buckets(
  fields: readonly FieldView[],
  view: PanelView,
  columnMs: number,
  { from }: TimeRange,
): readonly Count[] {
  const bounds = fields.map(({ name }) => Number(name.replace("+Inf", "Infinity")));
  const finite = bounds.filter((bound) => Number.isFinite(bound) && bound > 0);
  const [least = 1, most = 1] = [Math.min(...finite), Math.max(...finite)];
  const counts = new Map<string, Count>();
  for (const [index, field] of fields.entries()) {
    const high = Math.min(bounds[index] ?? most, most * 2);
    const low = bounds[index - 1] ?? least / 2;
    for (const [time, value] of pointsOf(field, view)) {
      if (value <= 1e-9) continue;
      const column = Math.floor((time - from) / columnMs);
      if (column < 0) continue;
      const key = `${column} ${index}`;
      counts.set(key, { from: from + column * columnMs, low, high, count: (counts.get(key)?.count ?? 0) + value });
    }
  }
  return [...counts.values()];
}

function cellSvg({ from, low, high, count }: Count, most: number, plot: Plot, columnMs: number): string {
  const [x, end] = [plot.x(from), Math.min(plot.right, plot.x(from + columnMs))];
  const [y, bottom] = [plot.y(Math.log2(high)), plot.y(Math.log2(low))];
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(1, end - x - 1))}" height="${px(Math.max(1, bottom - y - 1))}" fill="${colorOf(count / most)}"/>`;
}

/** The square root spreads the low counts, as the panel's exponent does. */
function colorOf(share: number): string {
  return COLORS[Math.min(COLORS.length - 1, Math.floor(Math.sqrt(share) * COLORS.length))] ?? "#fff";
}

function colorScale(most: number, plot: Plot): string {
  const text = (value: number) => String(Math.round(value * 10) / 10);
  return `<div class="colors" style="margin-left:${px(plot.left)}px"><i style="background:linear-gradient(90deg,${COLORS.join(",")})"></i><span>0</span><span>${text(most / 4)}</span><span>${text(most)}</span></div>`;
}
