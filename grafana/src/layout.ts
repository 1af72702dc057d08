import type { PanelSpec, RowSpec } from "./spec.ts";

export type GridPos = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

export type Placed = { readonly id: number; readonly gridPos: GridPos } & (
  | { readonly kind: "row"; readonly title: string }
  | { readonly kind: "panel"; readonly panel: PanelSpec }
);

const COLUMNS = 24;

const SIZES: Readonly<Record<PanelSpec["kind"], readonly [width: number, height: number]>> = {
  graph: [8, 8],
  stat: [4, 4],
  bars: [8, 8],
  states: [12, 8],
  table: [24, 10],
};

/** Panels from left to right in lines as high as their highest panel, below the title of their row. */
export function placePanels(rows: readonly RowSpec[]): readonly Placed[] {
  const placed: Placed[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({ kind: "row", id: placed.length + 1, title, gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      const [w, h] = [panel.width ?? SIZES[panel.kind][0], panel.height ?? SIZES[panel.kind][1]];
      if (x + w > COLUMNS) {
        y += lineHeight;
        x = 0;
        lineHeight = 0;
      }
      placed.push({ kind: "panel", id: placed.length + 1, panel, gridPos: { x, y, w, h } });
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return placed;
}
