/** The rows of an earlier list of a node. Nodes list them in a stable order, so most are found at their index. */
export type EarlierRows<Row> = {
  at(index: number): Row | undefined;
  /** @param index where it is expected */
  find(id: string, index: number): Row | undefined;
};

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
