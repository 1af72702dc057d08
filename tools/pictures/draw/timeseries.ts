import { axes, type Plot, scaleOf } from "./axes.ts";
import { legendHtml, legendPlace } from "./legend.ts";
import { px } from "./markup.ts";
import { pointsOf, seriesOf, unbroken } from "./series.ts";
import type { FieldView, PanelView, Size, TimeRange } from "./view.ts";

/** Lines over time, stacked or not, with axes and a legend. */

type Line = {
  readonly field: FieldView;
  readonly points: readonly (readonly [time: number, value: number])[];
  /** What a stacked line stands on, by its times. */
  readonly base: ReadonlyMap<number, number>;
};

export function timeseriesHtml(view: PanelView, size: Size, range: TimeRange): string {
  const fields = seriesOf(view);
  if (fields.length === 0) return '<p class="none">No data</p>';
  const place = legendPlace(view.options.legend, fields.length, size);
  const lines = stacked(fields, view);
  const values = lines.flatMap(({ points, base }) => [...points.map(([, value]) => value), ...base.values()]);
  const [first] = fields;
  const scale = scaleOf(values, first, Math.max(2, Math.floor((place.plot.height - 30) / 32)));
  const { plot, svg } = axes(place.plot, range, scale, (tick) => first?.show(tick).text ?? "");
  const body = lines.map((line) => lineSvg(line, plot, view.step));
  const picture = `<svg width="${place.plot.width}" height="${place.plot.height}">${svg}${thresholdsSvg(first, plot)}${body.join("")}</svg>`;
  return `<div class="graph ${place.side}">${picture}${legendHtml(view, fields, place)}</div>`;
}

/** Where the lines lie: those that are stacked above the ones before them, those below zero turned around. */
function stacked(fields: readonly FieldView[], view: PanelView): readonly Line[] {
  const heights = { up: new Map<number, number>(), down: new Map<number, number>() };
  return fields.map((field) => {
    const look = field.config.custom ?? {};
    const sign = look.transform === "negative-Y" ? -1 : 1;
    const own = pointsOf(field, view);
    if (look.stacking?.mode !== "normal") {
      return { field, points: own.map(([time, value]) => [time, sign * value] as const), base: new Map() };
    }
    const below = sign < 0 ? heights.down : heights.up;
    const base = new Map(own.map(([time]) => [time, below.get(time) ?? 0]));
    const points = own.map(([time, value]) => [time, (base.get(time) ?? 0) + sign * value] as const);
    for (const [time, value] of points) below.set(time, value);
    return { field, points, base };
  });
}

function lineSvg({ field, points, base }: Line, plot: Plot, step: number): string {
  const { fillOpacity = 0, lineWidth = 1, lineStyle } = field.config.custom ?? {};
  const color = field.color ?? "#fff";
  const dash = lineStyle?.fill === "dash" ? ` stroke-dasharray="${(lineStyle.dash ?? [10, 10]).join(" ")}"` : "";
  return unbroken(points, step)
    .map((run) => {
      const top = run.map(([time, value]) => `${px(plot.x(time))} ${px(plot.y(value))}`);
      const [[first] = [0]] = run;
      const floor = [...run].reverse().map(([time]) => `${px(plot.x(time))} ${px(plot.y(base.get(time) ?? 0))}`);
      const area =
        fillOpacity === 0
          ? ""
          : `<path d="M${top.join("L")}L${floor.join("L")}Z" fill="${color}" fill-opacity="${fillOpacity / 100}"/>`;
      const single =
        run.length === 1
          ? `<circle cx="${px(plot.x(first))}" cy="${top[0]?.split(" ")[1]}" r="1.5" fill="${color}"/>`
          : "";
      return `${area}<path d="M${top.join("L")}" fill="none" stroke="${color}" stroke-width="${lineWidth + 0.3}"${dash}/>${single}`;
    })
    .join("");
}

/** Dashed lines at the thresholds, if the panel draws them. */
function thresholdsSvg(field: FieldView | undefined, plot: Plot): string {
  const mode = field?.config.custom?.thresholdsStyle?.mode ?? "off";
  if (field === undefined || mode === "off") return "";
  return field.steps
    .filter(({ value }) => Number.isFinite(value) && plot.y(value) >= plot.top && plot.y(value) <= plot.bottom)
    .map(({ value, color }) => {
      const dash = mode.startsWith("dashed") ? ' stroke-dasharray="10 10"' : "";
      return `<path d="M${px(plot.left)} ${px(plot.y(value))}H${px(plot.right)}" stroke="${color}" stroke-opacity="0.8" stroke-width="1.5"${dash}/>`;
    })
    .join("");
}
