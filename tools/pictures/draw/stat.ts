import { px, safe, TEXT, textWidth } from "./markup.ts";
import { pointsOf, seriesOf } from "./series.ts";
import type { FieldView, PanelView, Size, TimeRange } from "./view.ts";

/** Large numbers in the color of their threshold, each with its past as a line below. */

const MOST_FONT = 64;

export function statHtml(view: PanelView, size: Size, range: TimeRange): string {
  const { options } = view;
  const calc = options.reduceOptions?.calcs?.[0] ?? "lastNotNull";
  const fields = seriesOf(view);
  const shown = fields.map((field) => ({ field, value: field.reduce(calc) })).filter(({ value }) => value !== null);
  if (shown.length === 0) return `<div class="stat">${oneHtml(undefined, view.empty, TEXT, size, range, view)}</div>`;
  const width = Math.floor(size.width / shown.length);
  const values = shown.map(({ field, value }) => {
    const { text, color = TEXT } = field.show(value);
    const isNamed = options.textMode === "name";
    return oneHtml(field, isNamed ? field.name : text, color, { width, height: size.height }, range, view);
  });
  return `<div class="stat">${values.join("")}</div>`;
}

function oneHtml(
  field: FieldView | undefined,
  text: string,
  color: string,
  { width, height }: Size,
  range: TimeRange,
  view: PanelView,
): string {
  const hasLine = view.options.graphMode === "area" && field !== undefined;
  const lineHeight = hasLine ? Math.floor(height * 0.4) : 0;
  const room = height - lineHeight;
  const font = Math.max(14, Math.min(MOST_FONT, room * 0.72, (12 * (width - 16)) / Math.max(1, textWidth(text))));
  const isTitled = view.options.textMode === "auto" && seriesOf(view).length > 1 && field !== undefined;
  const title = isTitled ? `<small>${safe(field.name)}</small>` : "";
  const line = hasLine ? sparkline(field, view, { width, height: lineHeight }, range, color) : "";
  return `<div style="width:${width}px">${title}<b style="color:${color};font-size:${px(font)}px;line-height:${room}px">${safe(text)}</b>${line}</div>`;
}

function sparkline(
  field: FieldView,
  view: PanelView,
  { width, height }: Size,
  range: TimeRange,
  color: string,
): string {
  const points = pointsOf(field, view);
  const values = points.map(([, value]) => value);
  const least = field.config.min ?? Math.min(...values);
  const most = field.config.max ?? Math.max(...values);
  // One that never changes is a line at half the height.
  const [low, high] = most > least ? [least, most] : [least - 1, least + 1];
  const x = (time: number) => ((time - range.from) / (range.to - range.from)) * width;
  const y = (value: number) => height - 2 - ((value - low) / (high - low)) * (height - 4);
  const top = points.map(([time, value]) => `${px(x(time))} ${px(y(value))}`);
  if (top.length < 2) return "";
  const [[begin] = [range.from]] = points;
  const [end] = points.at(-1) ?? [range.to];
  const area = `M${top.join("L")}L${px(x(end))} ${height}L${px(x(begin))} ${height}Z`;
  return `<svg width="${width}" height="${height}"><path d="${area}" fill="${color}" fill-opacity="0.2"/><path d="M${top.join("L")}" fill="none" stroke="${color}" stroke-width="1.5"/></svg>`;
}
