import { plotOf, timeAxis } from "./axes.ts";
import { noneHtml, px, safe, TEXT, textWidth } from "./markup.ts";
import { pointsOf, seriesOf } from "./series.ts";
import type { FieldView, PanelView, Size, TimeRange } from "./view.ts";

/** A band for each series, with the text of each value for as long as the series had it. */

const TIME_AXIS = 24;
/** As many bands as a page of the panel has. */
const MOST_BANDS = 20;
const LINE = 13;

type Stretch = { readonly from: number; readonly to: number; readonly value: number };

export function statesHtml(view: PanelView, size: Size, range: TimeRange): string {
  const fields = seriesOf(view).slice(0, MOST_BANDS);
  if (fields.length === 0) return noneHtml(view);
  const left = Math.min(size.width * 0.5, Math.max(...fields.map(({ name }) => textWidth(name))) + 10);
  const box = { left, right: size.width - 8, top: 0, bottom: size.height - TIME_AXIS };
  const plot = plotOf(box, range, { low: 0, high: 1 });
  const band = (box.bottom - box.top) / fields.length;
  const height = band * (view.options.rowHeight ?? 0.9);
  // Names of narrow bands would cover each other.
  const every = Math.ceil(LINE / band);
  const bands = fields.map((field, index) => {
    const middle = band * (index + 0.5);
    const name =
      index % every > 0
        ? ""
        : `<text x="${px(left - 8)}" y="${px(middle + 4)}" text-anchor="end" fill="${TEXT}" font-size="12">${safe(field.name)}</text>`;
    const parts = stretches(field, view).map(({ from, to, value }) => {
      const [x, end] = [plot.x(from), Math.min(plot.right, plot.x(to))];
      const { text, color = TEXT } = field.show(value);
      const fits = textWidth(text) + 8 < end - x && height >= 12;
      const label = fits
        ? `<text x="${px(x + 5)}" y="${px(middle + 4)}" fill="#111217" font-size="12">${safe(text)}</text>`
        : "";
      return `<rect x="${px(x)}" y="${px(middle - height / 2)}" width="${px(Math.max(1, end - x))}" height="${px(height)}" fill="${color}" fill-opacity="0.8"/>${label}`;
    });
    return name + parts.join("");
  });
  return `<svg width="${size.width}" height="${size.height}" font-family="Inter,sans-serif">${bands.join("")}${timeAxis(plot, range, false)}</svg>`;
}

/** Equal values that follow each other are one stretch; a gap ends it. */
function stretches(field: FieldView, view: PanelView): readonly Stretch[] {
  const stepMs = view.step * 1000;
  const found: Stretch[] = [];
  for (const [time, value] of pointsOf(field, view)) {
    const last = found.at(-1);
    const continues = last !== undefined && last.value === value && time - last.to < stepMs / 2;
    if (continues) found[found.length - 1] = { ...last, to: time + stepMs };
    else found.push({ from: time, to: time + stepMs, value });
  }
  return found;
}
