import { nodeError } from "../model/failure.ts";

/**
 * Readers of single values in a node's response. The input is `unknown` JSON; each returns the value or undefined, so that
 * an invalid field does not affect the others. They are hand-written because they run for every row of every poll.
 */

/** Far above any node seen: monerod and nodeos keep some hundreds of connections, a chainweb node sends pages of 512 peers. */
export const MAX_ROWS = 3000;

/** The limit of objects that the operator sets also raises the limit of rows: a row has several objects. */
export function rowsAllowed({ containers = 0 }: { readonly containers?: number | undefined } = {}): number {
  return Math.max(MAX_ROWS, Math.floor(containers / OBJECTS_OF_A_ROW));
}

const OBJECTS_OF_A_ROW = 10;

/**
 * Refuses a peer list that no node can have before its rows are decoded, as that blocks the polls of all other nodes.
 * @param max from `rowsAllowed`
 * @throws NodeError too_large
 */
export function checkRowCount(rows: readonly unknown[], call: string, max = MAX_ROWS): void {
  if (rows.length <= max) return;
  const message = `${call}: expected at most ${max} rows, found ${rows.length}`;
  const advice = `check that the URL is the node's API; if it is, set limits.containers of this node to ${OBJECTS_OF_A_ROW} times as many`;
  throw nodeError("too_large", message, advice);
}

/**
 * A whole number from 0 to 2^53 - 1, sent as a number or as a string of digits (nodeos sends integers above 2^32 as
 * strings). Larger ones are wrapped or fake (monerod's 2^64 - 1) and return undefined.
 */
export function count(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** A string that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const HEX_HASH_LENGTH = 64;
const NO_HASH = "0".repeat(HEX_HASH_LENGTH);

/** The hash of a block as 64 hex digits, in lower case; zeros alone stand for "none". */
export function blockHash(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length !== HEX_HASH_LENGTH || !/^[0-9a-f]+$/i.test(value)) return undefined;
  return value === NO_HASH ? undefined : value.toLowerCase();
}

/** How an error repeats a text of a node: whole or not at all, as half of an echoed password would escape redaction. */
export function shownText(text: string): string {
  return text.length <= MAX_SHOWN_CHARACTERS ? JSON.stringify(text) : `a text of ${text.length} characters`;
}

const MAX_SHOWN_CHARACTERS = 60;
