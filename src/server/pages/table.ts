import { type Markup, markup, NOTHING } from "./markup.ts";

/** A column of a table. If rows can be sorted by it, its title is a link. */
export type Column<Row> = {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => Markup;
  /** The value to sort rows by; without it the column is not sortable. Rows without a value come last in both directions. */
  readonly sortBy?: ((row: Row) => number | string | undefined) | undefined;
  /** The direction after the first click. */
  readonly first?: SortDirection;
  readonly isNumeric?: boolean;
  /** Long texts, which may break anywhere; on a phone they are below their title. */
  readonly isWide?: boolean;
  /** The cell that names the row for screen readers. */
  readonly isRowHeader?: boolean;
};

type SortDirection = "asc" | "desc";

type TableOptions<Row> = {
  readonly caption: string;
  /** Few short columns: it stays a table on a phone. */
  readonly isCompact?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** A class for the row. */
  readonly rowClass?: (row: Row) => string;
  /** Content below a row, over its whole width. */
  readonly detail?: (row: Row) => Markup | undefined;
  /** Where the links of the column titles lead; without it the table cannot be sorted. */
  readonly sorting?: { readonly path: string; readonly query: PageQuery; readonly anchor: string };
};

/** The query parameters of these links. */
export const SORT_PARAMETERS = ["sort", "dir"];

/** The roles are explicit, because the style that shows rows as cards removes the implied ones. */
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

/** More columns need a wide window. */
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

/** The rows as the query sorts them, for pages that show a part of them. */
export function sortedRows<Row>(
  columns: readonly Column<Row>[],
  query: PageQuery,
  rows: readonly Row[],
): readonly Row[] {
  const sort = chosenSort(columns, query);
  return sort === undefined ? rows : sortRows(rows, sort);
}

/** Undefined: the rows stay in their order. */
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

/** The query of a page; each link that changes a parameter keeps the others. */
export type PageQuery = ReadonlyMap<string, string>;

/** The parameters that a page has, each once; others are ignored. */
export function readPageQuery(query: string, known: readonly string[]): PageQuery {
  const given = new URLSearchParams(query);
  return new Map(
    known.flatMap((name) => {
      const value = given.get(name);
      return value === null || value === "" ? [] : [[name, value] as const];
    }),
  );
}

/** The address of the page with some parameters changed; undefined removes one. */
export function linkWith(
  path: string,
  query: PageQuery,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const merged = { ...Object.fromEntries(query), ...changes };
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(merged)) if (value !== undefined) text.set(name, value);
  return text.size === 0 ? path : `${path}?${text}`;
}
