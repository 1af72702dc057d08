import { type Document, isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import { type Broken, beginOf, isMergeKey, MAX_ERRORS, type Misplaced, NO_ANCHOR, TOO_DEEP } from "./yaml-parse.ts";

/** Levels of nested lists and mappings, including those of aliases. No configuration needs as many. */
const MAX_DEPTH = 49;

/** Values after all aliases are replaced. Aliases of aliases multiply: ten lines can give a billion values. */
const MAX_VALUES = 1_000_000;

/** Keys of one mapping, merged ones included. An unknown key is compared with all valid ones, and no mapping needs as many. */
const MAX_KEYS = 10_000;

/** The values of these mappings are texts: a number or boolean is the text that was written, as Prometheus reads it. */
const TEXT_MAPPINGS: ReadonlySet<string> = new Set(["labels"]);

/** A value as plain data. Its aliases are the same object. */
type Plain = {
  readonly value: unknown;
  /** Levels of nested lists and mappings. */
  readonly depth: number;
  /** How many values it would have if each alias were a copy. */
  readonly size: number;
  /** As it is written, where `value` is not that text: `1.10` of 1.1. Nothing is an empty text. */
  readonly text?: string | undefined;
  /** Of a mapping that may be merged into others or have values that are texts. */
  readonly entries?: readonly Entry[] | undefined;
  /** Of a list whose items may be merged. */
  readonly items?: readonly Plain[] | undefined;
};

/** A key of a mapping, which may be of another mapping that is merged. */
type Entry = {
  readonly name: string;
  readonly keyNode: unknown;
  readonly valueNode: unknown;
  readonly part: Plain;
};

/** A node with an anchor is `open` until it has been read: until then it cannot have aliases. */
type Anchored = { readonly node: unknown; readonly whole: Plain | "open" };

/** What aliases and merges refer to, by their nodes. */
export type References = {
  readonly targets: ReadonlyMap<unknown, unknown>;
  /** The entries of each mapping with `<<`, merged ones included. */
  readonly merged: ReadonlyMap<unknown, readonly Entry[]>;
};

type PlainYaml = { readonly value: unknown; readonly references: References } | Broken;

/**
 * The document as plain data, in one pass: the library searches all anchors for each alias.
 * @param document from composeYaml, which bounds its depth
 */
export function toPlain(document: Document.Parsed): PlainYaml {
  const found: Misplaced[] = [];
  const anchors = new Map<string, Anchored>();
  const targets = new Map<unknown, unknown>();
  const merged = new Map<unknown, readonly Entry[]>();
  /** How many entries were merged, also those that another one hides. Merges of merges multiply, as aliases do. */
  let mergedEntries = 0;
  const report = (node: unknown, message: string): Plain => {
    found.push({ offset: beginOf(node) ?? 0, message });
    return NOTHING;
  };

  /** @param isKept whether the entries of a mapping are needed */
  function plain(node: unknown, depth: number, isKept: boolean): Plain {
    if (isAlias(node)) return aliased(node.source, node);
    const anchor = anchorOf(node);
    if (anchor === undefined) return contentOf(node, depth, isKept);
    anchors.set(anchor, { node, whole: "open" });
    const whole = contentOf(node, depth, true);
    anchors.set(anchor, { node, whole });
    return whole;
  }

  function aliased(source: string, alias: unknown): Plain {
    const target = anchors.get(source);
    if (target === undefined) return report(alias, NO_ANCHOR);
    if (target.whole === "open") return report(alias, "alias inside the value that it refers to");
    targets.set(alias, target.node);
    return target.whole;
  }

  function contentOf(node: unknown, depth: number, isKept: boolean): Plain {
    if (isMap(node) || isSeq(node)) {
      if (depth >= MAX_DEPTH) return report(node, TOO_DEEP);
      if (node.items.length > MAX_KEYS && isMap(node)) return report(node, TOO_MANY_KEYS);
      const whole = isMap(node) ? mapping(node, node.items, depth, isKept) : list(node.items, depth, isKept);
      return whole.depth > MAX_DEPTH ? report(node, TOO_DEEP) : whole;
    }
    return { value: isScalar(node) ? node.value : undefined, depth: 0, size: 1, text: textOf(node) };
  }

  function list(items: readonly unknown[], depth: number, isKept: boolean): Plain {
    const parts = items.map((item) =>
      isPair(item) ? mapping(item, [item], depth + 1, isKept) : plain(item, depth + 1, isKept),
    );
    const value = parts.map((part) => part.value);
    return { ...collected(value, parts), items: isKept ? parts : undefined };
  }

  function mapping(node: unknown, pairs: readonly Pair[], depth: number, isKept: boolean): Plain {
    const own: Entry[] = [];
    let others: readonly Entry[][] | undefined;
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) others = sourcesOf(key, value, depth);
      else own.push(entry(key, value, depth));
    }
    const entries = others === undefined ? own : join(node, own, others);
    const value = Object.fromEntries(entries.map(({ name, part }) => [name, part.value]));
    const parts = entries.map(({ part }) => part);
    return { ...collected(value, parts), entries: isKept ? entries : undefined };
  }

  function entry(key: unknown, value: unknown, depth: number): Entry {
    const name = keyOf(plain(key, depth + 1, false).value);
    // This key would change the prototype of a plain object.
    if (name === "__proto__") report(key, "unknown key");
    const isText = TEXT_MAPPINGS.has(name);
    const part = plain(value, depth + 1, isText);
    return { name, keyNode: key, valueNode: value, part: isText ? withTexts(part) : part };
  }

  /** The mappings behind `<<`: one, or a list whose earlier mappings win. */
  function sourcesOf(key: unknown, node: unknown, depth: number): readonly Entry[][] {
    const whole = plain(node, depth + 1, true);
    const sources: Entry[][] = [];
    for (const source of whole.items ?? [whole]) {
      if (source === NOTHING) continue;
      if (source.entries === undefined) report(node, `${MERGE_EXPECTS}${kindOf(source)}`);
      else {
        // One report is enough.
        if (mergedEntries > MAX_VALUES) return [];
        mergedEntries += source.entries.length;
        if (mergedEntries > MAX_VALUES) {
          report(key, `expected at most ${MAX_VALUES} values, merged ones included`);
          return [];
        }
        sources.push([...source.entries]);
      }
    }
    return sources;
  }

  /** A mapping's own keys win over merged ones. */
  function join(node: unknown, own: readonly Entry[], sources: readonly Entry[][]): readonly Entry[] {
    const byName = new Map<string, Entry>();
    for (const source of sources) {
      for (const each of source) if (!byName.has(each.name)) byName.set(each.name, each);
    }
    for (const each of own) byName.set(each.name, each);
    if (byName.size > MAX_KEYS) {
      report(node, TOO_MANY_KEYS);
      return own;
    }
    const entries = [...byName.values()];
    merged.set(node, entries);
    return entries;
  }

  const { value, size } = plain(document.contents, 0, false);
  if (found.length > 0) return { broken: found.slice(0, MAX_ERRORS) };
  if (size > MAX_VALUES)
    return { broken: [{ offset: 0, message: `expected at most ${MAX_VALUES} values, aliases included` }] };
  return { value: document.contents === null ? null : value, references: { targets, merged } };
}

