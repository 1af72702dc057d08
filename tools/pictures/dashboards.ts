import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { substitute } from "../../grafana/src/queries.ts";
import { ROOT } from "../repository.ts";
import { instantOf, rangeOf } from "./answers.ts";
import { type Box, type DashboardView, dashboardHtml } from "./draw/dashboard.ts";
import { type DashboardJson, dashboardSchema, type PanelJson, type TargetJson } from "./json.ts";
import type { Answer, Views } from "./views.mjs";

/** Pictures of the dashboards' JSON, with the answers of a Prometheus to their queries. */

const HOUR_SECONDS = 3600;
const FOLDER = join(ROOT, "grafana/dashboards");

/** A picture of a dashboard; `node` is what it shows, where it shows one. */
export type Picture = {
  readonly uid: string;
  readonly unfolded: boolean;
  readonly node?: readonly [chain: string, name: string];
};

export type Source = { readonly prometheus: string; readonly end: number; readonly step: number };

export const DASHBOARDS: readonly DashboardJson[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => dashboardSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8"))));

/** The page of a picture. */
export async function dashboardPage(picture: Picture, source: Source, views: Views): Promise<string> {
  const json = DASHBOARDS.find(({ uid }) => uid === picture.uid);
  if (json === undefined)
    throw new Error(
      `no dashboard has the uid ${picture.uid}: expected one of ${DASHBOARDS.map(({ uid }) => uid).join(", ")}`,
    );
  const boxes: Box[] = [];
  let lower = 0;
  for (const panel of json.panels) {
    const at = { ...panel.gridPos, y: panel.gridPos.y + lower };
    if (panel.type !== "row") {
      boxes.push({ kind: "panel", at, view: await panelView(panel, json, picture, source, views) });
      continue;
    }
    const inside = innerPanels(panel);
    const isFolded = inside.length > 0 && !picture.unfolded;
    boxes.push({ kind: "row", at, title: panel.title ?? "", folded: isFolded ? inside.length : undefined });
    if (isFolded) continue;
    const [first] = inside;
    const begin = first === undefined ? 0 : at.y + 1 - first.gridPos.y;
    for (const own of inside) {
      const view = await panelView(own, json, picture, source, views);
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
function surroundings(json: DashboardJson, picture: Picture, { end }: Source): Omit<DashboardView, "title" | "boxes"> {
  const [chain, target] = picture.node ?? ["All", "All"];
  const chosen: Readonly<Record<string, string>> = { datasource: "Prometheus", chain, target };
  return {
    variables: json.templating.list.map(({ name, label }) => [label ?? name, chosen[name] ?? "All"]),
    links: DASHBOARDS.filter(({ uid }) => uid !== json.uid).map(({ title }) => title),
    range: { from: (end - HOUR_SECONDS) * 1000, to: end * 1000 },
  };
}

async function panelView(panel: PanelJson, json: DashboardJson, picture: Picture, source: Source, views: Views) {
  const all = json.templating.list.find(({ name }) => name === "chain")?.allValue ?? ".+";
  const [chain, target] = picture.node ?? [all, ".+"];
  const targets = (panel.targets ?? []).filter(({ hide }) => hide !== true);
  const answers: Answer[] = [];
  for (const one of targets) {
    const expr = substitute(one.expr, { chain, target });
    answers.push({ target: one, matrix: await answerTo(one, expr, source) });
  }
  return views(panel, answers, { step: source.step });
}

function answerTo({ instant, range }: TargetJson, expr: string, { prometheus, end, step }: Source) {
  if (instant === true && range !== true) return instantOf(prometheus, expr, end);
  return rangeOf(prometheus, expr, { start: end - HOUR_SECONDS, end, step });
}
