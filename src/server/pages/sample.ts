/** One line of a node's metrics, read again: what a page says is what the metrics say. */
export type Sample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
};
