import { barsHtml } from "./bars.ts";
import { heatmapHtml } from "./heatmap.ts";
import { safe } from "./markup.ts";
import { statHtml } from "./stat.ts";
import { statesHtml } from "./states.ts";
import { tableHtml } from "./table.ts";
import { timeseriesHtml } from "./timeseries.ts";
import type { PanelView, Size, TimeRange } from "./view.ts";

const HEADER = 36;
const PADDING = 8;

type Drawing = (view: PanelView, size: Size, range: TimeRange) => string;

const DRAWINGS: Readonly<Record<string, Drawing>> = {
  bargauge: barsHtml,
  heatmap: heatmapHtml,
  stat: statHtml,
  "state-timeline": statesHtml,
  table: tableHtml,
  timeseries: timeseriesHtml,
};

/** A panel with its title and its content. */
export function panelHtml(view: PanelView, { width, height }: Size, range: TimeRange): string {
  const draw = DRAWINGS[view.type];
  if (draw === undefined) {
    throw new Error(
      `${view.title} is a panel of the type ${view.type}: draw it in tools/pictures/draw/, which knows ${Object.keys(DRAWINGS).join(", ")}`,
    );
  }
  const inside = view.type === "table" ? 0 : PADDING;
  const size = { width: width - 2 - 2 * inside, height: height - HEADER - 2 - inside };
  const sign = view.description === "" ? "" : '<em class="info">i</em>';
  return `<h3>${safe(view.title)}${sign}</h3><div class="body" style="padding:0 ${inside}px ${inside}px">${draw(view, size, range)}</div>`;
}
