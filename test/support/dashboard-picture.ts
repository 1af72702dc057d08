import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { placePanels } from "../../grafana/src/layout.ts";
import type { ColumnSpec, DashboardSpec, HeatmapSpec, PanelSpec, TableSpec, Words } from "../../grafana/src/spec.ts";
import { tempFolder } from "./servers.ts";

/**
 * Draws a dashboard from the answers of a real Prometheus to its own queries: no Grafana is to be had in tests, but the
 * numbers, the labels and the layout are those that Grafana would show.
 */

type Labels = Readonly<Record<string, string>>;
export type InstantSample = { readonly metric: Labels; readonly value: number };
export type RangeSeries = { readonly metric: Labels; readonly points: readonly (readonly [number, number])[] };

export type Queries = {
  instant(expr: string): Promise<readonly InstantSample[]>;
  range(expr: string): Promise<readonly RangeSeries[]>;
};

const COLORS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff780a", "#b877d9", "#8ab8ff", "#fade2a", "#ff7383", "#96d98d"];
const MAX_SERIES = 9;
const MAX_ROWS = 14;
const UNIT_HEIGHT = 34;

/** The page, and how high it is in pixels. */
export async function dashboardHtml(spec: DashboardSpec, queries: Queries): Promise<{ html: string; height: number }> {
  // Every row open, so that the picture has all panels.
  const placed = placePanels(spec.rows.map((row) => ({ ...row, folded: false })));
  const boxes = await Promise.all(
    placed.map(async (box) => {
      const { x, y, w, h } = box.gridPos;
      const at = `left:${(x / 24) * 100}%;top:${y * UNIT_HEIGHT}px;width:calc(${(w / 24) * 100}% - 6px);height:${h * UNIT_HEIGHT - 6}px`;
      if (box.kind === "row") return `<h2 style="${at}">${safe(box.title)}</h2>`;
      const body = await panelBody(box.panel, queries, h * UNIT_HEIGHT - 46);
      return `<div class="panel" style="${at}"><h3>${safe(box.panel.title)}</h3>${body}</div>`;
    }),
  );
  const lines = Math.max(...placed.map(({ gridPos }) => gridPos.y + gridPos.h));
  const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><h1>${safe(spec.title)}</h1><div class="grid">${boxes.join("")}</div>`;
  return { html, height: lines * UNIT_HEIGHT + 60 };
}

/** A PNG of a page, by headless Chromium. */
export function screenshot(html: string, file: string, height: number): void {
  const folder = tempFolder();
  const page = join(folder, "page.html");
  writeFileSync(page, html);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
  ];
  const output = [`--user-data-dir=${folder}`, `--window-size=1400,${height}`, `--screenshot=${file}`];
  execFileSync("chromium", [...flags, ...quiet, ...output, `file://${page}`], { stdio: "ignore" });
}

async function panelBody(panel: PanelSpec, queries: Queries, height: number): Promise<string> {
  switch (panel.kind) {
    case "stat":
    case "bars": {
      const samples = await instantSamples(panel, queries);
      return panel.kind === "stat" ? statHtml(panel, samples) : barsHtml(panel, samples);
    }
    case "heatmap":
      return heatmapHtml(panel, await rangeSeries(panel, queries), height);
    case "graph":
      return graphHtml(panel, await rangeSeries(panel, queries), height);
    case "states":
      return statesHtml(panel, await rangeSeries(panel, queries));
    case "table":
      return tableHtml(panel, await Promise.all(panel.queries.map(({ expr }) => queries.instant(expr))));
  }
}

type Named<T> = T & { readonly name: string };

async function instantSamples(panel: PanelSpec, queries: Queries): Promise<readonly Named<InstantSample>[]> {
  const all = await Promise.all(
    panel.queries.map(async ({ expr, legend }) =>
      (await queries.instant(expr)).map((sample) => ({ ...sample, name: legendOf(legend, sample.metric) })),
    ),
  );
  return all.flat();
}

