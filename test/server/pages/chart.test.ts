import { expect, test } from "vitest";
import { htmlOf } from "../../../src/server/markup.ts";
import { chart } from "../../../src/server/pages/chart.ts";
import { NOW } from "../../poll/support.ts";

const MINUTE = Math.floor(NOW / 60_000);

function draw(points: readonly (readonly [minutesAgo: number, peers: number | undefined])[], gapMinutes = 2) {
  const hour = points.map(([minutesAgo, peers]) => ({ minute: MINUTE - minutesAgo, peers, lagBlocks: undefined }));
  return htmlOf(chart({ title: "Peers", hour, numberOf: ({ peers }) => peers, gapMinutes, nowMs: NOW }));
}

const lines = (html: string) => [...html.matchAll(/points="([^"]*)"/g)].map(([, points]) => points);

test("a line from 0 on, the newest at the right", () => {
  const html = draw([
    [60, 0],
    [59, 5],
    [0, 10],
  ]);
  expect(lines(html)).toEqual(["0,100 10,59"]);
  expect(html).toContain('<circle class="dot" cx="600" cy="18" r="2"/>');
  expect(html).toContain('aria-label="Peers over the last hour: 0 to 10, at last 10"');
});

test("minutes without data are a gap: nothing is drawn over what is not known", () => {
  const points = [10, 9, 8, 4, 3].map((minute) => [minute, 7] as const);
  expect(lines(draw(points))).toHaveLength(2);
  expect(lines(draw(points, 5))).toHaveLength(1);
  expect(
    lines(draw([...points.slice(0, 3), [7, undefined], [6, undefined], [5, undefined], ...points.slice(3)])),
  ).toHaveLength(2);
});

test("nothing known draws nothing, and says so", () => {
  const html = draw([]);
  expect(html).toContain("nothing known of the last hour");
  expect(html).not.toMatch(/NaN|Infinity|polyline|circle/);
});

test("only zeros lie on the ground", () => {
  expect(
    lines(
      draw([
        [1, 0],
        [0, 0],
      ]),
    ),
  ).toEqual(["590,100 600,100"]);
});
