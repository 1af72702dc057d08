import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../../test/grafana/backend.ts";
import type { Frame } from "../../test/grafana/library/evaluate.mjs";
import { ROOT } from "../repository.ts";
import { type Box, type DashboardView, dashboardHtml } from "./draw/dashboard.ts";
import type { PanelView, TimeRange } from "./draw/view.ts";
import { type DashboardJson, dashboardSchema, type PanelJson } from "./json.ts";

/** Pictures of the dashboards' JSON, with the answers of a Prometheus to their queries. */

const HOUR_SECONDS = 3600;
const FOLDER = join(ROOT, "grafana/dashboards");

/** A picture of a dashboard; `node` is what it shows, where it shows one. */
export type Picture = {
  readonly uid: string;
  readonly unfolded: boolean;
  readonly node?: readonly [chain: string, name: string];
};

/** Where the answers come from, and what makes panels of them. */
export type Source = {
  readonly prometheus: string;
  /** Unix seconds. */
  readonly end: number;
  /** Seconds between two scrapes. */
  readonly step: number;
  readonly grafana: typeof import("./views.mjs");
};

export const DASHBOARDS: readonly DashboardJson[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => dashboardSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8"))));

/** The page of a picture. */
export async function dashboardPage(picture: Picture, source: Source): Promise<string> {
  const json = DASHBOARDS.find(({ uid }) => uid === picture.uid);
  if (json === undefined)
    throw new Error(
      `no dashboard has the uid ${picture.uid}: expected one of ${DASHBOARDS.map(({ uid }) => uid).join(", ")}`,
    );
  const viewOf = panelViews(json, picture, source);
  const boxes: Box[] = [];
  let lower = 0;
  for (const panel of json.panels) {
    const at = { ...panel.gridPos, y: panel.gridPos.y + lower };
    if (panel.type !== "row") {
      boxes.push({ kind: "panel", at, view: await viewOf(panel) });
      continue;
    }
    const inside = innerPanels(panel);
    const isFolded = inside.length > 0 && !picture.unfolded;
    boxes.push({ kind: "row", at, title: panel.title ?? "", folded: isFolded ? inside.length : undefined });
    if (isFolded) continue;
    const [first] = inside;
    const begin = first === undefined ? 0 : at.y + 1 - first.gridPos.y;
    for (const own of inside) {
      const view = await viewOf(own);
      boxes.push({ kind: "panel", at: { ...own.gridPos, y: own.gridPos.y + begin }, view });
    }
    lower += Math.max(0, ...inside.map(({ gridPos }) => gridPos.y + begin + gridPos.h - at.y - 1));
  }
  return dashboardHtml({ title: json.title, ...surroundings(json, picture, source), boxes });
}

function innerPanels(row: PanelJson): readonly PanelJson[] {
  return "panels" in row && Array.isArray(row.panels) ? row.panels : [];
}

/** What is above the panels. */
function surroundings(json: DashboardJson, { node }: Picture, { end }: Source): Omit<DashboardView, "title" | "boxes"> {
  const [chain, target] = node ?? ["All", "All"];
  const chosen: Readonly<Record<string, string>> = { datasource: "Prometheus", chain, target };
  return {
    // A constant is not shown.
    variables: json.templating.list
      .filter(({ type }) => type !== "constant")
      .map(({ name, label, type }) => [label ?? name, chosen[name] ?? (type === "query" ? "All" : "")]),
    links: DASHBOARDS.filter(({ uid }) => uid !== json.uid).map(({ title }) => title),
    range: rangeBefore(end),
  };
}

function rangeBefore(end: number): TimeRange {
  return { from: (end - HOUR_SECONDS) * 1000, to: end * 1000 };
}

/** What each panel shows. */
function panelViews(json: DashboardJson, { node }: Picture, source: Source): (panel: PanelJson) => Promise<PanelView> {
  const { from: fromMs, to: toMs } = rangeBefore(source.end);
  const values = { datasource: "prometheus", ...(node === undefined ? {} : { chain: node[0], target: node[1] }) };
  const opened = source.grafana.openForPictures(json, { values, fromMs, toMs, timeInterval: `${source.step}s` });
  return async (panel) => {
    const frames: Frame[] = [];
    for (const query of opened.queriesOf(panel)) {
      frames.push(...(await ask(source.prometheus, query, { fromMs, toMs, scrapeSeconds: source.step })));
    }
    return opened.viewOf(panel, frames, source.step);
  };
}
