import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { safe } from "./markup.ts";
import { panelHtml } from "./panel.ts";
import { STYLE } from "./style.ts";
import type { PanelView, Size, TimeRange } from "./view.ts";

/** A whole dashboard as a page: what Grafana shows above its panels, and the panels in their places. */

type GridPos = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

/** A row has a title only; the panels of a folded one are not drawn, but counted. */
export type Box = { readonly at: GridPos } & (
  | { readonly kind: "row"; readonly title: string; readonly folded: number | undefined }
  | { readonly kind: "panel"; readonly view: PanelView }
);

export type DashboardView = {
  readonly title: string;
  /** The variables with what is chosen. */
  readonly variables: readonly (readonly [label: string, choice: string])[];
  /** Titles of the dashboards that it links to. */
  readonly links: readonly string[];
  readonly boxes: readonly Box[];
  readonly range: TimeRange;
};

export const WIDTH = 1440;
const MARGIN = 16;
const COLUMNS = 24;
const GAP = 8;
const CELL = 30;

const NOTE =
  "Drawn from the queries of this dashboard on simulated nodes, with Grafana's own code for names, tables, units and colors; the drawing itself is not Grafana's.";

/** The page, which is `WIDTH` pixels wide. */
export function dashboardHtml({ title, variables, links, boxes, range }: DashboardView): string {
  const lines = Math.max(0, ...boxes.map(({ at }) => at.y + at.h));
  const drawn = boxes.map((box) => {
    const size = sizeOf(box.at);
    const style = `left:${placeOf(box.at.x)}px;top:${box.at.y * (CELL + GAP)}px;width:${size.width}px;height:${size.height}px`;
    if (box.kind === "row") return `<h2 style="${style}">${rowText(box.title, box.folded)}</h2>`;
    return `<section style="${style}">${panelHtml(box.view, size, range)}</section>`;
  });
  const chosen = variables.map(
    ([label, choice]) => `<span><label>${safe(label)}</label><b>${safe(choice)}<u>⌄</u></b></span>`,
  );
  const linked = links.map((link) => `<a>${safe(link)}</a>`);
  const grid = `<main style="height:${lines * (CELL + GAP)}px">${drawn.join("")}</main>`;
  const time = `<time>${clock(range.from)} – ${clock(range.to)} UTC</time>`;
  return `<!doctype html><meta charset="utf-8"><style>${interFont()}${STYLE}</style>
<header><p>Home<i>›</i>Dashboards<i>›</i><b>${safe(title)}</b></p>${time}</header>
<nav>${chosen.join("")}<span class="links">${linked.join("")}</span></nav>${grid}<footer>${NOTE}</footer>`;
}

function rowText(title: string, folded: number | undefined): string {
  if (folded === undefined) return `<i>⌄</i>${safe(title)}`;
  return `<i>›</i>${safe(title)}<small>(${folded} ${folded === 1 ? "panel" : "panels"})</small>`;
}

function columnWidth(): number {
  return (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
}

function placeOf(column: number): number {
  return Math.round(column * (columnWidth() + GAP));
}

function sizeOf({ x, w, h }: GridPos): Size {
  return { width: placeOf(x + w) - placeOf(x) - GAP, height: h * CELL + (h - 1) * GAP };
}

function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** Inter, which Grafana uses too, inside of the page. */
export function interFont(): string {
  const file = createRequire(import.meta.url).resolve(
    "@fontsource-variable/inter/files/inter-latin-standard-normal.woff2",
  );
  const data = readFileSync(file).toString("base64");
  return `@font-face{font-family:Inter;font-weight:100 900;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
}
