import { noneHtml, px, safe, TEXT, textWidth } from "./markup.ts";
import { seriesOf } from "./series.ts";
import type { PanelView, Size } from "./view.ts";

/** A horizontal bar for each series, on a scale that all share. */

const LEAST_ROW = 18;
const MOST_ROW = 38;
const GAP = 6;

export function barsHtml(view: PanelView, { width, height }: Size): string {
  const calc = view.options.reduceOptions?.calcs?.[0] ?? "lastNotNull";
  const bars = seriesOf(view).flatMap((field) => {
    const value = field.reduce(calc);
    return typeof value === "number" ? [{ field, value, ...field.show(value) }] : [];
  });
  if (bars.length === 0) return noneHtml(view);
  const row = Math.max(LEAST_ROW, Math.min(MOST_ROW, (height + GAP) / bars.length - GAP));
  const font = Math.min(14, row * 0.75);
  const widest = (texts: readonly string[]) => (Math.max(...texts.map(textWidth)) * font) / 12 + 12;
  const names = Math.min(width * 0.4, widest(bars.map(({ field }) => field.name)));
  const numbers = widest(bars.map(({ text }) => text));
  const high = Math.max(...bars.map(({ field, value }) => field.config.max ?? value));
  const low = Math.min(0, ...bars.map(({ field }) => field.config.min ?? 0));
  const room = width - names - numbers;
  const rows = bars.map(({ field, value, text, color = TEXT }) => {
    const share = high > low ? Math.min(1, (value - low) / (high - low)) : 0;
    const length = `<i style="width:${px(room)}px"><i style="width:${px(share * room)}px;background:${color}"></i></i>`;
    return `<div style="height:${px(row)}px;margin-bottom:${GAP}px;font-size:${px(font)}px"><span style="width:${px(names)}px">${safe(field.name)}</span>${length}<b style="color:${view.options.valueMode === "text" ? TEXT : color};width:${px(numbers)}px">${safe(text)}</b></div>`;
  });
  return `<div class="bars">${rows.join("")}</div>`;
}
