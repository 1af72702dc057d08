import { type Document, isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import { beginOf } from "./yaml-parse.ts";
import type { References } from "./yaml-plain.ts";

/** Where the values of a document are written, behind aliases and merges too. */
type Places = {
  /**
   * The offset of the value at a path: of its key if it has one, else of the nearest value around it. A merged value is where
   * it is written, not where it is merged.
   */
  offsetOf(path: readonly PropertyKey[]): number;
  /** The node at a path; undefined: nothing is there. */
  nodeAt(path: readonly PropertyKey[]): unknown;
  /** All nodes that are part of the outermost keys that `isUsed` accepts, by aliases and merges too. */
  usedNodes(isUsed: (key: string) => boolean): ReadonlySet<unknown>;
};

type Slot = { readonly key: unknown; readonly value: unknown };

export function createPlaces({ contents }: Document.Parsed, { targets, merged }: References): Places {
  /** Through aliases: an anchor cannot be at an alias, so one step is enough. */
  const follow = (node: unknown) => (isAlias(node) ? targets.get(node) : node);

  function slotsOf(node: unknown): readonly Slot[] {
    const entries = merged.get(node);
    if (entries !== undefined) return entries.map(({ keyNode: key, valueNode: value }) => ({ key, value }));
    if (isPair(node)) return [node];
    if (isMap(node)) return node.items;
    return isSeq(node) ? node.items.map((value) => ({ key: undefined, value })) : [];
  }

  function child(node: unknown, key: PropertyKey): Slot | undefined {
    const around = follow(node);
    if (isSeq(around)) {
      const value: unknown = around.items[Number(key)];
      return value === undefined ? undefined : { key: undefined, value };
    }
    return slotsOf(around).find((slot) => nameOf(slot) === String(key));
  }

  function slotAt(path: readonly PropertyKey[]): Slot | undefined {
    let slot: Slot | undefined = { key: undefined, value: contents };
    for (const key of path) slot = slot && child(slot.value, key);
    return slot;
  }

  return {
    offsetOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const slot = slotAt(path.slice(0, length));
        const begin = beginOf(slot?.key) ?? beginOf(slot?.value);
        if (begin !== undefined) return begin;
      }
      return beginOf(contents) ?? 0;
    },
    nodeAt: (path) => follow(slotAt(path)?.value),
    usedNodes(isUsed) {
      const outermost = isMap(contents) ? slotsOf(contents).filter((slot) => isUsed(nameOf(slot))) : undefined;
      const next: unknown[] = outermost?.map(({ value }) => value) ?? [contents];
      const used = new Set<unknown>();
      for (let node = follow(next.pop()); node !== undefined; node = follow(next.pop())) {
        if (used.has(node)) continue;
        used.add(node);
        for (const { value } of slotsOf(node)) if (value !== undefined && value !== null) next.push(value);
      }
      return used;
    },
  };
}

function nameOf({ key }: Slot): string {
  return isScalar(key) && key.value !== null ? String(key.value) : "";
}
