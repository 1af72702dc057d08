import { type Markup, markup, NOTHING } from "./markup.ts";
import { linkWith, type PageQuery } from "./query.ts";

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
  /** No row has a value: it is not shown, but keeps its place, which the style knows. */
  readonly isEmpty?: boolean;
};

type SortDirection = "asc" | "desc";

type TableOptions<Row> = {
  readonly caption: string | Markup;
  /** Few short columns: it stays a table on a phone. */
  readonly isCompact?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** A class for the row. */
  readonly rowClass?: (row: Row) => string;
  /** The group that the row is in: neighbours of one group follow its head. */
  readonly groupOf?: (row: Row) => RowGroup | undefined;
  /** Content below a row, over its whole width. */
  readonly detail?: (row: Row) => Markup | undefined;
  /** Where the links of the column titles lead; without it the table cannot be sorted. */
  readonly sorting?: { readonly path: string; readonly query: PageQuery; readonly anchor: string };
  /** The style has the titles that cells have as cards, by this class and their places (style.ts); otherwise each cell has its own. */
  readonly titlesOf?: string;
};

type RowGroup = { readonly className: string; readonly head: Markup };

/** The query parameters of these links. */
export const SORT_PARAMETERS = ["sort", "dir"];

/**
 * Cells say nothing that their column can, and have no end tags, which HTML does not need: a page has thousands of them. Browsers
 * keep their roles when the style shows rows as cards; that of the table is explicit, as some would take it for layout.
 */
export function table<Row>(options: TableOptions<Row>): Markup {
  const { caption, columns, rows, sorting } = options;
  const sort = sorting && chosenSort(columns, sorting.query);
  const sorted = sort === undefined ? rows : sortRows(rows, sort);
  const heads = columns.map((column) => head(column, sort, sorting));
  return markup`<table role="table" class="${classesOf(options)}"${sorting === undefined ? NOTHING : markup` id="${sorting.anchor}"`}>
<caption>${caption}</caption>
<thead><tr>${heads}</thead>
${bodiesOf(options, sorted)}</table>`;
}

/** Also how the cells of each column look, by its place. */
function classesOf<Row>({ isCompact, columns, titlesOf }: TableOptions<Row>): string {
  const shown = columns.filter(({ isEmpty }) => isEmpty !== true);
  const kind = isCompact ? "compact" : shown.length > MANY_COLUMNS ? "cards many" : "cards";
  const places = columns.flatMap(({ isNumeric, isWide, isEmpty }, index) =>
    isEmpty ? [`x${index + 1}`] : isNumeric ? [`n${index + 1}`] : isWide ? [`w${index + 1}`] : [],
  );
  return [kind, ...(titlesOf === undefined ? [] : [titlesOf]), ...places].join(" ");
}

function bodiesOf<Row>(options: TableOptions<Row>, rows: readonly Row[]): readonly Markup[] {
  const { columns, groupOf } = options;
  const bodies: { readonly group: RowGroup | undefined; readonly rows: Markup[] }[] = [];
  for (const row of rows) {
    const group = groupOf?.(row);
    const last = bodies.at(-1);
    if (last !== undefined && last.group === group) last.rows.push(bodyRow(options, row));
    else bodies.push({ group, rows: [bodyRow(options, row)] });
  }
  return bodies.map(({ group, rows }) =>
    group === undefined
      ? markup`<tbody>
${rows}</tbody>
`
      : markup`<tbody class="${group.className}">
<tr class="group"><td colspan="${columns.length}">${group.head}
${rows}</tbody>
`,
  );
}

/** More columns need a wide window. */
const MANY_COLUMNS = 8;

function bodyRow<Row>({ columns, rowClass, detail, titlesOf }: TableOptions<Row>, row: Row): Markup {
  const name = rowClass?.(row) ?? "";
  const cells = columns.map((column) => cell(column, row, titlesOf === undefined));
  const below = detail?.(row);
  if (below === undefined) {
    return markup`<tr${classOf(name)}>${cells}
`;
  }
  return markup`<tr${classOf(`${name} with-detail`)}>${cells}
<tr${classOf(`${name} detail`)}><td colspan="${columns.length}">${below}
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
  const { key, title, sortBy, first = "asc", isEmpty } = column;
  // A heading without a text would be one for screen readers too.
  if (isEmpty) return markup`<td>`;
  if (sorting === undefined || sortBy === undefined) return markup`<th scope="col">${title}`;
  const current = sort?.column.key === key ? sort.direction : undefined;
  const next = current === undefined ? first : current === "asc" ? "desc" : "asc";
  const link = `${linkWith(sorting.path, sorting.query, { sort: key, dir: next, page: undefined })}#${sorting.anchor}`;
  const order = current === undefined ? "none" : current === "asc" ? "ascending" : "descending";
  const sign = current === undefined ? "" : current === "asc" ? " ▲" : " ▼";
  return markup`<th scope="col" aria-sort="${order}"><a href="${link}">${title}<span aria-hidden="true">${sign}</span></a>`;
}

function cell<Row>({ title, cell: content, isRowHeader, isEmpty }: Column<Row>, row: Row, hasTitle: boolean): Markup {
  if (isEmpty) return markup`<td>`;
  if (isRowHeader) return markup`<th scope="row">${content(row)}`;
  return hasTitle ? markup`<td data-title="${title}">${content(row)}` : markup`<td>${content(row)}`;
}