async function rangeSeries(panel: PanelSpec, queries: Queries): Promise<readonly Named<RangeSeries>[]> {
  const all = await Promise.all(
    panel.queries.map(async ({ expr, legend }) =>
      (await queries.range(expr)).map((series) => ({ ...series, name: legendOf(legend, series.metric) })),
    ),
  );
  return all.flat();
}

function legendOf(legend: string | undefined, metric: Labels): string {
  if (legend === undefined) return Object.values(metric).slice(-2).join(" ");
  return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? "");
}

function statHtml(panel: PanelSpec, samples: readonly Named<InstantSample>[]): string {
  const showsNames = panel.kind === "stat" && panel.names === true;
  const values = samples.slice(0, 6).map(({ value, name }) => {
    const text = showsNames ? name : formatValue(value, panel.unit, panel.words, panel.decimals);
    return `<span style="color:${colorOf(value, panel)}">${safe(text)}</span>`;
  });
  return `<div class="stat">${values.join(" ") || '<span class="none">No data</span>'}</div>`;
}

function barsHtml(panel: PanelSpec, samples: readonly Named<InstantSample>[]): string {
  const most = Math.max(1, ...samples.map(({ value }) => value));
  const sorted = [...samples].sort((a, b) => b.value - a.value).slice(0, MAX_SERIES);
  return sorted
    .map(({ value, name }, index) => {
      const style = `width:${(value / most) * 55}%;background:${COLORS[index % COLORS.length]}`;
      return `<div class="bar"><b>${safe(name)}</b><i style="${style}"></i>${formatValue(value, panel.unit)}</div>`;
    })
    .join("");
}

function graphHtml(panel: PanelSpec, series: readonly Named<RangeSeries>[], height: number): string {
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return '<p class="none">No data</p>';
  const [w, h] = [600, Math.max(60, height - 40)];
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(0, ...ys), Math.max(...ys)];
  const [y0, y1] = [low, high === low ? low + 1 : high];
  const place = ([x, y]: readonly [number, number]) =>
    `${(((x - x0) / (x1 - x0 || 1)) * w).toFixed(1)},${(h - ((y - y0) / (y1 - y0)) * (h - 6) - 3).toFixed(1)}`;
  const lines = series
    .slice(0, MAX_SERIES)
    .flatMap(({ points: own }, index) =>
      unbroken(own).map(
        (run) =>
          `<polyline fill="none" stroke="${COLORS[index % COLORS.length]}" stroke-width="1.5" points="${run.map(place).join(" ")}"/>`,
      ),
    );
  const legend = series
    .slice(0, MAX_SERIES)
    .map(({ name }, index) => `<span style="color:${COLORS[index % COLORS.length]}">▬</span> ${safe(name)}`);
  return `<div class="axis"><span>${formatValue(y1, panel.unit)}</span><span>${formatValue(y0, panel.unit)}</span></div>
<svg viewBox="0 0 ${w} ${h}" preserveAspectRatio="none" style="height:${h}px">${lines.join("")}</svg><div class="legend">${legend.join(" &nbsp; ")}</div>`;
}

/** A series whose node was down has a gap, which no line may cross. */
function unbroken(points: RangeSeries["points"]): readonly RangeSeries["points"][] {
  const steps = points.slice(1).map(([x], index) => x - (points[index]?.[0] ?? x));
  const step = Math.min(...steps);
  const breaks = steps.flatMap((length, index) => (length > step * 1.5 ? [index + 1] : []));
  return [0, ...breaks].map((start, index) => points.slice(start, breaks[index]));
}

function statesHtml(panel: PanelSpec, series: readonly Named<RangeSeries>[]): string {
  const shown = series.slice(0, 12);
  // Every time that any series has, so that one which existed for a while only is shown there.
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b);
  const nameWidth = Math.max(...shown.map(({ name }) => name.length), 0);
  return shown
    .map(({ name, points }) => {
      const values = new Map(points);
      const cells = times.map((time) => {
        const value = values.get(time);
        return value === undefined ? "<i></i>" : `<i style="background:${colorOf(value, panel)}"></i>`;
      });
      return `<div class="band"><b style="width:${nameWidth}ch">${safe(name)}</b><span>${cells.join("")}</span></div>`;
    })
    .join("");
}

