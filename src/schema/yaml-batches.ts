import { isObject } from "../lib/json.ts";

/** A large document in pieces that are small enough to be handed from thread to thread without holding up either. */
export type Batches = {
  /** The document with its outermost lists empty. */
  readonly frame: unknown;
  /** The items of those lists, in order. */
  readonly batches: Iterator<Batch, undefined>;
};

export type Batch = { readonly key: string; readonly items: readonly unknown[] };

/**
 * Values in a batch, more or less: those of 500 nodes. Copying them takes two or three milliseconds; with smaller ones both threads
 * would wait for each other more often, on a busy machine each time for a core.
 */
const MOST_VALUES = 8000;

export function createBatches(document: unknown): Batches {
  if (!isObject(document)) return { frame: document, batches: cut([]) };
  const lists = Object.entries(document).flatMap(([key, value]) =>
    Array.isArray(value) ? [[key, value] as const] : [],
  );
  const frame = { ...document, ...Object.fromEntries(lists.map(([key]) => [key, []])) };
  return { frame, batches: cut(lists) };
}

function* cut(lists: readonly (readonly [key: string, items: readonly unknown[]])[]): Iterator<Batch, undefined> {
  for (const [key, items] of lists) {
    let begin = 0;
    let values = 0;
    for (const [index, item] of items.entries()) {
      values += countValues(item, MOST_VALUES);
      if (values < MOST_VALUES) continue;
      yield { key, items: items.slice(begin, index + 1) };
      begin = index + 1;
      values = 0;
    }
    if (begin < items.length) yield { key, items: items.slice(begin) };
  }
  return undefined;
}

/** Counts no further than `most`, as aliases may repeat their anchors over and over. */
function countValues(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const part of Object.values(value)) {
    count += countValues(part, most - count);
    if (count >= most) break;
  }
  return count;
}

/** Puts a batch back into its list of the frame. */
export function putBack(frame: unknown, { key, items }: Batch): void {
  const list = isObject(frame) ? frame[key] : undefined;
  if (Array.isArray(list)) for (const item of items) list.push(item);
}
