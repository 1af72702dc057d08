import { type Markup, markup, NOTHING } from "../markup.ts";
import { linkWith, type PageQuery } from "./links.ts";

/** A table whose columns are data; those that can be sorted by have a link in their head. */
export type Column<Row> = {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => Markup;
  /** What rows are sorted by; absent: they cannot be. Rows without it come last, whatever the direction. */
  readonly sortBy?: ((row: Row) => number | string | undefined) | undefined;
  /** The direction of the first click. */
  readonly first?: SortDirection;
  readonly isNumeric?: boolean;
  /** Long texts of others, which may break anywhere; on a phone below their title. */
  readonly isWide?: boolean;
  /** Names the row for whoever has it read aloud. */
  readonly isRowHeader?: boolean;
};

export type SortDirection = "asc" | "desc";

export type TableOptions<Row> = {
  readonly caption: string;
  /** Few short columns: it stays a table on a phone. */
  readonly isCompact?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** A class for the row. */
  readonly rowClass?: (row: Row) => string;
  /** What is said below a row over its whole width; undefined: nothing. */
  readonly detail?: (row: Row) => Markup | undefined;
  /** Where the links of the head lead; absent: the table cannot be sorted. */
  readonly sorting?: { readonly path: string; readonly query: PageQuery; readonly anchor: string };
};

/** The parameters of the links. */
export const SORT_PARAMETERS = ["sort", "dir"];

/** The roles are spoken out, as a style that shows rows as cards takes them away. */
export function table<Row>(options: TableOptions<Row>): Markup {
  const { caption, isCompact, columns, rows, sorting } = options;
  const sort = sorting && chosenSort(columns, sorting.query);
  const sorted = sort === undefined ? rows : sortRows(rows, sort);
  const heads = columns.map((column) => head(column, sort, sorting));
  const body = sorted.map((row) => bodyRow(options, row));
  const kind = isCompact ? "compact" : columns.length > MANY_COLUMNS ? "cards many" : "cards";
  return markup`<table role="table" class="${kind}"${sorting === undefined ? NOTHING : markup` id="${sorting.anchor}"`}>
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${body}</tbody>
</table>`;
}

/** More of them need a wide window. */
const MANY_COLUMNS = 8;

function bodyRow<Row>({ columns, rowClass, detail }: TableOptions<Row>, row: Row): Markup {
  const name = rowClass?.(row) ?? "";
  const cells = columns.map((column) => cell(column, row));
  const below = detail?.(row);
  if (below === undefined) {
    return markup`<tr role="row"${classOf(name)}>${cells}</tr>
`;
  }
  return markup`<tr role="row"${classOf(`${name} with-detail`)}>${cells}</tr>
<tr role="row"${classOf(`${name} detail`)}><td role="cell" colspan="${columns.length}">${below}</td></tr>
`;
}

function classOf(name: string): Markup {
  return name === "" ? NOTHING : markup` class="${name}"`;
}

type Sort<Row> = { readonly column: Column<Row>; readonly direction: SortDirection };

/** The rows as the query sorts them, for who shows a part of them. */
export function sortedRows<Row>(
  columns: readonly Column<Row>[],
  query: PageQuery,
  rows: readonly Row[],
): readonly Row[] {
  const sort = chosenSort(columns, query);
  return sort === undefined ? rows : sortRows(rows, sort);
}

/** Undefined: the order in which the rows came. */
function chosenSort<Row>(columns: readonly Column<Row>[], query: PageQuery): Sort<Row> | undefined {
  const column = columns.find(({ key, sortBy }) => key === query.get("sort") && sortBy !== undefined);
  if (column === undefined) return undefined;
  const direction = query.get("dir");
  return { column, direction: direction === "asc" || direction === "desc" ? direction : (column.first ?? "asc") };
}

function sortRows<Row>(rows: readonly Row[], { column, direction }: Sort<Row>): readonly Row[] {
  const sign = direction === "asc" ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.sortBy?.(a), column.sortBy?.(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return sign * compare(x, y);
  });
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function head<Row>(column: Column<Row>, sort: Sort<Row> | undefined, sorting: TableOptions<Row>["sorting"]): Markup {
  const { key, title, sortBy, first = "asc" } = column;
  const kind = classOf(kindOf(column));
  if (sorting === undefined || sortBy === undefined) {
    return markup`<th role="columnheader" scope="col"${kind}>${title}</th>`;
  }
  const current = sort?.column.key === key ? sort.direction : undefined;
  const next = current === undefined ? first : current === "asc" ? "desc" : "asc";
  const link = `${linkWith(sorting.path, sorting.query, { sort: key, dir: next, page: undefined })}#${sorting.anchor}`;
  const order = current === undefined ? "none" : current === "asc" ? "ascending" : "descending";
  const sign = current === undefined ? "" : current === "asc" ? " ▲" : " ▼";
  return markup`<th role="columnheader" scope="col"${kind} aria-sort="${order}"><a href="${link}">${title}<span aria-hidden="true">${sign}</span></a></th>`;
}

function cell<Row>(column: Column<Row>, row: Row): Markup {
  const { title, cell: content, isRowHeader } = column;
  const kind = classOf(kindOf(column));
  return isRowHeader
    ? markup`<th role="rowheader" scope="row"${kind}>${content(row)}</th>`
    : markup`<td role="cell"${kind} data-title="${title}">${content(row)}</td>`;
}

function kindOf<Row>({ isNumeric, isWide }: Column<Row>): string {
  return isNumeric ? "numeric" : isWide ? "wide" : "";
}