type Pair = { readonly key: unknown; readonly value: unknown };

const NOTHING: Plain = { value: undefined, depth: 0, size: 1 };

const TOO_MANY_KEYS = `expected at most ${MAX_KEYS} keys`;

const MERGE_EXPECTS = "<< merges mappings: expected an alias like *base, or a list of them like [*a, *b], found ";

function kindOf({ value }: Plain): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list in a list";
  return typeof value === "boolean" ? "true or false" : `a ${typeof value}`;
}

function collected(value: unknown, parts: readonly Plain[]): Plain {
  let depth = 0;
  let size = 1;
  for (const part of parts) {
    depth = Math.max(depth, part.depth);
    size += part.size;
  }
  return { value, depth: depth + 1, size };
}

/** A mapping with the texts of its values; anything else as it is. */
function withTexts(whole: Plain): Plain {
  if (whole.entries?.some(({ part }) => part.text !== undefined) !== true) return whole;
  const value = Object.fromEntries(whole.entries.map(({ name, part }) => [name, part.text ?? part.value]));
  return { ...whole, value };
}

/** Prometheus reads nothing (`rack:` or `rack: ~`) as an empty text. */
function textOf(node: unknown): string | undefined {
  if (!isScalar(node)) return node === null ? "" : undefined;
  if (node.value === null) return "";
  return typeof node.value === "string" ? undefined : node.source;
}

function keyOf(key: unknown): string {
  return key === null || key === undefined ? "" : String(key);
}

function anchorOf(node: unknown): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}
