import { expect, test } from "vitest";
import { chart } from "../../../src/server/pages/chart.ts";
import { htmlOf } from "../../../src/server/pages/markup.ts";
import { NOW } from "../../poll/support.ts";

const MINUTE = Math.floor(NOW / 60_000);

function draw(points: readonly (readonly [minutesAgo: number, peers: number | undefined])[], gapMinutes = 2) {
  const hour = points.map(([minutesAgo, peers]) => ({ minute: MINUTE - minutesAgo, peers, lagBlocks: undefined }));
  return htmlOf(
    chart({ title: "Peers", worst: "minimum", hour, numberOf: ({ peers }) => peers, gapMinutes, nowMs: NOW }),
  );
}

const lines = (html: string) => [...html.matchAll(/points="([^"]*)"/g)].map(([, points]) => points);

test("a line from 0 on, the newest at the right", () => {
  const html = draw([
    [60, 0],
    [59, 5],
    [0, 10],
  ]);
  expect(lines(html)).toEqual(["4,94 13.8,50"]);
  expect(html).toContain('<path class="dot" d="M594 6h0"/>');
  expect(html).toContain('aria-label="Peers in the last hour, minimum of each minute: 0 to 10"');
});

test("minutes without data are a gap: nothing is drawn over what is not known", () => {
  const points = [10, 9, 8, 4, 3].map((minute) => [minute, 7] as const);
  expect(lines(draw(points))).toHaveLength(2);
  expect(lines(draw(points, 5))).toHaveLength(1);
  expect(
    lines(draw([...points.slice(0, 3), [7, undefined], [6, undefined], [5, undefined], ...points.slice(3)])),
  ).toHaveLength(2);
});

test("the last number before a node went down is not shown as current", () => {
  const words = draw([
    [31, 22],
    [30, 20],
  ]).match(/<figcaption>.*<\/figcaption>/)?.[0];
  expect(words).toBe("<figcaption><b>Peers</b> in the last hour, minimum of each minute: 20 to 22</figcaption>");
});

test("without data the chart is empty and says so", () => {
  const html = draw([]);
  expect(html).toContain("in the last hour, minimum of each minute: no data");
  expect(html).not.toMatch(/NaN|Infinity|polyline|class="dot"/);
});

test("only zeros are a line at the bottom", () => {
  expect(
    lines(
      draw([
        [1, 0],
        [0, 0],
      ]),
    ),
  ).toEqual(["584.2,94 594,94"]);
});

test("a single minute is a dot, and its number is said", () => {
  const html = draw([[0, 7]]);
  expect(html).toContain('<path class="dot" d="M594 6h0"/>');
  expect(html).toContain("<b>Peers</b> in the last hour, minimum of each minute: 7</figcaption>");
});

test("the largest numbers stay in the picture", () => {
  const html = draw([
    [2, Number.MAX_SAFE_INTEGER],
    [1, 0],
    [0, 1e300],
  ]);
  expect(lines(html)).toEqual(["574.3,94 584.2,94 594,6"]);
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
});

test("a clock that was set leaves no point outside of the picture", () => {
  const html = draw([
    [61, 3],
    [5, 3],
    [-3, 3],
  ]);
  const xs = [...html.matchAll(/M([-\d.]+) /g)].map(([, x]) => Number(x));
  expect(xs.filter((x) => x < 0 || x > 600)).toEqual([]);
});
