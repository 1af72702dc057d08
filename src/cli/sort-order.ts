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
