import type { PanelSpec, RowSpec } from "./spec.ts";

export type GridPos = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

export type PlacedPanel = {
  readonly kind: "panel";
  readonly id: number;
  readonly gridPos: GridPos;
  readonly panel: PanelSpec;
};

export type PlacedRow = {
  readonly kind: "row";
  readonly id: number;
  readonly gridPos: GridPos;
  readonly title: string;
  readonly folded: boolean;
  /** The panels of a folded row, at their places while the row is open. Those of others follow the row. */
  readonly inside: readonly PlacedPanel[];
};

export type Placed = PlacedPanel | PlacedRow;

const COLUMNS = 24;

const SIZES: Readonly<Record<PanelSpec["kind"], readonly [width: number, height: number]>> = {
  graph: [12, 8],
  stat: [4, 4],
  bars: [12, 8],
  states: [12, 8],
  heatmap: [12, 8],
  table: [24, 10],
};

/** Panels from left to right in lines as high as their highest panel, below the title of their row. */
export function placePanels(rows: readonly RowSpec[]): readonly Placed[] {
  const placed: Placed[] = [];
  let id = 0;
  let y = 0;
  for (const { title, panels, folded = false } of rows) {
    id += 1;
    const row = { kind: "row" as const, id, title, folded, gridPos: { x: 0, y, w: COLUMNS, h: 1 } };
    const { places, height } = inLines(panels, y + 1);
    const inside = places.map(({ panel, gridPos }, index) => ({
      kind: "panel" as const,
      id: id + index + 1,
      panel,
      gridPos,
    }));
    id += inside.length;
    placed.push(...(folded ? [{ ...row, inside }] : [{ ...row, inside: [] }, ...inside]));
    y += folded ? 1 : 1 + height;
  }
  return placed;
}

type Lines = {
  readonly places: readonly { readonly panel: PanelSpec; readonly gridPos: GridPos }[];
  readonly height: number;
};

function inLines(panels: readonly PanelSpec[], top: number): Lines {
  const places: { panel: PanelSpec; gridPos: GridPos }[] = [];
  let [x, y, lineHeight] = [0, top, 0];
  for (const panel of panels) {
    const { w, h } = sizeOf(panel);
    if (x + w > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
    places.push({ panel, gridPos: { x, y, w, h } });
    x += w;
    lineHeight = Math.max(lineHeight, h);
  }
  return { places, height: y + lineHeight - top };
}

/** The columns and lines of the grid that a panel takes. */
export function sizeOf(panel: PanelSpec): { readonly w: number; readonly h: number } {
  return { w: panel.width ?? SIZES[panel.kind][0], h: panel.height ?? SIZES[panel.kind][1] };
}