const HEAT_COLUMNS = 40;
const HEAT_ROWS = 12;

/** Counts of values in bands that double, or the buckets of a histogram. */
function heatmapHtml({ histogram, unit }: HeatmapSpec, series: readonly Named<RangeSeries>[], height: number): string {
  type Cell = readonly [time: number, y: number, count: number];
  const points = series.flatMap(({ metric, points: own }) =>
    own.map(([time, value]): Cell => (histogram ? [time, Number(metric.le), value] : [time, value, 1])),
  );
  const finite = points.filter(([, y]) => Number.isFinite(y) && y > 0);
  if (finite.length === 0) return '<span class="none">No data</span>';
  const [t0, t1] = [Math.min(...finite.map(([time]) => time)), Math.max(...finite.map(([time]) => time))];
  const band = (value: number) => Math.ceil(Math.log2(value));
  const top = Math.max(...finite.map(([, y]) => band(y)));
  const cells = new Map<string, number>();
  for (const [time, y, count] of finite) {
    const column = Math.min(HEAT_COLUMNS - 1, Math.floor(((time - t0) / (t1 - t0 || 1)) * HEAT_COLUMNS));
    const row = Math.min(HEAT_ROWS - 1, top - band(y));
    cells.set(`${column} ${row}`, (cells.get(`${column} ${row}`) ?? 0) + count);
  }
  const most = Math.max(...cells.values()) || 1;
  const [w, h] = [100 / HEAT_COLUMNS, height / HEAT_ROWS];
  const boxes = [...cells].map(([key, count]) => {
    const [x = 0, y = 0] = key.split(" ").map(Number);
    return `<rect x="${x * w}" y="${y * h}" width="${w}" height="${h}" fill="#5794f2" opacity="${Math.sqrt(count / most).toFixed(2)}"/>`;
  });
  return `<div class="axis"><span>${formatValue(2 ** top, unit)}</span><span>${formatValue(2 ** (top - HEAT_ROWS), unit)}</span></div>
<svg viewBox="0 0 100 ${height}" preserveAspectRatio="none" style="height:${height}px">${boxes.join("")}</svg>`;
}

function isSame(a: Labels, b: Labels): boolean {
  return Object.entries(b).every(([label, value]) => (a[label] ?? value) === value);
}

type TableRow = { metric: Labels; readonly values: Map<string, number> };

