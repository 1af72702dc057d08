import { didYouMean } from "../lib/suggest.ts";
import { quoted } from "../schema/fields.ts";

/** The orders of rows that `--sort` offers. */

/** The columns of `peers`, in their order. */
export const PEER_COLUMNS = [
  "peer",
  "direction",
  "state",
  "agent",
  "head",
  "difference",
  "in",
  "out",
  "since",
  "latency",
  "syncing",
] as const;

export type PeerColumn = (typeof PEER_COLUMNS)[number];

/** The columns of `nodes` that sort, in their order. */
export const NODE_COLUMNS = ["name", "state", "chain", "peers", "head", "lag", "age", "version", "poll"] as const;

export type NodeColumn = (typeof NODE_COLUMNS)[number];

/** The value of `--sort`: a column, and whether its usual order is reversed. */
export type SortOrder<Column extends string> = { readonly column: Column; readonly isReversed: boolean };

/** @throws Error with what was expected */
export function parseSortOrder<Column extends string>(text: string, columns: readonly Column[]): SortOrder<Column> {
  const isReversed = text.startsWith("-");
  const word = isReversed ? text.slice(1) : text;
  const column = columns.find((name) => name === word);
  if (column !== undefined) return { column, isReversed };
  const hint = didYouMean(word, columns) ?? "";
  throw new Error(
    `expected one of ${columns.join(", ")}, with a leading - to reverse the order, found ${quoted(text)}${hint}`,
  );
}

type Value = string | number | undefined;

let collator: Intl.Collator | undefined;

/** Made when it is first needed: it takes 2 MiB of memory, which a server that loads this file would keep. */
function collated(): Intl.Collator {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator;
}

/** Texts from a to z, numbers in natural order. */
export function compareTexts(a: string, b: string): number {
  return collated().compare(a, b);
}

/**
 * Compares rows by the value of one column: texts from a to z, numbers from the largest; rows without a value are last in either
 * order.
 */
export function compareBy<Row>(value: (row: Row) => Value, isReversed: boolean): (a: Row, b: Row) => number {
  const sign = isReversed ? -1 : 1;
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    if (typeof x === "number" && typeof y === "number") return sign * (y - x);
    return sign * compareTexts(String(x), String(y));
  };
}
