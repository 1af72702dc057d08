/**
 * Maps that are kept from poll to poll: the earlier of two maps stays where both have the same entries. Objects that live from
 * poll to poll are promoted by the engine's garbage collector, which costs more than everything that a poll discards; and most
 * peer lists have the same connections as the one before.
 */

/** The earlier map if both have the same entries, else the new one. */
export function reuseIfEqual<K, V>(before: ReadonlyMap<K, V> | undefined, now: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  if (before?.size !== now.size) return now;
  for (const [key, value] of now) {
    if (before.get(key) !== value || (value === undefined && !before.has(key))) return now;
  }
  return before;
}

/**
 * The map of these rows, or the earlier one if it has the same entries.
 * @param valueFor the value of a row; `known` is the earlier value of its key
 */
export function mapOrBefore<K, V, R>(
  before: ReadonlyMap<K, V> | undefined,
  rows: readonly R[],
  keyOf: (row: R) => K,
  valueFor: (row: R, known: V | undefined) => V,
): ReadonlyMap<K, V> {
  const isSame = (row: R, key: K, value: V) => keyOf(row) === key && valueFor(row, value) === value;
  if (before !== undefined && hasSameEntries(before, rows, isSame)) return before;
  const now = new Map<K, V>();
  for (const row of rows) now.set(keyOf(row), valueFor(row, before?.get(keyOf(row))));
  return reuseIfEqual(before, now);
}

/**
 * Whether the entries of the map match the rows, one by one and in the same order. This needs no lookups: nodes list their
 * connections in a stable order, and a list has hundreds.
 */
export function hasSameEntries<K, V, R>(
  map: ReadonlyMap<K, V>,
  rows: readonly R[],
  isSame: (row: R, key: K, value: V) => boolean,
): boolean {
  if (map.size !== rows.length) return false;
  let index = 0;
  for (const [key, value] of map) {
    const row = rows[index];
    if (row === undefined || !isSame(row, key, value)) return false;
    index += 1;
  }
  return true;
}
