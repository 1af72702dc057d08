/** The items by their keys, both in the order of the items. */
export function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** How many items have each key; those whose key is undefined do not count. */
export function countBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) numbers.set(key, (numbers.get(key) ?? 0) + 1);
  }
  return numbers;
}
