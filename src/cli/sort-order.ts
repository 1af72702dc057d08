import { didYouMean, quoted } from "../schema/fields.ts";
import { PEER_COLUMNS, type PeerColumn } from "./choices.ts";

/** What `--sort` says: a column, and whether its usual order is turned round. */
export type SortOrder = { readonly column: PeerColumn; readonly isReversed: boolean };

/** @throws Error with what was expected */
export function parseSortOrder(text: string): SortOrder {
  const isReversed = text.startsWith("-");
  const word = isReversed ? text.slice(1) : text;
  const column = PEER_COLUMNS.find((name) => name === word);
  if (column !== undefined) return { column, isReversed };
  const hint = didYouMean(word, PEER_COLUMNS) ?? "";
  throw new Error(
    `expected one of ${PEER_COLUMNS.join(", ")}, with - before it for the other way round, found ${quoted(text)}${hint}`,
  );
}
