import { isObject } from "../lib/json.ts";
import type { ConfigProblem } from "./problems.ts";

/** The messages between the thread that parses YAML and the thread that asks it, and the batches that carry a document. */

/** The data that the thread starts with. */
export type YamlTask = {
  readonly text: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type ToYamlThread =
  | { readonly kind: "next" }
  | { readonly kind: "lines"; readonly problems: readonly ConfigProblem[] };

export type FromYamlThread =
  | { readonly kind: "broken"; readonly lines: readonly string[] }
  | { readonly kind: "frame"; readonly frame: unknown; readonly isWhole: boolean }
  | ({ readonly kind: "batch" } & Batch)
  | { readonly kind: "end" }
  | { readonly kind: "lines"; readonly lines: readonly string[] };

export function isYamlTask(value: unknown): value is YamlTask {
  return isObject(value) && typeof value.text === "string" && typeof value.path === "string" && isObject(value.env);
}

export function isToYamlThread(value: unknown): value is ToYamlThread {
  return isObject(value) && (value.kind === "next" || (value.kind === "lines" && Array.isArray(value.problems)));
}

export function isFromYamlThread(value: unknown): value is FromYamlThread {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case "broken":
    case "lines":
      return Array.isArray(value.lines);
    case "frame":
      return typeof value.isWhole === "boolean";
    case "batch":
      return typeof value.key === "string" && Array.isArray(value.items);
    default:
      return value.kind === "end";
  }
}

/** A large document in pieces that are small enough to pass between threads without blocking either. */
type Batches = {
  /** The document with empty outermost lists. */
  readonly frame: unknown;
  /** The items of those lists, in order. */
  readonly batches: Iterator<Batch, undefined>;
};

type Batch = { readonly key: string; readonly items: readonly unknown[] };

/**
 * The approximate number of values in a batch, enough for 500 nodes. Copying them takes two or three milliseconds. With
 * smaller batches the threads would wait for each other more often, on a busy machine each time for a core.
 */
const BATCH_VALUES = 8000;

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
      values += countValues(item, BATCH_VALUES);
      if (values < BATCH_VALUES) continue;
      yield { key, items: items.slice(begin, index + 1) };
      begin = index + 1;
      values = 0;
    }
    if (begin < items.length) yield { key, items: items.slice(begin) };
  }
  return undefined;
}

/** Counts up to `max`, as aliases may repeat their anchors many times. */
function countValues(value: unknown, max: number): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const part of Object.values(value)) {
    count += countValues(part, max - count);
    if (count >= max) break;
  }
  return count;
}

/** Appends a batch to its list in the frame. */
export function putBack(frame: unknown, { key, items }: Batch): void {
  const list = isObject(frame) ? frame[key] : undefined;
  if (Array.isArray(list)) for (const item of items) list.push(item);
}
