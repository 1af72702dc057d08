import { axes, type Plot, scaleOf } from "./axes.ts";
import { legendHtml, legendPlace } from "./legend.ts";
import { noneHtml, px } from "./markup.ts";
import { pointsOf, seriesOf, unbroken } from "./series.ts";
import type { FieldView, PanelView, Size, TimeRange } from "./view.ts";

/** Lines over time, stacked or not, with axes and a legend. */

type Line = {
  readonly field: FieldView;
  readonly points: readonly (readonly [time: number, value: number])[];
  /** The line below a stacked one, by its times. */
  readonly base: ReadonlyMap<number, number>;
};

export function timeseriesHtml(view: PanelView, size: Size, range: TimeRange): string {
  const fields = seriesOf(view);
  if (fields.length === 0) return noneHtml(view);
  const place = legendPlace(view.options.legend, fields.length, size);
  const lines = stacked(fields, view);
  const values = lines.flatMap(({ points, base }) => [...points.map(([, value]) => value), ...base.values()]);
  const [first] = fields;
  const scale = scaleOf(values, first, Math.max(2, Math.floor((place.plot.height - 30) / 32)));
  const { plot, svg } = axes(place.plot, range, scale, (tick) => first?.show(tick).text ?? "");
  const body = lines.map((line) => lineSvg(line, plot, view.step));
  const { left, right, top, bottom } = plot;
  const clip = `M${px(left)} ${top - 2}H${px(right)}V${bottom + 2}H${px(left)}Z`;
  const content = `<g style="clip-path:path('${clip}')">${thresholdsSvg(first, plot)}${body.join("")}</g>`;
  const picture = `<svg width="${place.plot.width}" height="${place.plot.height}">${fadings(fields, plot)}${svg}${content}</svg>`;
  return `<div class="graph ${place.side}">${picture}${legendHtml(view, fields, place)}</div>`;
}

/** Where the lines are: those that are stacked above the ones before them, those below zero turned around. */
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
      const fill = fades(field) ? `url(#${fadingId(color)})` : color;
      const area =
        fillOpacity === 0
          ? ""
          : `<path d="M${top.join("L")}L${floor.join("L")}Z" fill="${fill}" fill-opacity="${fillOpacity / 100}"/>`;
      const single =
        run.length === 1
          ? `<circle cx="${px(plot.x(first))}" cy="${top[0]?.split(" ")[1]}" r="1.5" fill="${color}"/>`
          : "";
      return `${area}<path d="M${top.join("L")}" fill="none" stroke="${color}" stroke-width="${lineWidth + 0.3}"${dash}/>${single}`;
    })
    .join("");
}

function fades({ config }: FieldView): boolean {
  return config.custom?.gradientMode === "opacity";
}

function fadingId(color: string): string {
  return `fading${color.replace(/[^0-9a-z]/gi, "")}`;
}

/** The areas below lines that lose their color towards the axis. */
function fadings(fields: readonly FieldView[], { top, bottom }: Plot): string {
  const colors = new Set(fields.filter(fades).map(({ color = "#fff" }) => color));
  const all = [...colors].map(
    (color) =>
      `<linearGradient id="${fadingId(color)}" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="${px(top)}" y2="${px(bottom)}"><stop stop-color="${color}"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></linearGradient>`,
  );
  return `<defs>${all.join("")}</defs>`;
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
