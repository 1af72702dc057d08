/**
 * A session keeps the rows of its last list where a row depends on the one before: whether its connection is still the same, or
 * which times have not changed. Nodes list their rows in a stable order, so most are found at their index, and no table of
 * them is made.
 */
export type EarlierRows<Row> = {
  /** The row that had this index. */
  at(index: number): Row | undefined;
  /** @param index where it is expected */
  find(id: string, index: number): Row | undefined;
};

/** @param rows of the last list; none before the first */
export function earlierRows<Row extends { readonly id: string }>(rows: readonly Row[]): EarlierRows<Row> {
  let byId: Map<string, Row> | undefined;
  return {
    at: (index) => rows[index],
    find(id, index) {
      const expected = rows[index];
      if (expected?.id === id) return expected;
      byId ??= new Map(rows.map((row) => [row.id, row]));
      return byId.get(id);
    },
  };
}
