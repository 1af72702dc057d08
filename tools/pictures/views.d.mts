import type { Frame, SentQuery, View } from "../../test/grafana/library/evaluate.mjs";
import type { PanelView } from "./draw/view.ts";
import type { DashboardJson, PanelJson } from "./json.ts";

export type OpenPictures = {
  readonly queriesOf: (panel: PanelJson) => readonly SentQuery[];
  readonly viewOf: (panel: PanelJson, answers: readonly Frame[], step: number) => Promise<PanelView>;
};
export function openForPictures(dashboard: DashboardJson, view: View): OpenPictures;
