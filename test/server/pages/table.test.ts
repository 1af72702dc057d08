import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { htmlOf, markup } from "../../../src/server/pages/markup.ts";
import { linkWith, readPageQuery } from "../../../src/server/pages/query.ts";
import { type Column, table } from "../../../src/server/pages/table.ts";

type Row = { readonly name: string; readonly size?: number };

const COLUMNS: readonly Column<Row>[] = [
  { key: "name", title: "Name", isRowHeader: true, sortBy: ({ name }) => name, cell: ({ name }) => markup`${name}` },
  { key: "size", title: "Size", first: "desc", sortBy: ({ size }) => size, cell: ({ size }) => markup`${size}` },
  { key: "note", title: "Note", cell: () => markup`x` },
];
const ROWS: readonly Row[] = [{ name: "b", size: 2 }, { name: "c" }, { name: "a", size: 10 }];

function render(query: string) {
  const known = readPageQuery(query, ["sort", "dir", "chain"]);
  const html = htmlOf(
    table({ caption: "All", columns: COLUMNS, rows: ROWS, sorting: { path: "/", query: known, anchor: "rows" } }),
  );
  return {
    html,
    names: [...html.matchAll(/<th scope="row">(\w)/g)].map(([, name]) => name).join(""),
    links: [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link?.replaceAll("&#38;", "&")),
    sorts: [...html.matchAll(/aria-sort="(\w+)"/g)].map(([, sort]) => sort),
  };
}

describe("sorting by links", () => {
  test.each([
    ["", "bca"],
    ["sort=name", "abc"],
    ["sort=name&dir=desc", "cba"],
    ["sort=size", "abc"],
    ["sort=size&dir=asc", "bac"],
    ["sort=size&dir=sideways", "abc"],
    ["sort=note", "bca"],
    ["sort=__proto__", "bca"],
  ])("?%s gives %s: rows without a value come last", (query, expected) => {
    expect(render(query).names).toBe(expected);
  });

  test("each head leads to its column, a second click turns the order, and the choice of rows is kept", () => {
    const { links, sorts } = render("chain=wire&sort=size&dir=desc");
    expect(links).toEqual(["/?sort=name&dir=asc&chain=wire#rows", "/?sort=size&dir=asc&chain=wire#rows"]);
    expect(sorts).toEqual(["none", "descending"]);
  });

  test("without links nothing is sorted", () => {
    const html = htmlOf(table({ caption: "All", columns: COLUMNS, rows: ROWS }));
    expect(html).not.toContain("href");
    expect(html).not.toContain("aria-sort");
  });
});

describe("the parameters of a page", () => {
  test("unknown and empty parameters are ignored", () => {
    expect([...readPageQuery("sort=a&evil=1&dir=&sort=b", ["sort", "dir"])]).toEqual([["sort", "a"]]);
  });

  test("keep their values in a link", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }), (chain, name) => {
        const link = linkWith("/", new Map([["chain", chain]]), { sort: name === "" ? undefined : name });
        const read = readPageQuery(link.slice(2), ["chain", "sort"]);
        expect([read.get("chain"), read.get("sort") ?? ""]).toEqual([chain, name]);
      }),
    );
  });
});
