import type { Key } from "../../../../src/lib/text/screen/keys.ts";
import { EMPTY_CONTENT, type ScreenContent } from "../../../../src/lib/text/screen/model.ts";

/** A key as the keyboard gives it: a name, or a character. */
export function key(name: string): Key {
  return { name, text: [...name].length === 1 ? name : undefined, isControl: false };
}

export function control(name: string): Key {
  return { name, text: undefined, isControl: true };
}

/** A table of so many peers on two nodes. */
export function peersContent(count: number, more: Partial<ScreenContent> = {}): ScreenContent {
  return {
    ...EMPTY_CONTENT,
    summary: `2 nodes, 0 down, ${count} peers`,
    columns: [
      { key: "node", title: "NODE", align: "left", shrinksTo: 4 },
      { key: "peer", title: "PEER", align: "left", shrinksTo: 6 },
      { key: "in", title: "IN", align: "right" },
    ],
    rows: Array.from({ length: count }, (_, index) => [
      { text: index % 2 === 0 ? "one" : "two", value: index % 2 === 0 ? "one" : "two" },
      { text: `peer-${index}`, value: `peer-${index}` },
      { text: `${index} B`, value: index },
    ]),
    fixedColumns: 1,
    ...more,
  };
}
