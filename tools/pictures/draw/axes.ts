import { FAINT, GRID, px, safe, textWidth } from "./markup.ts";
import type { FieldView, Size, TimeRange } from "./view.ts";

/** The rectangle of a drawing that has data, and where values and times are in it. */
export type Plot = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(time: number): number;
  y(value: number): number;
};

type Scale = { readonly low: number; readonly high: number; readonly ticks: readonly number[] };

const FONT = 'font-size="12" font-family="Inter,sans-serif"';
const TIME_AXIS = 24;

/** Steps between ticks: 1, 2 or 5 times a power of ten; of bytes, of two; of seconds and minutes, those of a clock. */
function stepsOf(unit: string): readonly number[] {
  const powers = Array.from({ length: 31 }, (_, index) => index - 12);
  if (/^(bytes|binBps)$/.test(unit)) return Array.from({ length: 50 }, (_, index) => 2 ** index);
  const decimal = powers.flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  if (unit !== "s") return decimal;
  const clock = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
  return [...decimal.filter((step) => step < 1), ...clock, ...clock.map((step) => step * 86_400)];
}

/** A scale that holds all values, with about `count` ticks. */
export function scaleOf(values: readonly number[], field: FieldView | undefined, count: number): Scale {
  const { min, max, unit = "" } = field?.config ?? {};
  const finite = values.filter(Number.isFinite);
  let low = min ?? finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = max ?? finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low)) low = 0;
  if (!Number.isFinite(high)) high = 1;
  // Grafana shows 0 to 100 for a line at 0, and from 0 for one that never changes.
  if (low === high) [low, high] = low === 0 ? [0, 100] : [Math.min(0, 2 * low), Math.max(0, 2 * low)];
  if (high < low) high = low + 1;
  const step = stepsOf(unit).find((size) => (high - low) / size <= count) ?? high - low;
  if (min === undefined || min === null) low = Math.floor(low / step) * step;
  if (max === undefined || max === null) high = Math.ceil(high / step) * step;
  const first = Math.ceil(low / step - 1e-9);
  const length = Math.max(1, Math.floor((high - low) / step + 1e-9) + 1);
  return { low, high, ticks: Array.from({ length }, (_, index) => (first + index) * step) };
}

/** Axes with their numbers and grid, as SVG, and the place of the data between them. */
export function axes(size: Size, range: TimeRange, scale: Scale, label: (value: number) => string) {
  const labels = scale.ticks.map((tick) => [tick, shortened(label(tick))] as const);
  const left = Math.max(...labels.map(([, text]) => textWidth(text)), 20) + 10;
  const plot = plotOf({ left, right: size.width - 8, top: 6, bottom: size.height - TIME_AXIS }, range, scale);
  const horizontal = labels.map(([tick, text]) => {
    const y = px(plot.y(tick));
    return `<path d="M${px(plot.left)} ${y}H${px(plot.right)}" stroke="${GRID}"/><text x="${px(plot.left - 8)}" y="${px(plot.y(tick) + 4)}" text-anchor="end" fill="${FAINT}" ${FONT}>${safe(text)}</text>`;
  });
  return { plot, svg: horizontal.join("") + timeAxis(plot, range, true) };
}

/** Ticks are round numbers: 2.50 K is 2.5 K, and 10.0 % is 10 %. */
function shortened(text: string): string {
  return text.replace(/(\d\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

/** Times below the data, and lines above each of them. */
export function timeAxis(plot: Plot, range: TimeRange, hasGrid: boolean): string {
  const minutes = [1, 2, 5, 10, 15, 30, 60];
  const room = (plot.right - plot.left) / 54;
  const step = 60_000 * (minutes.find((size) => (range.to - range.from) / 60_000 / size <= room) ?? 60);
  const first = Math.ceil(range.from / step) * step;
  const length = Math.max(0, Math.floor((range.to - first) / step) + 1);
  return Array.from({ length }, (_, index) => first + index * step)
    .filter((time) => plot.x(time) <= plot.right - 14 || !hasGrid)
    .map((time) => {
      const x = px(plot.x(time));
      const line = hasGrid ? `<path d="M${x} ${px(plot.top)}V${px(plot.bottom)}" stroke="${GRID}"/>` : "";
      const text = new Date(time).toISOString().slice(11, 16);
      return `${line}<text x="${x}" y="${px(plot.bottom + 17)}" text-anchor="middle" fill="${FAINT}" ${FONT}>${text}</text>`;
    })
    .join("");
}

export function plotOf(
  box: Pick<Plot, "left" | "right" | "top" | "bottom">,
  range: TimeRange,
  { low, high }: Pick<Scale, "low" | "high">,
): Plot {
  const { left, right, top, bottom } = box;
  return {
    ...box,
    x: (time) => left + ((time - range.from) / (range.to - range.from)) * (right - left),
    y: (value) => bottom - ((value - low) / (high - low)) * (bottom - top),
  };
}
