import type { MinuteOfNode } from "../../poll/last-hour.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { clock, type Scale, type TimeWindow, type Unit } from "./scale.ts";

/**
 * A chart as a picture that the server draws. Only the lines are stretched to its size: texts are outside of them, at places in
 * percent, so that they are as large as other text in every window.
 */

/** The height of the lines' own coordinates; their width is a unit for each minute. */
const HEIGHT = 200;

type Series = {
  /** In captions and tables. */
  readonly name: string;
  readonly pick: (minute: MinuteOfNode) => number | undefined;
};

export type ChartOptions = {
  readonly title: string;
  /** What the chart shows of each minute. */
  readonly what: string;
  readonly unit: Unit;
  /** One or two; the first is at the bottom. */
  readonly series: readonly Series[];
  /** The second series is drawn above the first, so that the upper line is their sum. */
  readonly isStacked?: boolean;
  /** Marks minutes in which a poll failed. */
  readonly hasFailures?: boolean;
  /** From this value on, an alert looks at it. */
  readonly limit?: number;
  /** The columns of the table of values. */
  readonly columns: readonly number[];
};

/** What all charts of a node share. */
export type ChartTime = {
  readonly window: TimeWindow;
  /** Of the window. */
  readonly minutes: readonly MinuteOfNode[];
  /** The first minute with a poll; undefined before the first poll. */
  readonly since: number | undefined;
  /** Points further apart are not joined, as the values between them are unknown. */
  readonly gapMinutes: number;
};

/** The texts of the last values are those of the last minute: older numbers would look current. */
export function chart(options: ChartOptions, time: ChartTime): Markup {
  const { title, what, unit, series, columns, hasFailures, isStacked = false } = options;
  const { window, minutes } = time;
  const drawn = series.map(({ pick }, index) => {
    const below = isStacked ? series.slice(0, index) : [];
    return runs(time, (minute) => sumOf(minute, [...below.map((each) => each.pick), pick]));
  });
  const highest = Math.max(0, ...drawn.flat(2).map(({ value }) => value));
  const scale = unit.scale(highest);
  const last = minutes.at(-1);
  const now = series.map(({ name, pick }) => ({ name, value: last && pick(last) }));
  const textOf = (value: number | undefined) => (value === undefined ? "unknown" : unit.exact(value));
  const words = now.map(({ name, value }) => `${name} ${textOf(value)}`).join(", ");
  const summary = drawn.flat().length === 0 ? "no data" : `${words}; at most ${unit.exact(highest)}`;
  const keys = now.map(
    ({ name, value }, index) =>
      markup` <span class="key${isStacked ? " stacked" : ""}${index === 0 ? "" : " second"}">${name} <b>${value === undefined ? DASH : unit.exact(value)}</b></span>`,
  );
  const failed = hasFailures === true ? minutes.filter(({ hasFailedPoll }) => hasFailedPoll) : [];
  return markup`<figure>
<figcaption><b>${title}</b>${keys}${failed.length === 0 ? NOTHING : markup` <span class="key failed">failed polls</span>`}<span class="what">${what}</span></figcaption>
<div class="plot" data-title="${title}" data-columns="${columns.join(" ")}">
<svg class="chart" role="img" aria-label="${title}: ${summary}">${grounds(time)}
<svg viewBox="0 0 ${window.minutes} ${HEIGHT}" preserveAspectRatio="none">${downs(time)}<path class="grid" d="${grid(scale, window)}"/>${limitLine(options, scale, window)}
${drawn.flatMap((each, index) => [isStacked || drawn.length === 1 ? area(each, scale, window) : NOTHING, line(each, index, scale, window)])}${failed.length === 0 ? NOTHING : markup`<path class="failed" d="${failed.map(({ minute }) => `M${minute - window.first + 0.5} ${HEIGHT}v-30`).join("")}"/>`}</svg>
${drawn.flat().length === 0 ? NOTHING : valueTicks(scale)}${timeTicks(window)}${limitText(options, scale)}${note(drawn.flat().length === 0, time)}</svg>
</div>
</figure>`;
}

const DASH = "\u2013";

