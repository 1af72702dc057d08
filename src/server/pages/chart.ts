import type { MinuteOfNode } from "../../poll/recent-polls.ts";
import { count } from "./format.ts";
import { type Markup, markup } from "./markup.ts";

/** Small charts of the last hour. */

const MINUTES = 60;
const WIDTH = 600;
const HEIGHT = 100;
/** Room for the width of the line. */
const TOP = 6;
const BOTTOM = 94;
const LEFT = 4;
const RIGHT = 594;

type ChartOptions = {
  readonly title: string;
  /** Which value of each minute the chart shows: the worst one. */
  readonly worst: "minimum" | "maximum";
  readonly hour: readonly MinuteOfNode[];
  readonly numberOf: (minute: MinuteOfNode) => number | undefined;
  /** Points further apart are not joined, as the values between them are unknown. */
  readonly gapMinutes: number;
  readonly nowMs: number;
};

/** A figure, with its range as text for screen readers. */
export function chart({ title, worst, hour, numberOf, gapMinutes, nowMs }: ChartOptions): Markup {
  const last = Math.floor(nowMs / 60_000);
  const points = hour.flatMap((each) => {
    const value = numberOf(each);
    // After the clock was set, some minutes may not belong to this hour.
    const isShown = each.minute >= last - MINUTES && each.minute <= last;
    return value === undefined || !isShown ? [] : [{ minute: each.minute, value }];
  });
  const values = points.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const words =
    points.length === 0 ? "no data" : lowest === highest ? count(lowest) : `${count(lowest)} to ${count(highest)}`;
  const x = (minute: number) => round(RIGHT - ((last - minute) / MINUTES) * (RIGHT - LEFT));
  // The scale begins at 0, so that a small change does not look like a large one.
  const y = (value: number) => round(BOTTOM - (highest === 0 ? 0 : value / highest) * (BOTTOM - TOP));
  const lines = runs(points, gapMinutes).map((run) => {
    const [only] = run;
    return run.length === 1 && only !== undefined
      ? markup`<path class="dot" d="M${x(only.minute)} ${y(only.value)}h0"/>`
      : markup`<polyline class="line" points="${run.map((point) => `${x(point.minute)},${y(point.value)}`).join(" ")}"/>`;
  });
  return markup`<figure>
<figcaption><b>${title}</b> in the last hour, ${worst} of each minute: ${words}</figcaption>
<svg role="img" aria-label="${title} in the last hour, ${worst} of each minute: ${words}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
<path class="axis" d="M0 ${BOTTOM}H${WIDTH}"/>
${lines}</svg>
<p class="ends" aria-hidden="true"><span>60 min ago</span><span>now</span></p>
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
