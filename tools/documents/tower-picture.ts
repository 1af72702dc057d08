import { type Room, TOWER } from "../tower.ts";

/** docs/images/tower.svg: the tower of folders as floors, the highest level at the top. */

const WIDTH = 960;
const MARGIN = 20;
const GAP = 10;
const FLOOR = 44;
const LEFT = MARGIN + 30;

/** @returns an SVG document that follows the reader's colour scheme */
export function towerPicture(): string {
  const height = MARGIN * 2 + TOWER.length * (FLOOR + GAP) - GAP;
  const floors = TOWER.flatMap((rooms, index) => floor(rooms, TOWER.length - index, MARGIN + index * (FLOOR + GAP)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" role="img" aria-label="The folders of src/ as floors of a tower: each imports only from floors below it">`,
    STYLE,
    `<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>`,
    ...floors,
    "</svg>",
    "",
  ].join("\n");
}

/** The rooms of a level side by side. */
function floor(rooms: readonly Room[], level: number, y: number): readonly string[] {
  const width = (WIDTH - LEFT - MARGIN - GAP * (rooms.length - 1)) / rooms.length;
  return [
    `<text class="note" x="${MARGIN + 6}" y="${y + 27}">${level}</text>`,
    ...rooms.flatMap(({ name, summary }, index) => {
      const x = LEFT + index * (width + GAP);
      const shown = name.endsWith(".ts") ? name : `${name}/`;
      return [
        `<rect class="box" x="${x}" y="${y}" width="${width}" height="${FLOOR}" rx="8"/>`,
        `<text class="name" x="${x + 12}" y="${y + 27}">${shown}</text>`,
        `<text class="note" x="${x + 96}" y="${y + 27}">${summary}</text>`,
      ];
    }),
  ];
}

const STYLE = `<style>
  .ground { fill: #f7f8fa; stroke: #d5d9e0; } .box { fill: #e5eeff; stroke: #3b6fd4; }
  .name { fill: #1d2430; font-size: 15px; font-weight: 600; } .note { fill: #49566a; font-size: 13px; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #161b22; stroke: #3d444d; } .box { fill: #14294d; stroke: #79a6ff; }
    .name { fill: #e6edf3; } .note { fill: #aab4c0; }
  }
</style>`;
