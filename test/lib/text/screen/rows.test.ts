import { expect, test } from "vitest";
import { chosenRows } from "../../../../src/lib/text/screen/rows.ts";
import { peersContent } from "./support.ts";

const USUAL = { key: undefined, isReversed: false };

function peers(filter: string, sort: Parameters<typeof chosenRows>[2], content = peersContent(12)) {
  return chosenRows(content, filter, sort).map((row) => row[1]?.text.replace("peer-", ""));
}

test("every word of the filter is in one of the cells, whatever its case", () => {
  expect(peers("TWO  peer-1", USUAL)).toEqual(["1", "11"]);
  expect(peers("nothing", USUAL)).toEqual([]);
  // The end of one cell and the beginning of the next are no word.
  expect(peers("onepeer", USUAL)).toEqual([]);
});

test("numbers are sorted from the largest, texts from a to z, numbers in them as numbers", () => {
  expect(peers("", { key: "in", isReversed: false }).slice(0, 3)).toEqual(["11", "10", "9"]);
  expect(peers("", { key: "peer", isReversed: false }).slice(9)).toEqual(["9", "10", "11"]);
  expect(peers("", { key: "peer", isReversed: true }).slice(0, 2)).toEqual(["11", "10"]);
});

test("equal rows stay in the usual order, which may be reversed", () => {
  expect(peers("", { key: "node", isReversed: false }).slice(0, 3)).toEqual(["0", "2", "4"]);
  expect(peers("", { key: undefined, isReversed: true }).slice(0, 2)).toEqual(["11", "10"]);
});

test("rows without a value are last in either order", () => {
  const content = peersContent(2);
  const rows = [...content.rows, [...(content.rows[0] ?? []).slice(0, 2), { text: "-", value: undefined }]];
  for (const isReversed of [false, true]) {
    expect(chosenRows({ ...content, rows }, "", { key: "in", isReversed }).at(-1)?.[2]?.text).toBe("-");
  }
});

test("a column that no row has any more sorts nothing", () => {
  expect(peers("", { key: "latency", isReversed: false })[0]).toBe("0");
});
