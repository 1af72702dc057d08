import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { isObject } from "../../lib/json.ts";
import { beginOf, type Misplaced, TOO_DEEP } from "../yaml-parse.ts";
import type { GoDocument } from "./document.ts";
import { parseGoDuration } from "./duration.ts";
import { resolveScalar } from "./scalar.ts";

/**
 * The type of a Go variable into which go-yaml v2 decodes a value
 * (https://github.com/yaml/go-yaml/blob/v2.4.4/decode.go):
 * - `text`: any scalar, as it is written
 * - `name`: a text whose type reads it itself, so that `NULL` is an empty text
 * - `duration`: in nanoseconds
 */
export type Shape =
  | "text"
  | "name"
  | "bool"
  | "int"
  | "duration"
  | { readonly kind: "list"; readonly of: Shape }
  /** Texts by any key; decoded into a Map. */
  | { readonly kind: "map" }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<string, Shape>> };

type Decoded = {
  /** A value that does not fit its type is what it is without one: the schema reports it. */
  readonly value: unknown;
  /** The offset of the key at each path, or of the item; paths are JSON. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Where the file as such is refused. */
  readonly broken: readonly Misplaced[];
};

/** Values and merged mappings, those of aliases counted each time. Merged aliases multiply: thirty lines could take hours. */
const MAX_VALUES = 50_000;

/** Mappings that are merged into one that is merged. */
const MAX_MERGES = 100;

type Path = readonly (string | number)[];

/** A mapping while it is decoded; merged mappings are decoded into the same one. */
type Target = { readonly values: Map<string, unknown>; readonly path: Path };

/** Decodes a document into the type of its root. */
export function decode({ root, target }: GoDocument, shape: Shape): Decoded {
  const offsets = new Map<string, number>();
  const broken: Misplaced[] = [];
  /** Mappings into which others are being merged. */
  const open = new Set<unknown>();
  let count = 0;
  const report = (node: unknown, message: string): undefined => {
    broken.push({ offset: beginOf(node) ?? 0, message });
  };

  /** @param before what a merged mapping has set: what it contains stays, as far as it is not set again */
  function decodeNode(node: unknown, type: Shape, path: Path, before?: unknown): unknown {
    count += 1;
    const found = target(node);
    if (isScalar(found)) return decodeScalar(found, type);
    if (found === null || found === undefined) return null;
    if (typeof type === "string") return isSeq(found) ? [] : {};
    if (isSeq(found)) return type.kind === "list" ? decodeList(found.items, type.of, path) : [];
    if (!isMap(found)) return null;
    if (type.kind === "list") return {};
    const into: Target = { values: new Map(before instanceof Map ? before : entriesOf(before)), path };
    decodeMapping(found, type, into);
    return type.kind === "map" ? into.values : Object.fromEntries(into.values);
  }

  function decodeScalar(node: { readonly value: unknown }, type: Shape): unknown {
    const { found, text, isSkipped } = read(node);
    switch (found.kind) {
      case "broken":
        return report(node, found.message);
      case "null":
        return type === "name" && !isSkipped ? "" : null;
      case "bool":
        return isText(type) ? text : found.value;
      case "text":
        return type === "duration" ? (parseGoDuration(found.text) ?? found.text) : found.text;
      case "time":
        return text;
      default:
        return isText(type) ? text : number(found.value, type);
    }
  }

  function decodeList(items: readonly unknown[], type: Shape, path: Path): readonly unknown[] {
    return items.map((item, index) => {
      const own = [...path, index];
      offsets.set(JSON.stringify(own), beginOf(item) ?? 0);
      return decodeNode(item, type, own);
    });
  }

  function decodeMapping(node: unknown, type: MappingShape, into: Target): undefined {
    count += 1;
    if (!isMap(node) || count > MAX_VALUES) return;
    if (open.has(node)) return report(node, "a mapping that is merged into itself");
    if (open.size > MAX_MERGES) return report(node, TOO_DEEP);
    open.add(node);
    const seen = new Set<string>();
    for (const pair of node.items) {
      count += 1;
      if (isMergeKey(pair.key)) mergeInto(pair.value, pair.key, type, into);
      else decodeField(pair, type, into, seen);
    }
    open.delete(node);
  }

  function decodeField(
    pair: { readonly key: unknown; readonly value: unknown },
    type: MappingShape,
    { values, path }: Target,
    seen: Set<string>,
  ): undefined {
    const key = scalarText(pair.key);
    if (key === undefined) return report(pair.key, "expected a string as key");
    // A merged key may be set again in a mapping of known keys, and not in one of any keys.
    if (seen.has(key) || (type.kind === "map" && values.has(key))) return report(pair.key, "duplicate key");
    // This key would change the prototype of a plain object.
    if (type.kind === "struct" && key === "__proto__") return report(pair.key, "unknown key");
    seen.add(key);
    const own = [...path, key];
    offsets.set(JSON.stringify(own), beginOf(pair.key) ?? 0);
    values.set(key, decodeNode(pair.value, typeOf(type, key), own, values.get(key)));
  }

  /** The text of a key; an empty one for nothing. */
  function scalarText(node: unknown): string | undefined {
    const found = target(node);
    if (found === null || found === undefined) return "";
    return isScalar(found) ? String(decodeScalar(found, "text") ?? "") : undefined;
  }

  /** In go-yaml v2 a merge replaces the keys above it and not those below. Of a list, the first one wins. */
  function mergeInto(node: unknown, key: unknown, type: MappingShape, into: Target): void {
    const items = isSeq(node) ? [...node.items].reverse() : [node];
    for (const item of items) {
      // An alias of a list is no list here.
      const found = isAlias(item) ? target(item) : item;
      if (isMap(found)) decodeMapping(found, type, into);
      else report(key, "expected a mapping or a list of mappings after <<");
    }
  }

  const decoded = decodeNode(root, shape, []);
  if (count > MAX_VALUES) {
    broken.push({ offset: 0, message: `expected at most ${MAX_VALUES} values, aliases included` });
  }
  return { value: decoded, offsets, broken };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

type MappingShape = Exclude<Shape, string | { readonly kind: "list" }>;

/** What an unknown key has is not decoded: the key is refused. */
function typeOf(type: MappingShape, key: string): Shape {
  if (type.kind === "map") return "text";
  return (Object.hasOwn(type.fields, key) ? type.fields[key] : undefined) ?? "text";
}

function isText(type: Shape): boolean {
  return type === "text" || type === "name";
}

/** A node of the library as go-yaml sees it. */
function read(node: unknown) {
  const text = isScalar(node) ? String(node.value) : "";
  const tag = isScalar(node) ? node.tag : undefined;
  const isPlain = isScalar(node) && node.type === "PLAIN";
  const isSkipped = ["", "~", "null"].includes(text) || tag !== undefined;
  return { found: resolveScalar({ text, isPlain, tag }), text, isSkipped };
}

function isMergeKey(node: unknown): boolean {
  if (!isScalar(node) || node.value !== "<<") return false;
  return node.tag === undefined ? node.type === "PLAIN" : ["!", "tag:yaml.org,2002:merge"].includes(node.tag);
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2 ** 63);

/** As Go's int64; NaN is a number that does not fit. */
function number(value: bigint | number, type: Shape): number {
  if (type !== "int" && type !== "duration") return Number(value);
  if (value > MAX_INT || Number.isNaN(value)) return Number.NaN;
  return Math.max(Math.trunc(Number(value)), MIN_INT);
}
