import { TOWER } from "../tower.ts";
import { between } from "./markers.ts";

/** docs/architecture.md: its table of the folders of src/ is the tower that the tests check. */
export function architectureDocument(document: string): string {
  const rows = TOWER.flatMap((rooms, level) =>
    rooms.map(({ name, holds }) => `| ${TOWER.length - level} | [src/${name}](../src/${name}) | ${holds} |`),
  );
  return between(document, "levels", `| level | folder | holds |\n|---|---|---|\n${rows.join("\n")}\n`);
}
