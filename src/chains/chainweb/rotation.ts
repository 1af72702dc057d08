import { createHash } from "node:crypto";

/** An item with its place in the order. */
export type Marked<T> = { readonly item: T; readonly mark: string };

/**
 * Puts items into an order of their own, which depends on neither the list's nor on what else is in it, beginning behind
 * a mark. So each gets its turn in a list that changes all the time, and none can get more turns by coming and going.
 * The salt lets exporters of different nodes ask the same peers at different times.
 */
export function inTurn<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  salt: string,
  after: string | undefined,
): readonly Marked<T>[] {
  const marked = items.map((item) => ({ item, mark: markOf(idOf(item), salt) }));
  marked.sort((a, b) => (a.mark < b.mark ? -1 : 1));
  const next = after === undefined ? 0 : marked.findIndex(({ mark }) => mark > after);
  return next <= 0 ? marked : [...marked.slice(next), ...marked.slice(0, next)];
}

function markOf(id: string, salt: string): string {
  return createHash("sha256").update(`${salt}\n${id}`).digest("hex");
}