/** Rows are joined where the labels that both have are equal, as Grafana's merge does. */
function tableHtml({ columns, sortBy, ascending }: TableSpec, answers: readonly (readonly InstantSample[])[]): string {
  const rows: TableRow[] = [];
  for (const [index, answer] of answers.entries()) {
    const letter = `#${String.fromCharCode(65 + index)}`;
    for (const { metric, value } of answer) {
      const { __name__: _, ...labels } = metric;
      const row = rows.find((other) => !other.values.has(letter) && isSame(other.metric, labels));
      if (row === undefined) rows.push({ metric: labels, values: new Map([[letter, value]]) });
      else {
        row.metric = { ...row.metric, ...labels };
        row.values.set(letter, value);
      }
    }
  }
  // As Grafana, which has no column for a label that no series has.
  const isGiven = ({ from }: ColumnSpec) => from.startsWith("#") || rows.some(({ metric }) => from in metric);
  const shown = columns.filter(isGiven);
  const key = columns.find(({ title }) => title === sortBy)?.from ?? "";
  const sign = ascending === true ? 1 : -1;
  const order = (row: { values: ReadonlyMap<string, number> }) => sign * (row.values.get(key) ?? 0);
  const sorted = [...rows].sort((a, b) => order(a) - order(b));
  const body = sorted.slice(0, MAX_ROWS).map(({ metric, values }) => {
    const cells = shown.map((column) => {
      const value = values.get(column.from);
      if (value === undefined) return labelCell(metric[column.from] ?? "", column);
      const text = formatValue(value, column.unit ?? "none", column.words, column.decimals);
      return `<td style="color:${colorOf(value, column)}">${safe(text)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const head = shown.map(({ title }) => `<th>${safe(title)}</th>`).join("");
  return `<table><tr>${head}</tr>${body.join("")}</table>`;
}

function labelCell(text: string, { words }: ColumnSpec): string {
  const [word, color] = words?.[text] ?? [text, "text"];
  return `<td style="color:${NAMED_COLORS[color] ?? color}">${safe(word)}</td>`;
}

type Colored = Pick<PanelSpec, "words" | "steps">;

function colorOf(value: number, { words, steps = [] }: Colored | ColumnSpec): string {
  const word = words?.[String(value)]?.[1];
  const step = steps.findLast(([from]) => from === null || value >= from)?.[1];
  return NAMED_COLORS[word ?? step ?? "text"] ?? word ?? step ?? "#d8d9da";
}

const NAMED_COLORS: Readonly<Record<string, string>> = {
  green: "#73bf69",
  yellow: "#f2cc0c",
  orange: "#ff780a",
  red: "#f2495c",
  blue: "#5794f2",
  text: "#d8d9da",
};

function formatValue(value: number, unit: string, words?: Words, decimals = 2): string {
  const word = words?.[String(value)]?.[0];
  if (word !== undefined) return word;
  const round = (number: number, suffix: string) => `${Number(number.toFixed(Math.min(decimals, 2)))}${suffix}`;
  if (unit === "dateTimeAsIso" || unit === "dateTimeFromNow") return new Date(value).toISOString().slice(0, 16);
  if (unit === "s")
    return value >= 3600 ? round(value / 3600, " h") : value >= 60 ? round(value / 60, " m") : round(value, " s");
  if (unit === "percentunit") return round(value * 100, " %");
  const isBytes = /bytes|Bps/i.test(unit);
  const base = isBytes ? 1024 : 1000;
  const big = unit === "none" ? 0 : Math.min(4, Math.floor(Math.log(Math.max(1, Math.abs(value))) / Math.log(base)));
  const prefix = ["", "K", "M", "G", "T"][big] ?? "";
  return round(
    value / base ** big,
    `${isBytes ? ` ${prefix}B` : prefix ? ` ${prefix}` : ""}${/Bps/.test(unit) ? "/s" : ""}`,
  );
}

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `body{background:#111217;color:#d8d9da;font:13px/1.35 system-ui,sans-serif;margin:14px}
h1{font-size:20px;margin:4px}h2{font-size:14px;margin:12px 4px 4px;color:#9fa7b3}h3{font-size:12px;margin:0 0 6px}
.grid{position:relative}h2{position:absolute}.panel{background:#181b1f;border:1px solid #25282e;border-radius:3px;padding:7px;
box-sizing:border-box;overflow:hidden;position:absolute}.stat{font-size:30px;font-weight:600;text-align:center;margin-top:14px;
white-space:nowrap}.none{color:#777;font-size:13px}svg{width:calc(100% - 56px);margin-left:56px;background:#15171b}
.axis{position:absolute;left:7px;top:30px;bottom:46px;display:flex;flex-direction:column;justify-content:space-between;
font-size:10px;color:#8e8e8e}.legend{font-size:11px;white-space:nowrap;overflow:hidden}table{border-collapse:collapse;width:100%;
font-size:12px}th{text-align:left;color:#6e9fff;font-weight:500}th,td{padding:2px 8px 2px 0;white-space:nowrap;max-width:230px;
overflow:hidden;text-overflow:ellipsis}tr{border-bottom:1px solid #25282e}.bar{display:flex;align-items:center;gap:6px;margin:2px 0}
.bar b{width:35%;overflow:hidden;white-space:nowrap;font-weight:400;text-overflow:ellipsis}.bar i{height:12px}
.band{display:flex;margin:2px 0}.band b{max-width:60%;font-weight:400;overflow:hidden;white-space:nowrap}
.band span{display:flex;flex:1}.band i{flex:1;height:14px}`;