function sumOf(minute: MinuteOfNode, values: readonly Series["pick"][]): number | undefined {
  let sum = 0;
  for (const pick of values) {
    const value = pick(minute);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}

type Point = { readonly minute: number; readonly value: number };

/** Points to join. A minute whose value is not known ends a line, and so does a long time without a poll. */
function runs({ minutes, gapMinutes }: ChartTime, pick: Series["pick"]): readonly (readonly Point[])[] {
  const found: Point[][] = [];
  let run: Point[] | undefined;
  for (const each of minutes) {
    const value = pick(each);
    const before = run?.at(-1);
    if (value === undefined) {
      run = undefined;
      continue;
    }
    if (run === undefined || (before !== undefined && each.minute - before.minute > gapMinutes)) {
      run = [];
      found.push(run);
    }
    run.push({ minute: each.minute, value });
  }
  return found;
}

type Runs = readonly (readonly Point[])[];

function line(points: Runs, index: number, { top }: Scale, { first }: TimeWindow): Markup {
  const path = points.map((run) => {
    const { x, y, steps } = pathOf(run, top, first);
    // A minute alone is as wide as it is long.
    return steps === "" ? `M${x - 0.5} ${y}h1` : `M${x} ${y}${steps}`;
  });
  return path.length === 0 ? NOTHING : markup`<path class="line${index === 0 ? "" : " second"}" d="${path.join("")}"/>`;
}

/** Below a line. */
function area(points: Runs, { top }: Scale, { first }: TimeWindow): Markup {
  const path = points.map((run) => {
    const { x, y, steps } = pathOf(run, top, first);
    return steps === "" ? `M${x - 0.5} ${HEIGHT}V${y}h1V${HEIGHT}` : `M${x} ${HEIGHT}V${y}${steps}V${HEIGHT}`;
  });
  return path.length === 0 ? NOTHING : markup`<path class="area" d="${path.join("")}"/>`;
}

/** In the middle of each minute. Points relative to the one before, and level lines as one, take half the characters. */
function pathOf(run: readonly Point[], top: number, first: number) {
  const places = run.map(
    ({ minute, value }) => [minute - first + 0.5, Math.round(HEIGHT * (1 - value / top))] as const,
  );
  const [[x, y] = [0, 0]] = places;
  const steps: [across: number, down: number][] = [];
  for (const [index, [nextX, nextY]] of places.slice(1).entries()) {
    const [fromX, fromY] = places[index] ?? [0, 0];
    const [across, down] = [nextX - fromX, nextY - fromY];
    const before = steps.at(-1);
    if (down === 0 && before?.[1] === 0) before[0] += across;
    else steps.push([across, down]);
  }
  const text = steps.map(([across, down]) => `${across}${down < 0 ? "" : " "}${down}`).join(" ");
  return { x, y, steps: text === "" ? "" : `l${text}` };
}

/** How much of the window was before the first poll: all of it, while a clock that was set back has not reached that poll. */
export function unknownShare(window: TimeWindow, since: number | undefined): number {
  return since === undefined ? 1 : Math.min(1, (since - window.first) / window.minutes);
}

/** Before the first poll nothing is known, which is neither 0 nor a node that is down. */
function grounds({ since, window }: ChartTime): Markup {
  const unknown = unknownShare(window, since);
  return unknown <= 0 ? NOTHING : markup`<rect class="before" width="${percent(unknown)}" height="100%"/>`;
}

/** One text at most, as two could be in the same place. */
function note(isEmpty: boolean, { since, window }: ChartTime): Markup {
  const unknown = unknownShare(window, since);
  const isSaid = since !== undefined && unknown >= ROOM_FOR_TEXT;
  if (!isSaid && !isEmpty) return NOTHING;
  const text =
    since === undefined
      ? "no data yet: values appear after the first poll"
      : [...(isEmpty ? ["no data"] : []), ...(isSaid ? [`first poll ${clock(since)}`] : [])].join("; ");
  return markup`<text class="note" x="${percent(isSaid ? unknown / 2 : 0.5)}" y="50%">${text}</text>`;
}

/** Of the width of a chart on a phone. */
const ROOM_FOR_TEXT = 0.3;

/** The minutes in which the node was down. */
function downs({ minutes, window }: ChartTime): Markup {
  const spans: { start: number; end: number }[] = [];
  for (const { minute, peers, hasFailedPoll } of minutes) {
    if (peers !== undefined || !hasFailedPoll) continue;
    const start = minute - window.first;
    const last = spans.at(-1);
    if (last?.end === start) last.end = start + 1;
    else spans.push({ start, end: start + 1 });
  }
  const path = spans.map(({ start, end }) => `M${start} 0H${end}V${HEIGHT}H${start}Z`).join("");
  return path === "" ? NOTHING : markup`<path class="down" d="${path}"/>`;
}

function grid({ ticks, top }: Scale, window: TimeWindow): string {
  const across = ticks.map(({ value }) => `M0 ${Math.round(HEIGHT * (1 - value / top))}H${window.minutes}`);
  const down = window.ticks.map(({ minute }) => `M${minute - window.first} 0V${HEIGHT}`);
  return [...across, ...down].join("");
}

function limitLine({ limit }: ChartOptions, { top }: Scale, { minutes }: TimeWindow): Markup {
  return limit === undefined || limit > top
    ? NOTHING
    : markup`<path class="limit" d="M0 ${Math.round(HEIGHT * (1 - limit / top))}H${minutes}"/>`;
}

function limitText({ limit }: ChartOptions, { top }: Scale): Markup {
  // Near the bottom there is no room for it.
  return limit === undefined || limit > top || limit < top / 12
    ? NOTHING
    : markup`<text class="limit" x="4" y="${percent(1 - limit / top)}">alert above ${limit}</text>`;
}

/** The style moves the texts to the edges. */
function valueTicks({ ticks, top }: Scale): Markup {
  return markup`<g class="y">${ticks.map(({ value, text }) => markup`<text y="${percent(1 - value / top)}">${text}</text>`)}</g>`;
}

function timeTicks({ ticks, first, minutes }: TimeWindow): Markup {
  return markup`<g class="x">${ticks.map(({ minute, text }) => markup`<text x="${percent((minute - first) / minutes)}">${text}</text>`)}</g>`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}
