import type { Matrix } from "./answers.ts";
import type { PanelView } from "./draw/view.ts";
import type { PanelJson, TargetJson } from "./json.ts";

export type Answer = { readonly target: TargetJson; readonly matrix: Matrix };
export type Views = (
  panel: PanelJson,
  answers: readonly Answer[],
  given: { readonly step: number },
) => Promise<PanelView>;
export function createViews(grafana: Grafana): Views;
/** Grafana's library, of which only views.mjs knows the content. */
export type Grafana = { readonly createTheme: unknown };
