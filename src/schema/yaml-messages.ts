import { isObject } from "../lib/json.ts";
import type { PlacedProblem } from "./document.ts";
import type { Batch } from "./yaml-batches.ts";

/** What the thread that parses YAML and the one that asks it say to each other. */

/** What the thread is started with. */
export type YamlTask = {
  readonly text: string;
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type ToYamlThread =
  | { readonly kind: "next" }
  | { readonly kind: "lines"; readonly problems: readonly PlacedProblem[] };

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
