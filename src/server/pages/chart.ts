import type { MinuteOfNode } from "../../poll/journal.ts";
import { type Markup, markup } from "../markup.ts";
import { count } from "./words.ts";

/** Small charts of the last hour, drawn from memory. */

const MINUTES = 60;
const WIDTH = 600;
const HEIGHT = 120;
const TOP = 18;
const BOTTOM = 100;

export type ChartOptions = {
  readonly title: string;
  readonly hour: readonly MinuteOfNode[];
  readonly numberOf: (minute: MinuteOfNode) => number | undefined;
  /** Points further apart are not joined: what lies between is not known. */
  readonly gapMinutes: number;
  readonly nowMs: number;
};

/** A figure with its numbers in words, for whoever does not see it. */
export function chart({ title, hour, numberOf, gapMinutes, nowMs }: ChartOptions): Markup {
  const points = hour.flatMap((minute) => {
    const value = numberOf(minute);
    return value === undefined ? [] : [{ minute: minute.minute, value }];
  });
  const values = points.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const words =
    points.length === 0
      ? "nothing known of the last hour"
      : lowest === highest
        ? count(lowest)
        : `${count(lowest)} to ${count(highest)}, at last ${count(values.at(-1) ?? 0)}`;
  const last = Math.floor(nowMs / 60_000);
  const x = (minute: number) => round(WIDTH - ((last - minute) / MINUTES) * WIDTH);
  // From 0 on, so that a small change does not look like a large one.
  const y = (value: number) => round(BOTTOM - (highest === 0 ? 0 : value / highest) * (BOTTOM - TOP));
  const lines = runs(points, gapMinutes).map((run) => {
    const [only] = run;
    return run.length === 1 && only !== undefined
      ? markup`<circle class="dot" cx="${x(only.minute)}" cy="${y(only.value)}" r="2"/>`
      : markup`<polyline class="line" points="${run.map((point) => `${x(point.minute)},${y(point.value)}`).join(" ")}"/>`;
  });
  return markup`<figure>
<figcaption>${title}: ${words}</figcaption>
<svg role="img" aria-label="${title} over the last hour: ${words}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<line class="axis" x1="0" y1="${BOTTOM}" x2="${WIDTH}" y2="${BOTTOM}"/>
<text x="4" y="12">${points.length === 0 ? "" : count(highest)}</text>
<text x="4" y="115">60 min ago</text><text x="${WIDTH - 4}" y="115" text-anchor="end">now</text>
${lines}</svg>
</figure>`;
}

type Point = { readonly minute: number; readonly value: number };

function runs(points: readonly Point[], gapMinutes: number): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  for (const point of points) {
    const run = found.at(-1);
    const before = run?.at(-1);
    if (run === undefined || before === undefined || point.minute - before.minute > gapMinutes) found.push([point]);
    else run.push(point);
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
