import { type Document, isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import { beginOf, type Misplaced, MOST_ERRORS, TOO_DEEP } from "./yaml-parse.ts";

/** Lists and mappings in each other, aliases followed. No configuration is nested as deeply. */
const MAX_DEPTH = 49;

/** What a file stands for once its aliases are replaced. They may multiply: ten lines of them stand for a billion values. */
const MOST_VALUES = 1_000_000;

/** Of so many keys nothing is written by hand. What is wrong with keys is found by looking through them all. */
const MOST_KEYS = 10_000;

/** A value as plain data. Where aliases stand for it, it is one object in several places. */
type Plain = {
  readonly value: unknown;
  /** How many lists and mappings are in each other. */
  readonly depth: number;
  /** How many values it would be if each alias were a copy. */
  readonly size: number;
};

/** A node with an anchor is `open` until its end has come: until then nothing can stand for it. */
type Anchored = Plain | "open";

export type PlainYaml = { readonly value: unknown } | { readonly broken: readonly Misplaced[] };

/**
 * The document as plain data, in one pass: the library's own way looks through all anchors again for each alias.
 * @param document as parseYaml gives it, so that its depth is bounded
 */
export function toPlain(document: Document.Parsed): PlainYaml {
  const found: Misplaced[] = [];
  const anchors = new Map<string, Anchored>();
  const report = (node: unknown, message: string): Plain => {
    found.push({ offset: beginOf(node) ?? 0, message });
    return NOTHING;
  };

  function plain(node: unknown, depth: number): Plain {
    if (isAlias(node)) return aliased(node.source, node);
    const anchor = anchorOf(node);
    if (anchor !== undefined) anchors.set(anchor, "open");
    const whole = contentOf(node, depth);
    if (anchor !== undefined) anchors.set(anchor, whole);
    return whole;
  }

  function aliased(source: string, alias: unknown): Plain {
    const target = anchors.get(source);
    if (target === undefined) return report(alias, "an alias without anchor; a value that begins with * needs quotes");
    if (target === "open") return report(alias, "an alias inside of what it stands for");
    return target;
  }

  function contentOf(node: unknown, depth: number): Plain {
    if (isMap(node) || isSeq(node)) {
      if (depth >= MAX_DEPTH) return report(node, TOO_DEEP);
      if (node.items.length > MOST_KEYS && isMap(node)) return report(node, `expected at most ${MOST_KEYS} keys`);
      const whole = isMap(node) ? mapping(node.items, depth) : list(node.items, depth);
      return whole.depth > MAX_DEPTH ? report(node, TOO_DEEP) : whole;
    }
    return { value: isScalar(node) ? node.value : undefined, depth: 0, size: 1 };
  }

  function list(items: readonly unknown[], depth: number): Plain {
    const parts = items.map((item) => (isPair(item) ? mapping([item], depth + 1) : plain(item, depth + 1)));
    return collected(
      parts.map(({ value }) => value),
      parts,
    );
  }

  function mapping(pairs: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): Plain {
    const parts = pairs.map(({ key, value }) => {
      const name = keyOf(plain(key, depth + 1).value);
      // A plain object does not hold this key like others.
      if (name === "__proto__") report(key, "unknown key");
      return { name, part: plain(value, depth + 1) };
    });
    return collected(
      Object.fromEntries(parts.map(({ name, part }) => [name, part.value])),
      parts.map(({ part }) => part),
    );
  }

  const { value, size } = plain(document.contents, 0);
  if (found.length > 0) return { broken: found.slice(0, MOST_ERRORS) };
  if (size > MOST_VALUES) return { broken: [{ offset: 0, message: "the aliases in this file multiply too often" }] };
  return { value: document.contents === null ? null : value };
}

const NOTHING: Plain = { value: undefined, depth: 0, size: 1 };

function collected(value: unknown, parts: readonly Plain[]): Plain {
  let depth = 0;
  let size = 1;
  for (const part of parts) {
    depth = Math.max(depth, part.depth);
    size += part.size;
  }
  return { value, depth: depth + 1, size };
}

function keyOf(key: unknown): string {
  return key === null || key === undefined ? "" : String(key);
}

function anchorOf(node: unknown): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}
